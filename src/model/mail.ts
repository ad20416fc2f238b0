/** `if_offered`: STARTTLS where the server has it, with any certificate. `starttls` and `implicit` insist on TLS and check the certificate. */
export const SMTP_TLS = ['if_offered', 'starttls', 'implicit', 'none'] as const;

/** The server that takes our mail: `smtp` in the configuration. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: (typeof SMTP_TLS)[number];
  /** Absent: no login. */
  readonly user?: string;
  /** Its first line is the password; read at each sending, so that it can be changed. */
  readonly passwordFile?: string;
  /** The sender's address, perhaps with a name: `Mail log <mailgraph-ext@example.org>`. */
  readonly from: string;
}
