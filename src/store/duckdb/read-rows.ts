import type { SeriesQuestion } from '../../model/question.ts';
import { type Label, type LabelValues, type Phase, PHASES, QUANTILES, SIZES } from '../../model/series.ts';
import type { Ask } from './database.ts';
import { RECEIVED } from './read-breakdown.ts';
import { Parameters } from './segments.ts';

/** Series that are made from the rows of messages when they are asked for. */
export type RowSeries = 'delivery_delay' | 'received_sizes';

export interface RowCurve {
  readonly labels: LabelValues;
  readonly bins: Map<number, number>;
}

/** Bin numbers count from `firstBin`. */
export function rowCurves(ask: Ask, name: RowSeries, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  return name === 'delivery_delay' ? delayCurves(ask, question, firstBin) : sizeCurves(ask, question, firstBin);
}

/** In ms: since when rows of messages are there; Infinity without any. */
export async function rowsSince(ask: Ask): Promise<number> {
  const [row] = await ask('SELECT epoch_ms(min(time))::DOUBLE AS since FROM queue_files');
  return row?.['since'] === null || row === undefined ? Infinity : Number(row['since']);
}

const PHASE_COLUMN: Readonly<Record<Phase, string>> = {
  total: 'delay_ms',
  before: 'delay_before_ms',
  queue: 'delay_queue_ms',
  connect: 'delay_connect_ms',
  transmit: 'delay_transmit_ms',
};

/** A percentile of several curves is none of their percentiles: what is not in `by` needs one value. */
async function delayCurves(ask: Ask, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  const { by, where } = question;
  const phases = PHASES.filter((phase) => (where.phase ?? (by.includes('phase') ? PHASES : ['total'])).includes(phase));
  const quantiles = QUANTILES.filter((quantile) => (where.quantile ?? (by.includes('quantile') ? QUANTILES : ['0.5'])).includes(quantile));
  if (phases.length === 0 || quantiles.length === 0) return [];
  const parameters = new Parameters();
  const { places, conditions, bin } = common(question, parameters, firstBin);
  if (where.domain !== undefined) {
    const domains = where.domain.map((domain) => parameters.add(domain)).join(', ');
    conditions.push(`(lower(split_part(recipient, '@', -1)) IN (${domains}) OR lower(split_part(sender, '@', -1)) IN (${domains}))`);
  }
  const columns = phases.map((phase) => `quantile_disc(${PHASE_COLUMN[phase]}, [${quantiles.join(', ')}]) AS ${phase}`);
  const rows = await ask(
    `SELECT ${[...places, `${bin} AS bin`, ...columns].join(', ')} FROM deliveries
     WHERE outcome IN ('sent', 'delivered') AND ${conditions.join(' AND ')} GROUP BY ALL`,
    parameters.values,
  );
  const curves = new Curves(by);
  for (const row of rows) {
    for (const phase of phases) {
      const values = row[phase] as readonly number[];
      quantiles.forEach((quantile, i) =>
        curves.put({ ...labelsOf(row, places), phase, quantile }, row['bin'] as number, (values[i] ?? 0) / 1000),
      );
    }
  }
  return curves.all;
}

async function sizeCurves(ask: Ask, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  const { by, where } = question;
  if (where.domain !== undefined && !where.domain.includes('')) return [];
  const parameters = new Parameters();
  const { places, conditions, bin } = common(question, parameters, firstBin);
  const classes = Object.entries(SIZES).map(([name, below]) =>
    below === Infinity ? `ELSE '${name}'` : `WHEN size < ${below} THEN '${name}'`,
  );
  const rows = await ask(
    `SELECT ${[...places, `${bin} AS bin`].join(', ')}, CASE ${classes.join(' ')} END AS size_class, count(*)::DOUBLE AS value
     FROM ${RECEIVED} ${conditions.join(' AND ')} GROUP BY ALL`,
    parameters.values,
  );
  const curves = new Curves(by);
  for (const row of rows) {
    const sizeClass = String(row['size_class']);
    if (where.size_class?.includes(sizeClass) === false) continue;
    curves.add({ ...labelsOf(row, places), size_class: sizeClass }, row['bin'] as number, row['value'] as number);
  }
  return curves.all;
}

/** What both questions ask alike. */
function common(
  question: SeriesQuestion,
  parameters: Parameters,
  firstBin: number,
): { places: ('host' | 'instance')[]; conditions: string[]; bin: string } {
  const { from, to, step, by, where } = question;
  const conditions = [`time >= ${parameters.time(from * 1000)}`, `time < ${parameters.time(to * 1000)}`];
  for (const label of ['host', 'instance'] as const) {
    const allowed = where[label];
    if (allowed !== undefined) conditions.push(`${label} IN (${allowed.map((value) => parameters.add(value)).join(', ') || 'NULL'})`);
  }
  return {
    places: (['host', 'instance'] as const).filter((label) => by.includes(label)),
    conditions,
    bin: `(epoch_ms(time) // ${parameters.add(step * 1000)}::BIGINT - ${parameters.add(firstBin)}::BIGINT)::INTEGER`,
  };
}

const labelsOf = (row: Readonly<Record<string, unknown>>, places: readonly ('host' | 'instance')[]): LabelValues =>
  Object.fromEntries(places.map((label) => [label, String(row[label])]));

/** Curves by the labels that tell them apart. */
class Curves {
  readonly all: RowCurve[] = [];
  readonly #by: readonly Label[];
  readonly #byLabels = new Map<string, RowCurve>();

  constructor(by: readonly Label[]) {
    this.#by = by;
  }

  add(labels: LabelValues, bin: number, value: number): void {
    const { bins } = this.#find(labels);
    bins.set(bin, (bins.get(bin) ?? 0) + value);
  }

  put(labels: LabelValues, bin: number, value: number): void {
    const { bins } = this.#find(labels);
    bins.set(bin, Math.max(bins.get(bin) ?? 0, value));
  }

  #find(labels: LabelValues): RowCurve {
    const picked: LabelValues = {};
    for (const label of this.#by) if (labels[label] !== undefined) picked[label] = labels[label];
    const key = JSON.stringify(Object.values(picked));
    let found = this.#byLabels.get(key);
    if (found === undefined) {
      found = { labels: picked, bins: new Map() };
      this.#byLabels.set(key, found);
      this.all.push(found);
    }
    return found;
  }
}
