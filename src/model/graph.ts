import type { Label, SeriesName } from './series.ts';

/** One drawn line or area. */
export interface Curve {
  /** Key of its name in the page's dictionaries. */
  readonly title: string;
  readonly series: SeriesName;
  /** Only these label values, summed up. */
  readonly where?: Partial<Record<Label, readonly string[]>>;
  /** CSS colours for light and dark; the old ExtMan colour where there is one. */
  readonly color: string;
  readonly colorDark?: string;
  /** `area` starts at zero; `stack` stands on the area or stack before it that has the same unit. */
  readonly style: 'area' | 'line' | 'stack';
  /** Told apart by more than colour: a line is dashed or dotted, an area hatched or dotted. */
  readonly mark?: 'dashed' | 'dotted' | 'hatched';
}

/** The parts of the graphs' page, in its order. An operator looks at the first one; the others are for a question. */
export const SECTIONS = ['overview', 'mail', 'failures', 'providers', 'queue', 'logins', 'health'] as const;
export type Section = (typeof SECTIONS)[number];

/** A graph is data: which curves, in which unit. Its id is its file's name and its place in URLs. */
export interface Graph {
  readonly id: string;
  /** Key of the title in the dictionaries. */
  readonly title: string;
  readonly unit: 'messages' | 'recipients' | 'attempts' | 'bytes' | 'logins' | 'lines' | 'seconds' | 'lag' | 'ratio' | 'mixed';
  /** Where it stands; the overview shows the most important ones once more. */
  readonly sections: readonly Section[];
  /** `split`: one curve for each value of this label, instead of fixed curves. `where` as in a curve. */
  readonly split?: { readonly series: SeriesName; readonly by: Label; readonly where?: Curve['where'] };
  readonly curves: readonly Curve[];
  /** Figures so far apart that only a logarithmic scale shows all of them. */
  readonly logarithmic?: true;
  /** Seconds of the finest bin in which all of its series are kept, when that is not a minute. */
  readonly finest?: number;
}
