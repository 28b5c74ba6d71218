import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { smtpMailer } from '../../src/adapters/mail/smtp.ts';
import { readConfig } from '../../src/app/config.ts';
import { selfSigned } from '../support/certificates.ts';
import { stoppedClock } from '../support/clock.ts';
import { type MailServer, mailServer } from '../support/smtp.ts';

const { now } = stoppedClock();
const folder = mkdtempSync(join(tmpdir(), 'rookery-mail-tls-'));
const certificate = selfSigned();
const authority = join(folder, 'authority.pem');
writeFileSync(authority, certificate.cert);

afterAll(() => rmSync(folder, { recursive: true }));

const mail = {
  id: 'welcome-1',
  to: 'alice@example.com',
  subject: 'Welcome',
  text: 'Hello.',
  html: '<p>Hello.</p>',
};

type Kind = 'plain' | 'starttls' | 'smtps';
type Place = 'here' | 'elsewhere';
type Outcome = 'over TLS' | 'in the clear' | 'not at all';

/** Of a server whose certificate is signed by itself. */
const table: Array<[place: Place, settings: Record<string, string>, Record<Kind, Outcome>]> = [
  ['here', {}, { plain: 'in the clear', starttls: 'over TLS', smtps: 'over TLS' }],
  ['elsewhere', {}, { plain: 'in the clear', starttls: 'not at all', smtps: 'not at all' }],
  [
    'elsewhere',
    { SMTP_CA_FILE: authority },
    { plain: 'in the clear', starttls: 'over TLS', smtps: 'over TLS' },
  ],
  [
    'here',
    { SMTP_TLS: 'required' },
    { plain: 'not at all', starttls: 'not at all', smtps: 'not at all' },
  ],
  [
    'elsewhere',
    { SMTP_TLS: 'required', SMTP_CA_FILE: authority },
    { plain: 'not at all', starttls: 'over TLS', smtps: 'over TLS' },
  ],
  [
    'elsewhere',
    { SMTP_TLS: 'opportunistic' },
    { plain: 'in the clear', starttls: 'over TLS', smtps: 'over TLS' },
  ],
  [
    'here',
    { MAIL_USE_TLS: 'true' },
    { plain: 'not at all', starttls: 'over TLS', smtps: 'over TLS' },
  ],
];

describe('mail to a server that signed its certificate itself', () => {
  let server: MailServer;

  afterEach(() => server.stop());

  const cases = table.flatMap(([place, settings, outcomes]) =>
    (Object.keys(outcomes) as Kind[]).map(
      (kind) => [kind, place, settings, outcomes[kind]] as const,
    ),
  );

  it.each(cases)('%s, %s, with %j: goes %s', async (kind, place, settings, outcome) => {
    server = await mailServer(undefined, kind === 'plain' ? undefined : { ...certificate, kind });

    expect(await outcomeOf(kind, place, settings)).toBe(outcome);
  });

  it('goes in the clear where TLS is off', async () => {
    server = await mailServer(undefined, { ...certificate, kind: 'starttls' });

    expect(await outcomeOf('starttls', 'elsewhere', { SMTP_TLS: 'off' })).toBe('in the clear');
  });

  it('says in doctor what to set', async () => {
    server = await mailServer(undefined, { ...certificate, kind: 'starttls' });
    const mailer = mailerFor('starttls', 'elsewhere', {});

    await expect(mailer.check()).rejects.toThrow(/certificate.*Set SMTP_CA_FILE/);
    await mailer.close();
  });

  function mailerFor(kind: Kind, place: Place, settings: Record<string, string>) {
    const host = place === 'here' ? '127.0.0.1' : 'mail.example.com';
    const scheme = kind === 'smtps' ? 'smtps' : 'smtp';
    const read = readConfig({
      DATA_DIR: folder,
      SMTP_URL: `${scheme}://${host}:${server.port}`,
      ...settings,
    });
    if (!read.mail.server) throw new Error('There is no mail server in the settings.');
    // The settings say that it is elsewhere; it is here.
    const where = { ...read.mail.server, host: 'localhost' };
    return smtpMailer({ server: where, sender: read.mail.sender, now, timeoutMs: 5000 });
  }

  async function outcomeOf(
    kind: Kind,
    place: Place,
    settings: Record<string, string>,
  ): Promise<Outcome> {
    const mailer = mailerFor(kind, place, settings);
    try {
      await mailer.send(mail);
    } catch {
      return 'not at all';
    } finally {
      await mailer.close();
    }
    return server.received[0]?.isSecure ? 'over TLS' : 'in the clear';
  }
});

describe('the sender and the receiver of a mail', () => {
  let server: MailServer;

  afterEach(() => server.stop());

  it.each([
    ['Rookery, Inc. <no-reply@example.com>', 'Rookery, Inc.', 'no-reply@example.com'],
    ['"Rookery, Inc." <no-reply@example.com>', 'Rookery, Inc.', 'no-reply@example.com'],
    [
      'Rookery (photos); birds: all <a@example.com>',
      'Rookery (photos); birds: all',
      'a@example.com',
    ],
    ['Grüße, alle <a@example.com>', 'Grüße, alle', 'a@example.com'],
    ['<a@example.com>', '', 'a@example.com'],
    ['a@example.com', '', 'a@example.com'],
    ['Rookery <a@müller.example>', 'Rookery', 'a@xn--mller-kva.example'],
  ])('%s is one sender', async (MAIL_DEFAULT_SENDER, name, address) => {
    server = await mailServer();
    const { mail: read } = readConfig({
      DATA_DIR: folder,
      SMTP_URL: server.url,
      MAIL_DEFAULT_SENDER,
    });
    if (!read.server) throw new Error('There is no mail server in the settings.');
    const mailer = smtpMailer({ server: read.server, sender: read.sender, now });

    await mailer.send({ ...mail, to: 'alice@bücher.example' });
    await mailer.close();

    expect(server.received).toMatchObject([{ from: { name, address } }]);
    expect(server.received[0]?.raw).toContain('To: alice@xn--bcher-kva.example');
  });
});

describe('settings of TLS that do not fit together', () => {
  it.each([
    [
      { SMTP_URL: 'smtp://a:b@mail.example.com', SMTP_TLS: 'opportunistic' },
      'could send the password to another machine',
    ],
    [{ SMTP_URL: 'smtps://mail.example.com', SMTP_TLS: 'off' }, 'contradict each other'],
    [
      { MAIL_SERVER: 'mail.example.com', MAIL_USE_TLS: 'true', SMTP_TLS: 'off' },
      'SMTP_TLS=off and MAIL_USE_TLS contradict each other',
    ],
    [{ SMTP_URL: 'smtp://127.0.0.1', SMTP_CA_FILE: '/nowhere.pem' }, 'SMTP_CA_FILE cannot be read'],
    [{ SMTP_URL: 'smtp://127.0.0.1', SMTP_TLS: 'maybe' }, 'SMTP_TLS must be one of off,'],
  ])('%j', (settings, message) => {
    expect(() => readConfig({ DATA_DIR: folder, ...settings })).toThrow(message);
  });
});
