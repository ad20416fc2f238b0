import type {
  Batch,
  CorrectionRow,
  Coverage,
  DeliveryRow,
  EndRow,
  LinkRow,
  LoginRow,
  NoticeRow,
  QueueFileRow,
  RefusalRow,
  StepRow,
  UnknownLine,
  VerdictRow,
} from '../model/batch.ts';
import type { LagSample, Position, QueueSample, ServiceSample } from '../model/line.ts';
import type { SeriesName } from '../model/series.ts';
import type { Sums } from './sums.ts';

/** The rows that grow with the log. */
export type BatchRows = Pick<Batch, 'queueFiles' | 'deliveries' | 'refusals' | 'verdicts' | 'logins' | 'steps'>;

/** Collects what will be one transaction. */
export class BatchBuilder {
  readonly queueFiles: QueueFileRow[] = [];
  readonly deliveries: DeliveryRow[] = [];
  readonly refusals: RefusalRow[] = [];
  readonly verdicts: VerdictRow[] = [];
  readonly logins: LoginRow[] = [];
  readonly steps: StepRow[] = [];
  readonly links: LinkRow[] = [];
  readonly corrections: CorrectionRow[] = [];
  readonly ends: EndRow[] = [];
  readonly completions: QueueFileRow[] = [];
  readonly notices: NoticeRow[] = [];
  readonly queueSamples: QueueSample[] = [];
  readonly serviceSamples: ServiceSample[] = [];
  readonly lagSamples: LagSample[] = [];
  readonly unknownLines: UnknownLine[] = [];
  readonly positions = new Map<string, Position>();
  readonly coverage = new Map<string, Coverage>();
  lines = 0;
  /** ms: the newest event, and when the first line came in. */
  newestEvent = 0;
  startedAt = 0;
  /** Whether its lines were written since we watch; a batch has lines of one kind. */
  live = false;
  private readonly sums: Sums;
  private handedOver = 0;

  /** `sums`: kept from batch to batch, for the combinations of labels it knows. */
  constructor(sums: Sums) {
    this.sums = sums;
  }

  /** Rows that are here. */
  get rows(): number {
    return (
      this.queueFiles.length + this.deliveries.length + this.refusals.length + this.verdicts.length + this.logins.length + this.steps.length
    );
  }

  /** Rows and rollup entries: what a commit costs. */
  get weight(): number {
    return this.rows + this.handedOver + this.sums.bins;
  }

  /** Lets go of the rows, once `take` has them. */
  handOver(take: (rows: BatchRows) => void): void {
    this.handedOver += this.rows;
    take(this);
    for (const rows of [this.queueFiles, this.deliveries, this.refusals, this.verdicts, this.logins, this.steps]) rows.length = 0;
  }

  get empty(): boolean {
    const samples = this.queueSamples.length + this.serviceSamples.length + this.lagSamples.length;
    return this.positions.size === 0 && samples === 0 && this.coverage.size === 0;
  }

  /** Adds to a series in the minute of `time`. `a` to `d`: the values of the series' own labels, in its order (SERIES). */
  count(
    series: SeriesName,
    time: number,
    value: number,
    host: string,
    instance: string,
    domain: string,
    a = '',
    b = '',
    c = '',
    d = '',
  ): void {
    if (value !== 0) this.sums.add(series, time, value, host, instance, domain, a, b, c, d);
  }

  build(inFlight: ReadonlyMap<string, string | null>): Batch {
    return {
      positions: [...this.positions.values()],
      queueFiles: this.queueFiles,
      deliveries: this.deliveries,
      refusals: this.refusals,
      verdicts: this.verdicts,
      logins: this.logins,
      steps: this.steps,
      links: this.links,
      corrections: this.corrections,
      ends: this.ends,
      completions: this.completions,
      notices: this.notices,
      rollups: this.sums.take(this.live),
      queueSamples: this.queueSamples,
      serviceSamples: this.serviceSamples,
      lagSamples: this.lagSamples,
      unknownLines: this.unknownLines,
      coverage: [...this.coverage.values()],
      inFlight,
      lines: this.lines,
    };
  }
}
