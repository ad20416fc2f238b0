import type { Graph } from '../../src/model/graph.ts';

/** Where the time goes: nine of ten deliveries spend at most this long in each of Postfix's phases (delays=a/b/c/d). */
export const delayPhases: Graph = {
  id: 'delay-phases',
  title: 'graph.delay_phases',
  unit: 'seconds',
  sections: ['mail', 'queue'],
  logarithmic: true,
  curves: [
    {
      title: 'curve.phase_before',
      series: 'delivery_delay',
      where: { phase: ['before'], quantile: ['0.9'] },
      color: '#0072b2',
      colorDark: '#4c9fdc',
      style: 'line',
    },
    {
      title: 'curve.phase_queue',
      series: 'delivery_delay',
      where: { phase: ['queue'], quantile: ['0.9'] },
      color: '#b07a00',
      colorDark: '#f0b428',
      style: 'line',
      mark: 'dashed',
    },
    {
      title: 'curve.phase_connect',
      series: 'delivery_delay',
      where: { phase: ['connect'], quantile: ['0.9'] },
      color: '#007a5a',
      colorDark: '#1fbf92',
      style: 'line',
      mark: 'dotted',
    },
    {
      title: 'curve.phase_transmit',
      series: 'delivery_delay',
      where: { phase: ['transmit'], quantile: ['0.9'] },
      color: '#b0528a',
      colorDark: '#de94bd',
      style: 'line',
    },
  ],
};
