import type { Accepted, Connect, Login, LoginService, Session } from '../model/event.ts';
import { Remembered } from './remembered.ts';
import { sessionKey, type At, type Shared } from './shared.ts';

/** smtpd gives up on a silent client after this (`smtpd_timeout`): what comes later is another session. */
const SMTPD_TIMEOUT_MILLIS = 300_000;

/** Roundcube writes one failed login into two of its logs, the later line up to a second after the first. */
const TWIN_MILLIS = 2_000;

const MAX_SESSIONS = 5_000;

/** Longer is nobody's name: an address has up to 320 characters (RFC 5321), and there may be a master's beside it. */
const LONGEST_NAME = 640;

/** Counts logins: each attempt once, whatever number of lines tells of it. */
export class Logins {
  private readonly shared: Shared;
  /** SMTP sessions that logged in: `host syslog_name pid` -> time of the last message, logins counted. */
  private readonly smtp: Remembered<readonly [number, number]>;
  /** All pids of these sessions and some more: asked at each connection, most of which are no such session. */
  private readonly pids = new Set<number>();
  /** Failures that only Dovecot's auth process told of so far: session -> attempts. */
  private readonly authFailures: Remembered<number>;

  /** Failed webmail logins whose twin in the other log is yet to come: session -> times. */
  private readonly twins: Remembered<readonly number[]>;

  constructor(shared: Shared, inFlight: ReadonlyMap<string, string>) {
    this.shared = shared;
    this.smtp = new Remembered('s', MAX_SESSIONS, inFlight);
    this.notePids();
    this.authFailures = new Remembered('a', 5_000, inFlight);
    this.twins = new Remembered('w', 1_000, inFlight);
  }

  take(told: Login, at: At): void {
    const login = believed(told);
    if (login.service === 'auth') {
      // Without a session it was for SMTP, where smtpd logs the failure itself.
      if (login.session !== undefined) this.authFailures.set(login.session, (this.authFailures.get(login.session) ?? 0) + login.attempts);
      return;
    }
    if (login.service === 'webmail' && login.result === 'failed' && login.session !== undefined && this.isTwin(login.session, at.time))
      return;
    const earlier = login.session === undefined ? undefined : this.authFailures.get(login.session);
    if (earlier !== undefined && login.session !== undefined) {
      this.authFailures.delete(login.session);
      // A client that failed and then got in: its login line no longer tells of the failures.
      if (login.result === 'ok') this.count(login, login.service, 'failed', earlier, at);
    }
    this.count(login, login.service, login.result, login.attempts, at);
  }

  /** Does the other of Roundcube's logs tell of this failure already? */
  private isTwin(session: string, time: number): boolean {
    const times = this.twins.get(session) ?? [];
    const twin = times.find((other) => Math.abs(other - time) <= TWIN_MILLIS);
    if (twin === undefined) this.twins.set(session, [...times.slice(-19), time]);
    else this.twins.set(session, times.toSpliced(times.indexOf(twin), 1));
    return twin !== undefined;
  }

  /** A message was accepted from an authenticated client: its session logged in, once. */
  accepted(event: Accepted, at: At): void {
    if (event.user === undefined) return;
    const key = sessionKey(at);
    const session = this.smtp.get(key);
    if (session !== undefined && at.time - session[0] <= SMTPD_TIMEOUT_MILLIS) {
      this.smtp.set(key, [at.time, session[1]]);
      return;
    }
    this.smtp.set(key, [at.time, 1]);
    this.pids.add(at.pid);
    if (this.pids.size > 2 * MAX_SESSIONS) this.notePids();
    this.smtpLogin(event.user, event.clientIp, event.authMethod, 1, at);
  }

  connect(at: At): void {
    if (this.pids.has(at.pid)) this.smtp.delete(sessionKey(at));
  }

  /** smtpd's summary counts the AUTH commands: also of those who logged in and sent nothing. */
  disconnect(event: Connect, at: At): void {
    let counted = 0;
    if (this.pids.has(at.pid)) {
      const key = sessionKey(at);
      counted = this.smtp.get(key)?.[1] ?? 0;
      this.smtp.delete(key);
    }
    if (event.authOk !== undefined && event.authOk > counted)
      this.smtpLogin(undefined, event.clientIp, undefined, event.authOk - counted, at);
  }

  private notePids(): void {
    this.pids.clear();
    for (const key of this.smtp.keys()) this.pids.add(Number(key.slice(key.lastIndexOf(' ') + 1)));
  }

  session(event: Session, at: At): void {
    const domain = this.shared.ourDomain(event.user);
    this.shared.batch.count('session_bytes_in', at.time, event.bytesIn ?? 0, at.host, '', domain, event.service);
    this.shared.batch.count('session_bytes_out', at.time, event.bytesOut ?? 0, at.host, '', domain, event.service);
  }

  takeChanges(into: Map<string, string | null>): void {
    this.smtp.takeChanges(into);
    this.authFailures.takeChanges(into);
    this.twins.takeChanges(into);
  }

  private smtpLogin(user: string | undefined, ip: string | undefined, method: string | undefined, attempts: number, at: At): void {
    this.count({ user, ip, method, tls: undefined }, 'smtp', 'ok', attempts, at);
  }

  private count(login: Who, service: LoginService, result: Login['result'], attempts: number, at: At): void {
    const { batch } = this.shared;
    const tls = login.tls === undefined ? '' : login.tls ? 'yes' : 'no';
    const domain = this.shared.ourDomain(login.user ?? '');
    batch.count('login', at.time, attempts, at.host, at.instance, domain, service, result, tls);
    batch.logins.push({
      time: at.time,
      host: at.host,
      service,
      result,
      user: login.user ?? '',
      ip: login.ip ?? '',
      attempts,
      tls: login.tls ?? null,
      method: login.method ?? '',
    });
  }
}

/** Who logged in, and how. */
type Who = { readonly [field in 'user' | 'ip' | 'method' | 'tls']?: Login[field] | undefined };

/**
 * Loggers cut long lines (rsyslog at 8 KiB), and most programs write what came of a login, and from where, behind the name that
 * was sent. So the end of a line with such a name may be the sender's own, up to a `status=loginok`. Nobody gets in with it.
 */
function believed(login: Login): Login {
  const { kind, service, attempts, user = '' } = login;
  if (user.length <= LONGEST_NAME) return login;
  return { kind, service, result: 'failed', attempts, user: user.slice(0, LONGEST_NAME) };
}
