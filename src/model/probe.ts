/** `late`: not back in time. `bounced`: it came back as undeliverable. `refused`: the mail server did not take it. */
export const PROBE_RESULTS = ['ok', 'late', 'bounced', 'refused'] as const;
export type ProbeResult = (typeof PROBE_RESULTS)[number];

/** One stretch of a probe's way, from the `Received` header that its end wrote. */
export interface ProbeHop {
  /** The host that took it, as it calls itself: hostile like everything in a header. */
  readonly by: string;
  /** Seconds since the header before it (the first: since it was sent); whole ones, and of two clocks: never below 0. */
  readonly seconds: number;
  /** As that host wrote it: `TLSv1.3`; empty without TLS. */
  readonly tls: string;
}

/** A message that was sent to see whether mail flows. */
export interface ProbeRow {
  readonly id: string;
  /** ms: when it was sent. */
  readonly time: number;
  readonly result: ProbeResult;
  /** ms until the mail server had taken it, and until it was back; null: it never was. */
  readonly acceptMillis: number | null;
  readonly delayMillis: number | null;
  readonly hops: readonly ProbeHop[];
  /** What Authentication-Results says (RFC 8601): pass, fail, none and the like; empty when it says nothing. */
  readonly spf: string;
  readonly dkim: string;
  readonly dmarc: string;
  /** Why it is not `ok`; may quote a server. */
  readonly problem: string;
}

/** `probe` in the configuration. */
export interface ProbeSettings {
  /** ms between two messages, and after which one is late. */
  readonly every: number;
  readonly timeout: number;
  /** Where they are addressed to: the mark comes behind a `+` in the local part. */
  readonly recipient: string;
  readonly protocol: 'smtp' | 'lmtp';
  readonly listen: { readonly host: string; readonly port: number };
  /** Where it is found, instead of the receiver: the address then needs no mark. */
  readonly imap?: ImapSettings;
}

/** `starttls` and `implicit` insist on TLS and check the certificate. */
export const IMAP_TLS = ['implicit', 'starttls', 'none'] as const;

/** A mailbox of the probe's own. */
export interface ImapSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: (typeof IMAP_TLS)[number];
  readonly user: string;
  /** Its first line is the password; read at each connection, so that it can be changed. */
  readonly passwordFile: string;
  readonly mailbox: string;
}
