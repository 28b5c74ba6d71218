import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mailed, mailed, publicUrl } from '../../support/mailed.ts';
import { type Answer, type Person, passwords } from '../../support/server.ts';
import { type Received, tokenIn } from '../../support/smtp.ts';
import { type BaseClient, baseClient } from './client.ts';

const hourMs = 3_600_000;
const path = '/v1/email_verification';
const noon = '2026-06-01T12:00:00+00:00';

/** Status and message. */
function said({ status, body }: Answer): [number, string] {
  return [status, body.message];
}

const confirmed = [200, 'Successful email verification.'];
const badLink = [400, 'Invalid email verification token. Please try again.'];
const oldLink = [400, 'Email recovery token expired. Please try again.'];
const noLink = [404, 'Invalid verification. Please try again.'];

describe('an e-mail', () => {
  let mail: Mailed;
  let base: BaseClient;

  beforeAll(async () => {
    mail = await mailed({ contracts: 'all' });
    base = baseClient(mail.server);
  });

  afterAll(() => mail.close());

  function linkIn({ text = '' }: Received): string {
    return new RegExp(`${publicUrl}(${path}/\\S+)`).exec(text)?.[1] ?? 'no link';
  }

  async function linkFor(person: Person, headers = {}): Promise<string> {
    const body = { email: `${person}@example.com` };
    const answer = await base.send('PUT', path, { as: person, body, headers });
    expect(said(answer)).toEqual([200, 'Successfully sent email with email verification.']);
    return linkIn(await mail.mailTo(`${person}@example.com`));
  }

  const open = (link: string, accept = '*/*') => base.send('GET', link, { headers: { accept } });
  const dateOf = async (person: Person) => (await base.status(person)).email_validation_date;

  it('is confirmed by the link that comes after registering, however often it is opened', async () => {
    await base.register('alice');
    const link = linkIn(await mail.mailTo('alice@example.com'));
    const before = await dateOf('alice');

    const first = await open(link);
    mail.server.clock.advance(hourMs);
    const again = await open(link);

    expect(before).toBeNull();
    expect([said(first), said(again)]).toEqual([confirmed, confirmed]);
    expect(first.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(await dateOf('alice')).toBe(noon);
  });

  it('is confirmed by a link that five open at once', async () => {
    await base.register('bob');
    const link = linkIn(await mail.mailTo('bob@example.com'));

    const answers = await Promise.all(Array.from({ length: 5 }, () => open(link)));

    expect(answers.map(said)).toEqual(Array.from({ length: 5 }, () => confirmed));
  });

  it('is confirmed again when its owner asks for it', async () => {
    const link = await linkFor('alice');
    mail.server.clock.advance(hourMs);

    expect(said(await open(link))).toEqual(confirmed);
    expect(await dateOf('alice')).not.toBe(noon);
  });

  it('gets links to this server, whatever the request calls it', async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    await base.register('carla', headers);
    const welcome = await mail.mailTo('carla@example.com');
    await linkFor('carla', headers);

    expect(welcome.text).toContain(`${publicUrl}${path}/`);
    expect(mail.smtp.received.map(({ raw }) => raw).join()).not.toContain('evil');
  });

  it('is not confirmed by a link that was replaced', async () => {
    const [older] = [await linkFor('carla'), await linkFor('carla')];

    expect(said(await open(older))).toEqual(noLink);
    expect(await dateOf('carla')).toBeNull();
  });

  it('is confirmed by the whole link alone', async () => {
    const link = await linkFor('bob');
    const last = link.endsWith('0') ? '1' : '0';

    expect(said(await open(`${link.slice(0, -1)}${last}`))).toEqual(badLink);
    expect(said(await open(link.slice(0, -1)))).toEqual(badLink);
  });

  it('is not confirmed by a link of a mail for another purpose', async () => {
    const body = { email: 'carla@example.com' };
    await mail.server.send('POST', '/v2/password-recoveries', { body });
    const recovery = tokenIn(await mail.mailTo('carla@example.com'));

    expect(said(await open(`${path}/${recovery}`))).toEqual(badLink);
  });

  it('is not confirmed a day later, nor is that repeated', async () => {
    const [unused, used] = [await linkFor('carla'), await linkFor('alice')];
    await open(used);

    mail.server.clock.advance(24 * hourMs);

    expect([said(await open(unused)), said(await open(used))]).toEqual([oldLink, oldLink]);
    expect(await dateOf('carla')).toBeNull();
  });

  it('is not confirmed by programs that look at links before people do', async () => {
    const link = await linkFor('carla');

    const browser = await open(link, 'text/html,application/xhtml+xml,*/*;q=0.8');
    const head = await base.send('HEAD', link);

    expect([browser.status, head.status]).toEqual([303, 405]);
    expect(browser.headers.location).toBe(
      `${publicUrl}/verify-email#token=${link.split('/').at(-1)}`,
    );
    expect(await dateOf('carla')).toBeNull();
  });

  it('leaves no link in the log', async () => {
    const link = await linkFor('carla');

    await open(link);

    const secret = link.split('/').at(-1) ?? '';
    expect(mail.server.logged.join()).toContain('/v1/auth/status');
    expect(mail.server.logged.join()).not.toContain(secret);
  });

  it('of a closed account is not confirmed', async () => {
    const link = await linkFor('carla');
    const login = { login: 'carla@example.com', password: passwords.carla };
    const { body } = await mail.server.send('POST', '/v2/sessions', { body: login });
    const headers = { authorization: `Bearer ${body.accessToken}` };
    await mail.server.send('DELETE', '/v2/me', { headers, body: { password: login.password } });

    expect(said(await open(link))).toEqual(noLink);
  });
});
