import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fileMailer } from '../../src/adapters/mail/files.ts';
import { smtpMailer } from '../../src/adapters/mail/smtp.ts';
import type { Mail, Mailer } from '../../src/domain/ports.ts';
import { stoppedClock } from '../support/clock.ts';
import { freePort } from '../support/ports.ts';
import { type MailServer, mailServer } from '../support/smtp.ts';

const clock = stoppedClock();
const { now } = clock;
const sender = 'Rookery <no-reply@example.com>';

const mail: Mail = {
  id: 'verify-email-1',
  to: 'alice@example.com',
  subject: 'Confirma tu dirección: ¡ñandú! 🐦',
  text: 'Hola, Alice:\n\n.\nuna línea con un punto.\n',
  html: '<p>Hola, <b>Alice</b></p>\n',
};

type Subject = { mailer: Mailer; sent: () => Promise<Email[]> };

/** What every kind of mailer must do. */
function keepsTheRules(open: () => Promise<Subject>): void {
  let mailer: Mailer;
  let sent: Subject['sent'];

  beforeEach(async () => {
    ({ mailer, sent } = await open());
  });

  afterEach(() => mailer.close());

  it('brings both forms and a subject in any script over unharmed', async () => {
    await mailer.send(mail);

    const [email] = await sent();
    expect(email?.subject).toBe(mail.subject);
    expect(email?.text?.replaceAll('\r\n', '\n').trim()).toBe(mail.text.trim());
    expect(email?.html?.trim()).toBe(mail.html.trim());
    expect(email?.from).toMatchObject({ name: 'Rookery', address: 'no-reply@example.com' });
    expect(email?.to).toMatchObject([{ address: 'alice@example.com' }]);
    expect(email?.messageId).toBe('<verify-email-1@example.com>');
    expect(email?.date).toBe('2026-06-01T12:00:00.000Z');
  });

  it.each([
    ['a header in the subject', { subject: 'Hello\r\nBcc: bob@example.com' }],
    ['a lone line feed in the subject', { subject: 'Hello\nBcc: bob@example.com' }],
    ['a header in the address', { to: 'alice@example.com\r\nBcc: bob@example.com' }],
    ['a list of addresses', { to: 'alice@example.com, bob@example.com' }],
    ['a group of addresses', { to: 'all:alice@example.com;' }],
    ['an address beside a name', { to: 'bob@example.com <alice@example.com>' }],
    ['a command behind the address', { to: 'alice@example.com> RCPT TO:<bob@example.com' }],
    ['no address', { to: 'alice' }],
  ])('S87: refuses %s', async (_name, change) => {
    await expect(mailer.send({ ...mail, ...change })).rejects.toMatchObject({ code: 'invalid' });

    expect(await sent()).toEqual([]);
  });

  it('keeps fifty mails apart that are sent at once', async () => {
    const ids = Array.from({ length: 50 }, (_, i) => `notice-${i}`);

    await Promise.all(ids.map((id) => mailer.send({ ...mail, id })));

    const seen = (await sent()).map(({ messageId }) => messageId);
    expect(new Set(seen)).toEqual(new Set(ids.map((id) => `<${id}@example.com>`)));
    expect(seen).toHaveLength(50);
  });

  it('says that it would take mail', async () => {
    await expect(mailer.check()).resolves.toBeUndefined();

    expect(await sent()).toEqual([]);
  });
}

describe('mail in files', () => {
  let folder: string;
  const logged: unknown[] = [];
  const log = { info: (...line: unknown[]) => void logged.push(line) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rookery-mail-'));
    logged.length = 0;
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function open(): Promise<Subject> {
    const mailer = fileMailer({ folder: join(folder, 'mail'), sender, now, log });
    return {
      mailer,
      async sent() {
        const names = await readdir(join(folder, 'mail')).catch(() => []);
        const files = names.map((name) => readFile(join(folder, 'mail', name)));
        return Promise.all((await Promise.all(files)).map((raw) => PostalMime.parse(raw)));
      },
    };
  }

  keepsTheRules(open);

  it('names the file in the log and shows it to its owner alone', async () => {
    const { mailer } = await open();
    await mailer.send(mail);
    const file = join(folder, 'mail', 'verify-email-1.eml');

    expect(logged).toEqual([[{ file }, expect.any(String)]]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'mail'))).mode & 0o777).toBe(0o700);
  });

  it('holds links as they are, to be copied out of it', async () => {
    const { mailer } = await open();
    const link = `https://photos.example.com/reset-password?lang=es#token=12.${'0f'.repeat(16)}`;
    await mailer.send({ ...mail, text: `Contraseña:\n${link}\n` });
    const file = await readFile(join(folder, 'mail', 'verify-email-1.eml'), 'utf8');

    expect(file).toContain(`\nContraseña:\n${link}\n`);
  });

  it('puts a repeat in the place of the first', async () => {
    const { mailer, sent } = await open();
    await mailer.send(mail);
    await mailer.send(mail);

    expect(await sent()).toHaveLength(1);
  });

  it('says when it cannot write', async () => {
    await writeFile(join(folder, 'mail'), 'no folder');
    const { mailer } = await open();

    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(mailer.check()).rejects.toThrow();
  });
});

