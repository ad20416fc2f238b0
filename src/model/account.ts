import type { LoginRow } from './batch.ts';

/**
 * Accounts and where they are used from. An account is a login name in lower case; a network is a /24 (IPv4) or /64 (IPv6), written so.
 * Times of questions are seconds, of rows ms since the epoch.
 */

export interface AccountsQuestion {
  readonly from: number;
  readonly to: number;
  /** That account alone, whatever became of its attempts; without it the accounts that got in. */
  readonly user?: string;
  readonly limit: number;
}

/** One account at one network. */
export interface AccountPlace {
  readonly user: string;
  /** Empty where the log tells no address. */
  readonly network: string;
  /** How many addresses of that network, and the last one. */
  readonly addresses: number;
  readonly ip: string;
  /** The name under which Postfix knows that address, both ways resolved; or empty. */
  readonly clientName: string;
  readonly services: readonly string[];
  /** Attempts. */
  readonly ok: number;
  readonly failed: number;
  readonly first: number;
  readonly last: number;
}

export interface AccountsAnswer {
  /** Accounts with the most networks besides this host first, an account's newest first. */
  readonly rows: readonly AccountPlace[];
  /** How many there are, those that `limit` cut included. */
  readonly places: number;
}

export const FAILURES_BY = ['account', 'network'] as const;
export type FailuresBy = (typeof FAILURES_BY)[number];

export interface FailuresQuestion {
  readonly by: FailuresBy;
  readonly from: number;
  readonly to: number;
  readonly user?: string;
  readonly limit: number;
}

/** Failed logins to one account, or from one network; those with the most first. */
export interface Failures {
  readonly value: string;
  /** Attempts. */
  readonly failed: number;
  readonly ok: number;
  /** Networks that tried this account, or accounts that were tried from this network. */
  readonly others: number;
  readonly services: readonly string[];
  readonly first: number;
  readonly last: number;
}

/**
 * What may tell of a stolen password. `burst`: an account sends far more than ever in the hour after it was used from a network that is
 * new for it. `guessed`: it got in from a new network from which many attempts had failed. `many_networks`: on one day it was used from
 * more networks than on any before.
 */
export const FINDING_KINDS = ['burst', 'guessed', 'many_networks'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface FindingsQuestion {
  readonly from: number;
  readonly to: number;
  readonly user?: string;
}

/** A message that an account sent. */
export interface SentMessage {
  /** What `trace` takes. */
  readonly id: string;
  readonly time: number;
  readonly queueId: string;
  readonly sender: string;
  readonly recipients: number;
  readonly size: number;
  readonly clientIp: string;
}

export interface Finding {
  readonly kind: FindingKind;
  readonly user: string;
  /** The first login that it is about. */
  readonly time: number;
  /** The new network; empty for `many_networks`. */
  readonly network: string;
  /** Networks of that day or hour: all (`many_networks`), or the new ones. */
  readonly networks: number;
  /** What the account had in its busiest time of the month before: networks a day, or recipients an hour. */
  readonly usual: number;
  /** Of the hour after the login. */
  readonly messages: number;
  readonly recipients: number;
  /** Attempts from the network on the day before the login, and to how many accounts. */
  readonly failed: number;
  readonly accounts: number;
  /** The rows behind it in order of time, the first few. */
  readonly evidence: { readonly logins: readonly LoginRow[]; readonly messages: readonly SentMessage[] };
}
