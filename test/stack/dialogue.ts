import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A line-by-line conversation over TCP, as a mail client has it. */
export class Dialogue {
  private readonly socket: Socket;
  private readonly lines: string[] = [];
  private rest = '';
  private wake: (() => void) | undefined;
  private ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      const lines = (this.rest + chunk).split('\r\n');
      this.rest = lines.pop() ?? '';
      this.lines.push(...lines);
      this.wake?.();
    });
    const end = (): void => {
      this.ended = true;
      this.wake?.();
    };
    socket.on('close', end);
    socket.on('error', end);
  }

  static async open(port: number, host = '127.0.0.1'): Promise<Dialogue> {
    const socket = connect(port, host);
    await once(socket, 'connect');
    return new Dialogue(socket);
  }

  async line(): Promise<string> {
    for (;;) {
      const line = this.lines.shift();
      if (line !== undefined) return line;
      if (this.ended) throw new Error('the server closed the connection');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  send(text: string): void {
    this.socket.write(`${text}\r\n`);
  }

  /** Resolves when this machine has taken it; rejects when the server has gone. */
  taken(text: string): Promise<void> {
    return new Promise((taken, gone) => this.socket.write(`${text}\r\n`, (error) => (error ? gone(error) : taken())));
  }

  async close(): Promise<void> {
    this.socket.end();
    if (!this.socket.closed) await once(this.socket, 'close');
  }

  /** An SMTP reply: the code, and the text of its last line. */
  async reply(): Promise<{ code: number; text: string }> {
    for (;;) {
      const line = await this.line();
      if (line[3] !== '-') return { code: Number(line.slice(0, 3)), text: line.slice(4) };
    }
  }

  async command(text: string): Promise<{ code: number; text: string }> {
    this.send(text);
    return this.reply();
  }
}

export interface Sending {
  /** Code of the reply to AUTH, when it was tried. */
  auth?: number;
  /** Code of the reply to each RCPT. */
  recipients: Record<string, number>;
  /** Code of the reply to the end of data; absent when no recipient was accepted. */
  data?: number;
}

export interface Mail {
  from: string;
  to: readonly string[];
  subject?: string;
  body?: string;
  login?: { user: string; password: string };
}

let count = 0;

/** Sends one message and tells what the server said to each step. */
export async function sendMail(port: number, mail: Mail): Promise<Sending> {
  const smtp = await Dialogue.open(port);
  const result: Sending = { recipients: {} };
  try {
    await smtp.reply();
    await smtp.command('EHLO client.example.net');
    if (mail.login !== undefined) {
      const token = Buffer.from(`\0${mail.login.user}\0${mail.login.password}`).toString('base64');
      result.auth = (await smtp.command(`AUTH PLAIN ${token}`)).code;
      if (result.auth !== 235) return result;
    }
    await smtp.command(`MAIL FROM:<${mail.from}>`);
    for (const to of mail.to) result.recipients[to] = (await smtp.command(`RCPT TO:<${to}>`)).code;
    if (!Object.values(result.recipients).includes(250)) return result;
    await smtp.command('DATA');
    const head = `From: <${mail.from}>\r\nMessage-ID: <${process.pid}.${++count}@client.example.net>\r\nSubject: ${mail.subject ?? 'test'}`;
    result.data = (await smtp.command(`${head}\r\n\r\n${mail.body ?? 'Hello'}\r\n.`)).code;
    return result;
  } finally {
    await smtp.command('QUIT').catch(() => undefined);
    await smtp.close();
  }
}

/** Logs in by IMAP `attempts.length` times in one session, one password after the other. Returns which worked. */
export async function imapLogin(port: number, user: string, passwords: readonly string[]): Promise<boolean[]> {
  const imap = await Dialogue.open(port);
  const results: boolean[] = [];
  await imap.line();
  const tagged = async (tag: string, command: string): Promise<string> => {
    imap.send(`${tag} ${command}`);
    for (;;) {
      const line = await imap.line();
      if (line.startsWith(`${tag} `)) return line;
    }
  };
  for (const password of passwords) results.push((await tagged(`a${results.length}`, `LOGIN "${user}" "${password}"`)).includes(' OK '));
  await tagged('z', 'LOGOUT').catch(() => undefined);
  await imap.close();
  return results;
}

export async function pop3Login(port: number, user: string, password: string): Promise<boolean> {
  const pop3 = await Dialogue.open(port);
  await pop3.line();
  pop3.send(`USER ${user}`);
  await pop3.line();
  pop3.send(`PASS ${password}`);
  const ok = (await pop3.line()).startsWith('+OK');
  pop3.send('QUIT');
  await pop3.line().catch(() => undefined);
  await pop3.close();
  return ok;
}
