import type { SeriesQuestion } from '../../model/question.ts';
import { type Label, type LabelValues, PHASES, QUANTILES } from '../../model/series.ts';
import type { Ask } from './database.ts';
import type { Memory } from './memory.ts';
import { PHASE_COLUMN, split } from './row-hours.ts';
import { Parameters } from './segments.ts';
import { REACHED, RECEIVED, SIZE_CLASS } from './series-rows.ts';

/** Series that are made when they are asked for from the rows of messages, or from what these came to by the hour. */
export type RowSeries = 'delivery_delay' | 'received_sizes';

export interface RowCurve {
  readonly labels: LabelValues;
  readonly bins: Map<number, number>;
}

/** Bin numbers count from `firstBin`. */
export function rowCurves(ask: Ask, memory: Memory, name: RowSeries, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  return name === 'delivery_delay' ? delayCurves(ask, memory, question, firstBin) : sizeCurves(ask, memory, question, firstBin);
}

/** In ms: since when it is known what messages came in; Infinity without any. */
export async function rowsSince(ask: Ask): Promise<number> {
  const [row] = await ask(
    'SELECT epoch_ms(min(since))::DOUBLE AS since FROM (SELECT min(time) AS since FROM queue_files UNION ALL SELECT min(time) FROM size_hours)',
  );
  return row?.['since'] === null || row === undefined ? Infinity : Number(row['since']);
}

/** A percentile of several curves is none of their percentiles: what is not in `by` needs one value. */
async function delayCurves(ask: Ask, memory: Memory, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  const { by, where } = question;
  const phases = PHASES.filter((phase) => (where.phase ?? (by.includes('phase') ? PHASES : ['total'])).includes(phase));
  const quantiles = QUANTILES.filter((quantile) => (where.quantile ?? (by.includes('quantile') ? QUANTILES : ['0.5'])).includes(quantile));
  if (phases.length === 0 || quantiles.length === 0) return [];
  const parameters = new Parameters();
  const { places, conditions, bin } = common(question, parameters, firstBin);
  const { days, hours, rows } = split(memory, question, parameters, { rowsOnly: where.domain !== undefined, withDays: true });
  const ofDomain = where.domain === undefined ? '' : `AND ${isOfDomain(where.domain, parameters)}`;
  const taken = phases.map(
    (phase) => `SELECT time, host, instance, '${phase}' AS phase, ${PHASE_COLUMN[phase]} AS delay_ms, 1 AS recipients
      FROM deliveries WHERE ${REACHED} AND ${rows} ${ofDomain}`,
  );
  const summed = (table: string, range: string): string =>
    `SELECT time, host, instance, phase, delay_ms, recipients FROM ${table} WHERE ${range} AND phase IN (${phases.map((phase) => `'${phase}'`).join(', ')})`;
  const own = [...places, 'bin', 'phase'].join(', ');
  const least = quantiles.map(
    (quantile, i) => `min(delay_ms) FILTER (upto * 100 >= recipients * ${Math.round(Number(quantile) * 100)}) AS q${i}`,
  );
  const found = await ask(
    `SELECT ${own}, ${least.join(', ')} FROM (
       SELECT ${own}, delay_ms, (sum(recipients) OVER (PARTITION BY ${own} ORDER BY delay_ms ROWS UNBOUNDED PRECEDING))::BIGINT AS upto,
         (sum(recipients) OVER (PARTITION BY ${own}))::BIGINT AS recipients
       FROM (
         SELECT ${[...places, `${bin} AS bin`].join(', ')}, phase, delay_ms, sum(recipients)::BIGINT AS recipients FROM (
           ${summed('delay_days', days)} UNION ALL ${summed('delay_hours', hours)}
           UNION ALL ${taken.join(' UNION ALL ')})
         ${conditions} GROUP BY ALL))
     GROUP BY ALL`,
    parameters.values,
  );
  const curves = new Curves(by);
  for (const row of found) {
    quantiles.forEach((quantile, i) => {
      const labels = { ...labelsOf(row, places), phase: String(row['phase']), quantile };
      curves.put(labels, row['bin'] as number, Number(row[`q${i}`]) / 1000);
    });
  }
  return curves.all;
}

function isOfDomain(domains: readonly string[], parameters: Parameters): string {
  const list = domains.map((domain) => parameters.add(domain)).join(', ') || 'NULL';
  return `(lower(split_part(recipient, '@', -1)) IN (${list}) OR lower(split_part(sender, '@', -1)) IN (${list}))`;
}

async function sizeCurves(ask: Ask, memory: Memory, question: SeriesQuestion, firstBin: number): Promise<RowCurve[]> {
  const { by, where } = question;
  if (where.domain !== undefined && !where.domain.includes('')) return [];
  const parameters = new Parameters();
  const { places, conditions, bin } = common(question, parameters, firstBin);
  const { hours, rows } = split(memory, question, parameters);
  const found = await ask(
    `SELECT ${[...places, `${bin} AS bin`].join(', ')}, size_class, sum(messages)::DOUBLE AS value FROM (
       SELECT time, host, instance, size_class, messages FROM size_hours WHERE ${hours}
       UNION ALL SELECT time, host, instance, ${SIZE_CLASS}, 1 FROM queue_files t WHERE ${RECEIVED} AND ${rows})
     ${conditions} GROUP BY ALL`,
    parameters.values,
  );
  const curves = new Curves(by);
  for (const row of found) {
    const sizeClass = String(row['size_class']);
    if (where.size_class?.includes(sizeClass) === false) continue;
    curves.add({ ...labelsOf(row, places), size_class: sizeClass }, row['bin'] as number, row['value'] as number);
  }
  return curves.all;
}

/** What both questions ask alike. */
function common(
  { step, by, where }: SeriesQuestion,
  parameters: Parameters,
  firstBin: number,
): { places: ('host' | 'instance')[]; conditions: string; bin: string } {
  const conditions = (['host', 'instance'] as const).flatMap((label) => {
    const allowed = where[label];
    return allowed === undefined ? [] : [`${label} IN (${allowed.map((value) => parameters.add(value)).join(', ') || 'NULL'})`];
  });
  return {
    places: (['host', 'instance'] as const).filter((label) => by.includes(label)),
    conditions: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`,
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
