import type { AccountsAnswer, AccountsQuestion, Failures, FailuresQuestion, Finding, FindingsQuestion } from '../model/account.ts';
import type { Alert, AlertDelivery, AlertingState, AlertingUpdate } from '../model/alert.ts';
import type { Batch } from '../model/batch.ts';
import type { Mark } from '../model/mark.ts';
import type { Position } from '../model/line.ts';
import type {
  BacklogAnswer,
  BacklogQuestion,
  BreakdownAnswer,
  BreakdownQuestion,
  LoginsAnswer,
  LoginsQuestion,
  MessagesQuestion,
  MessageSummary,
  ParserAnswer,
  QueueState,
  ReconcileQuestion,
  ReconcileRow,
  SeriesAnswer,
  SeriesQuestion,
  ServiceState,
  StoreFacts,
  TopAnswer,
  TopQuestion,
  TotalsQuestion,
  TotalsRow,
  Trace,
} from '../model/question.ts';
import type { ProbeRow } from '../model/probe.ts';
import type { ReportMail } from '../model/report-mail.ts';

/** What the pipeline needs to go on where it stopped. */
export interface SavedState {
  readonly positions: readonly Position[];
  readonly inFlight: ReadonlyMap<string, string>;
  /** The largest uid stored; 0 when empty. */
  readonly lastUid: number;
}

/** How long what is kept, in days; 0 means for ever. */
export interface Retention {
  readonly messages: number;
  readonly minutes: number;
  readonly hours: number;
  readonly days: number;
}

/** The one thing that is written to: one writer, one transaction at a time. */
export interface StoreWriter {
  savedState(): Promise<SavedState>;
  /** Stores all of the batch in one transaction. A rejection means that nothing of it was stored. */
  commit(batch: Batch): Promise<void>;
  /** Merges rollup deltas of past bins and compacts the in-flight table. */
  compact(): Promise<void>;
  /** Drops what is older than its limit, seen from `now` (ms). Returns the rows dropped. */
  retain(limits: Retention, now: number): Promise<number>;
}

/** Everything that can be asked. Each answer is bounded in time and size. */
export interface StoreReader {
  series(question: SeriesQuestion): Promise<SeriesAnswer>;
  totals(question: TotalsQuestion): Promise<readonly TotalsRow[]>;
  top(question: TopQuestion): Promise<TopAnswer>;
  breakdown(question: BreakdownQuestion): Promise<BreakdownAnswer>;
  messages(question: MessagesQuestion): Promise<readonly MessageSummary[]>;
  trace(id: string): Promise<Trace | undefined>;
  /** What became of the messages received in a time range, per day, host and instance. */
  reconcile(question: ReconcileQuestion): Promise<readonly ReconcileRow[]>;
  queues(): Promise<readonly QueueState[]>;
  /** Those that are down first. */
  services(): Promise<readonly ServiceState[]>;
  /** Who is waited for, and how long, as the log tells. Messages older than ten days are not looked for. */
  backlog(question: BacklogQuestion): Promise<BacklogAnswer>;
  /** Lives of daemons, and when a source was not read, in order of time; the newest when there are very many. Times in seconds. */
  marks(from: number, to: number): Promise<readonly Mark[]>;
  logins(question: LoginsQuestion): Promise<LoginsAnswer>;
  /** Who is at home where: each account at each network. */
  accounts(question: AccountsQuestion): Promise<AccountsAnswer>;
  failures(question: FailuresQuestion): Promise<readonly Failures[]>;
  /** What may tell of stolen passwords, the newest first, with the rows behind it. Accounts are compared with their month before. */
  findings(question: FindingsQuestion): Promise<readonly Finding[]>;
  parser(from: number, to: number): Promise<ParserAnswer>;
  /** Values that a label has had, for the page's filters. */
  labelValues(label: 'host' | 'instance' | 'domain'): Promise<readonly string[]>;
  facts(): Promise<StoreFacts>;
  /** Alerts that fired between two times (ms), the newest first. */
  alerts(from: number, to: number, limit: number): Promise<readonly Alert[]>;
  /** The newest first. */
  alertDeliveries(limit: number): Promise<readonly AlertDelivery[]>;
  /** Messages sent to see whether mail flows, the newest first. */
  probes(limit: number): Promise<readonly ProbeRow[]>;
  /** Reports that were due, the newest first. */
  reportMails(): Promise<readonly ReportMail[]>;
}

/** Where alerting keeps what it has to know after a restart. */
export interface AlertingStore {
  alerting(): Promise<AlertingState>;
  /** Stores what alerting came to, in one transaction. A rejection may leave open whether it was stored: ask `alerting`. */
  saveAlerting(update: AlertingUpdate): Promise<void>;
}

export interface Store extends StoreWriter, StoreReader, AlertingStore {
  /** Makes a copy to go back to when the store is found damaged. */
  backup(): Promise<void>;
  /** When that was last, in ms since the epoch. */
  backedUpAt(): Promise<number | undefined>;
  saveProbe(row: ProbeRow): Promise<void>;
  /** Takes the place of what was known of these mails (by schedule, recipient and period), in one transaction. */
  saveReportMails(mails: readonly ReportMail[]): Promise<void>;
  /** Checkpoints and lets the file go. */
  close(): Promise<void>;
}