describe('mail by SMTP', () => {
  const login = { user: 'rookery', pass: 'päss word' };
  let server: MailServer;

  beforeAll(async () => {
    server = await mailServer(login);
  });

  afterAll(() => server.stop());

  function mailerTo(port: number, more: object = {}): Mailer {
    const plain = { isSecure: false, needsTls: false, hasNoTls: false, isVerified: true };
    const where = { host: '127.0.0.1', port, ...plain, authorities: null, login, ...more };
    return smtpMailer({ server: where, sender, now, timeoutMs: 500 });
  }

  async function open(): Promise<Subject> {
    server.received.length = 0;
    return { mailer: mailerTo(server.port), sent: async () => server.received };
  }

  keepsTheRules(open);

  it('S86: takes neither a file nor an address as content', async () => {
    const html = { path: '/etc/hostname' } as unknown as string;
    const { mailer, sent } = await open();

    await expect(mailer.send({ ...mail, html })).rejects.toThrow();

    expect(await sent()).toEqual([]);
    await mailer.close();
  });

  it('tells a refusal for good from one for now', async () => {
    const { mailer, sent } = await open();
    server.answerFor('bob@example.com', 550);
    server.answerFor('carla@example.com', 450);

    await expect(mailer.send({ ...mail, to: 'bob@example.com' })).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(mailer.send({ ...mail, to: 'carla@example.com' })).rejects.toMatchObject({
      code: 'unavailable',
    });
    server.answerFor('carla@example.com', null);
    await mailer.send({ ...mail, to: 'carla@example.com' });

    expect(await sent()).toMatchObject([{ envelopeTo: ['carla@example.com'] }]);
    await mailer.close();
  });

  it('goes on trying after any number of refusals: they are no outage', async () => {
    const { mailer, sent } = await open();
    server.answerFor('bob@example.com', 550);
    const refused = Array.from({ length: 8 }, () =>
      mailer.send({ ...mail, to: 'bob@example.com' }),
    );

    await Promise.allSettled(refused);
    await mailer.send(mail);

    expect(await sent()).toHaveLength(1);
    await mailer.close();
  });

  it('spares a server that is down, and finds it again', async () => {
    const port = await freePort();
    const mailer = mailerTo(port, { login: null });
    for (let i = 0; i < 5; i += 1) await mailer.send(mail).catch(() => {});

    const spared = mailer.send(mail);

    await expect(spared).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 10 });
    await expect(mailer.check()).rejects.toThrow(/does not take mail/);
    await mailer.close();
  });

  it('gives up on a server that is silent', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    const mailer = mailerTo(portOf(silent));
    const begun = Date.now();

    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(mailer.check()).rejects.toThrow(/does not take mail/);

    expect(Date.now() - begun).toBeLessThan(5000);
    await mailer.close();
    silent.close();
  });

  it('repeats what a wrong password kept back: somebody will correct it', async () => {
    const mailer = mailerTo(server.port, { login: { user: 'rookery', pass: 'wrong' } });

    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(mailer.check()).rejects.toThrow(/does not take mail/);
    await mailer.close();
  });

  it('sends nothing, and no password, without TLS where TLS is needed', async () => {
    const { sent } = await open();
    const mailer = mailerTo(server.port, { needsTls: true });

    await expect(mailer.send(mail)).rejects.toMatchObject({ code: 'unavailable' });

    expect(await sent()).toEqual([]);
    await mailer.close();
  });

  it('is tried again when its pause is over', async () => {
    const port = await freePort();
    const mailer = mailerTo(port, { login: null });
    for (let i = 0; i < 5; i += 1) await mailer.send(mail).catch(() => {});
    clock.advance(10_000);

    await expect(mailer.send(mail)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/ECONN/),
    });
    await mailer.close();
  });
});

function portOf(server: Server): number {
  const address = server.address();
  return address && typeof address === 'object' ? address.port : 0;
}
