import type { Notice, Severity } from './alert.ts';

/** A channel's part of the configuration. `type` is the name of the notifier's file. */
export interface ChannelSettings {
  readonly name: string;
  readonly type: ChannelType;
  /** The secret address of a chat's robot, or a webhook's; from the configuration or from a file. */
  readonly url?: string;
  readonly urlFile?: string;
  /** Lines of a file: keys to sign with, or a token. Read at each sending. */
  readonly secretFile?: string;
  /** webhook: our own body, or Alertmanager's. */
  readonly format?: 'standard' | 'alertmanager';
  /** telegram */
  readonly chat?: string;
  /** email */
  readonly to?: readonly string[];
  /** Networks that are refused otherwise, since no public server is there: `10.0.0.0/8`. */
  readonly allowPrivate: readonly string[];
  /** Only alerts of at least this severity. */
  readonly severity: Severity;
  readonly resolved: 'send' | 'skip';
  /** What is told together: label names, `rule` and `severity` among them. */
  readonly groupBy: readonly string[];
  /** ms: how long a new group waits for more; how long until the next about the same group; how often it is told again. */
  readonly groupWait: number;
  readonly groupInterval: number;
  readonly repeat: number;
  /** ms: how long one attempt may take. */
  readonly timeout: number;
}

export const CHANNEL_TYPES = ['webhook', 'alertmanager', 'slack', 'dingtalk', 'wecom', 'feishu', 'telegram', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** What a receiver made of one attempt. `problem` is a sentence without any secret. */
export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly problem: string;
      /** Whether trying again can help. */
      readonly retry: boolean;
      /** ms: the receiver asked not to be tried earlier. */
      readonly after?: number;
      /** The receiver is no more (HTTP 410): nothing more is to be sent there. */
      readonly gone?: boolean;
    };

/** One channel. It answers "did it work, is retrying useful?"; grouping, retries and logging are the sender's. */
export interface Notifier {
  /** One attempt. Never throws for what a receiver or the network does. */
  send(notice: Notice, signal: AbortSignal): Promise<Verdict>;
  /** Whether it could be reached, without telling anybody anything: names resolve, a connection and TLS come about. */
  probe(signal: AbortSignal): Promise<Verdict>;
}
