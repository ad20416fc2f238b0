// The service serves uPlot's own file here (from node_modules); this tells the type checker what it is.
export { default } from 'uplot';
