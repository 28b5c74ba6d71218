import { once } from 'node:events';
import { callbackify } from 'node:util';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { Certificate } from './certificates.ts';
import { freePort } from './ports.ts';

type Envelope = Pick<Received, 'envelopeTo' | 'isSecure'>;

export type Received = Email & { envelopeTo: string[]; raw: string; isSecure: boolean };

/** What it shows to whoever wants TLS, or from the first byte. */
export type MailTls = Certificate & { kind: 'starttls' | 'smtps' };

/** A real SMTP server of this process that keeps what it takes. */
export type MailServer = {
  port: number;
  url: string;
  /** All mails taken so far, in their order. */
  received: Received[];
  /** Takes one address as unknown (`550`), busy (`450`), or again as good (null). */
  answerFor(address: string, code: 450 | 550 | null): void;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export async function mailServer(
  login?: { user: string; pass: string },
  tls?: MailTls,
): Promise<MailServer> {
  const port = await freePort();
  const received: Received[] = [];
  const answers = new Map<string, number>();
  let server: SMTPServer | undefined;

  async function keep(raw: Buffer, envelope: Envelope): Promise<void> {
    received.push({ ...(await PostalMime.parse(raw)), ...envelope, raw: raw.toString('utf8') });
  }

  function newServer(): SMTPServer {
    const made = new SMTPServer({
      ...(tls ? { key: tls.key, cert: tls.cert, secure: tls.kind === 'smtps' } : {}),
      disabledCommands: tls ? [] : ['STARTTLS'],
      authOptional: !login,
      allowInsecureAuth: true,
      closeTimeout: 100,
      logger: false,
      onAuth({ username, password }, _session, done) {
        if (username === login?.user && password === login?.pass) done(null, { user: username });
        else done(refusal(535, 'Wrong password'));
      },
      onRcptTo({ address }, _session, done) {
        const code = answers.get(address);
        done(code ? refusal(code, 'Not now, not here') : undefined);
      },
      onData(stream, { envelope, secure }, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
        const envelopeTo = envelope.rcptTo.map(({ address }) => address);
        const seen = { envelopeTo, isSecure: secure };
        stream.on('end', () => callbackify(keep)(Buffer.concat(chunks), seen, done));
      },
    });
    made.on('error', () => {});
    return made;
  }

  async function start(): Promise<void> {
    server = newServer();
    const listening = server.listen(port, '127.0.0.1');
    await once(listening, 'listening');
  }

  await start();
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    received,
    answerFor(address, code) {
      if (code === null) answers.delete(address);
      else answers.set(address, code);
    },
    start,
    async stop() {
      await new Promise<void>((done) => server?.close(done));
    },
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

/** The secret of the link in a mail. */
export function tokenIn({ text = '' }: Pick<Email, 'text'>): string {
  const token = /#token=([0-9a-f.]+)/.exec(text)?.[1];
  if (token === undefined) throw new Error(`There is no link in: ${text}`);
  return token;
}

/** The six digits of a mail. */
export function codeIn({ text = '' }: Pick<Email, 'text'>): string {
  const code = /: (\d{6})$/m.exec(text)?.[1];
  if (code === undefined) throw new Error(`There is no code in: ${text}`);
  return code;
}
