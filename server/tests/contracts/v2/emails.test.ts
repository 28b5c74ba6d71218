import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LanguageCode } from '../../../src/domain/language-code.ts';
import { languages } from '../../../src/domain/mails/languages/languages.ts';
import { type Mailed, mailed, publicUrl } from '../../support/mailed.ts';
import { passwords } from '../../support/server.ts';
import { codeIn, tokenIn } from '../../support/smtp.ts';
import { tallyOf } from '../../support/tally.ts';

const minuteMs = 60_000;
const confirmPath = '/v2/email-verifications/confirm';

describe('confirming an e-mail', () => {
  let rig: Mailed;

  beforeEach(async () => {
    rig = await mailed();
  });

  afterEach(() => rig.close());

  const confirm = (body: object) => rig.server.send('POST', confirmPath, { body });
  const me = async (person: 'alice' | 'bob') =>
    (await rig.server.send('GET', '/v2/me', { as: person })).body;
  const change = (person: 'alice' | 'bob', email: string, password: string = passwords[person]) =>
    rig.server.send('POST', '/v2/me/email', { as: person, body: { email, password } });

  it('works by the link of the mail that a sign-up sends', async () => {
    await rig.signUp('alice');
    const before = await me('alice');
    const mail = await rig.mailTo('alice@example.com');

    const answer = await confirm({ token: tokenIn(mail) });

    expect(mail.subject).toBe('Confirm your e-mail address');
    expect(mail.text).toContain(`\n${publicUrl}/verify-email?lang=en#token=`);
    expect(mail.html).toContain(`<a href="${publicUrl}/verify-email?lang=en#token=`);
    expect([before.emailVerified, answer.status]).toEqual([false, 204]);
    expect(await me('alice')).toMatchObject({ emailVerified: true, email: 'alice@example.com' });
  });

  it('takes the address of the link from the settings, whatever the request calls the server', async () => {
    const headers = { host: 'evil.example.com', 'x-forwarded-host': 'evil.example.com' };
    const body = { username: 'alice', password: passwords.alice, email: 'alice@example.com' };
    await rig.server.send('POST', '/v2/accounts', { body, headers });

    const mail = await rig.mailTo('alice@example.com');

    expect(mail.raw).not.toContain('evil');
    expect(mail.text).toContain(publicUrl);
  });

  it('speaks the language of the account', async () => {
    await rig.signUp('alice', { language: 'es' });
    const spanish = await rig.mailTo('alice@example.com');
    const changed = await rig.server.send('PATCH', '/v2/me', {
      as: 'alice',
      body: { language: 'en' },
    });
    await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });
    const english = await rig.mailTo('alice@example.com');

    expect(spanish.subject).toBe('Confirma tu correo electrónico');
    expect(spanish.text).toContain('/verify-email?lang=es#token=');
    expect(changed.body.language).toBe('en');
    expect(english.subject).toBe('Confirm your e-mail address');
  });

  it('S15: lets one of twenty parallel uses of a link through', async () => {
    await rig.signUp('alice');
    const token = tokenIn(await rig.mailTo('alice@example.com'));

    const uses = await Promise.all(Array.from({ length: 20 }, () => confirm({ token })));

    expect(tallyOf(uses)).toEqual({ 204: 1, 410: 19 });
  });

  it('S14: ends a link after a day', async () => {
    await rig.signUp('alice');
    const token = tokenIn(await rig.mailTo('alice@example.com'));
    rig.server.clock.advance(24 * 60 * minuteMs);

    const answer = await confirm({ token });

    expect([answer.status, answer.body.code]).toEqual([410, 'expired']);
  });

  it('S16, S18: works by the code for whom it was sent to, and for nobody else', async () => {
    await rig.signUp('alice');
    await rig.signUp('bob');
    const code = codeIn(await rig.mailTo('alice@example.com'));
    await rig.mailTo('bob@example.com');

    const bobs = await rig.server.send('POST', confirmPath, { as: 'bob', body: { code } });
    const nobodys = await confirm({ code });
    const hers = await rig.server.send('POST', confirmPath, { as: 'alice', body: { code } });

    expect([bobs.status, nobodys.status, hers.status]).toEqual([422, 401, 204]);
    expect([(await me('alice')).emailVerified, (await me('bob')).emailVerified]).toEqual([
      true,
      false,
    ]);
  });

  it('S14: takes a code for ten minutes, and its link for longer', async () => {
    await rig.signUp('alice');
    const mail = await rig.mailTo('alice@example.com');
    rig.server.clock.advance(10 * minuteMs);

    const byCode = await rig.server.send('POST', confirmPath, {
      as: 'alice',
      body: { code: codeIn(mail) },
    });
    const byLink = await confirm({ token: tokenIn(mail) });

    expect([byCode.body.code, byLink.status]).toEqual(['expired', 204]);
  });

  it('S17: takes five guesses at a code, and then not even the right one', async () => {
    await rig.signUp('alice');
    const code = codeIn(await rig.mailTo('alice@example.com'));
    const wrong = code === '000000' ? '000001' : '000000';
    const guess = (body: object) => rig.server.send('POST', confirmPath, { as: 'alice', body });

    const guesses = await Promise.all(Array.from({ length: 20 }, () => guess({ code: wrong })));
    const right = await guess({ code });

    expect(new Set(guesses.map(({ status }) => status))).toEqual(new Set([422]));
    expect(right.body.fields).toEqual([
      { field: 'code', message: 'was tried too often; ask for a new one' },
    ]);
  });

  it.each([
    [{}, 'token'],
    [{ token: '1.0', code: '000000' }, 'token'],
    [{ token: '1.00000000000000000000000000000000' }, 'token'],
    [{ token: '99999999999.00000000000000000000000000000000' }, 'token'],
  ])('refuses %j', async (body, field) => {
    const answer = await confirm(body);

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, field]);
  });

  it('sends a second mail on request, after which the first link is worthless', async () => {
    await rig.signUp('alice');
    const first = tokenIn(await rig.mailTo('alice@example.com'));
    const asked = await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });
    const second = tokenIn(await rig.mailTo('alice@example.com'));

    const answers = [await confirm({ token: first }), await confirm({ token: second })];
    const again = await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });

    expect(asked.status).toBe(202);
    expect(answers.map(({ status }) => status)).toEqual([410, 204]);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  it('sends the link of a change that has expired no second time', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    await change('alice', 'alice@example.org');
    await rig.mailTo('alice@example.org');
    rig.server.clock.advance(24 * 60 * minuteMs);
    rig.server.forget('alice');
    const asked = await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });

    expect(asked.status).toBe(202);
    expect(await rig.mailsTo('alice@example.com')).toHaveLength(1);
    expect(await rig.mailsTo('alice@example.org')).toEqual([]);
  });

  it('S06, S13: changes the address once the new one is confirmed, and tells both', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    const wrong = await change('alice', 'alice@example.org', 'not her password');
    const asked = await change('alice', 'Alice@example.org');
    const link = await rig.mailTo('Alice@example.org');
    const between = await me('alice');

    await confirm({ token: tokenIn(link) });

    const [newNotice] = await rig.mailsTo('Alice@example.org');
    const [oldNotice] = await rig.mailsTo('alice@example.com');
    const logIn = (login: string) =>
      rig.server.send('POST', '/v2/sessions', { body: { login, password: passwords.alice } });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'wrong_password']);
    expect([asked.status, asked.body]).toEqual([202, '']);
    expect(between.email).toBe('alice@example.com');
    expect(await me('alice')).toMatchObject({ email: 'Alice@example.org', emailVerified: true });
    expect(newNotice?.subject).toBe('Your e-mail address was changed');
    expect(oldNotice?.subject).toBe('Your account has a new e-mail address');
    expect((await logIn('alice@example.com')).status).toBe(401);
    expect((await logIn('alice@example.org')).status).toBe(201);
  });

  it.each(Object.keys(languages) as LanguageCode[])(
    'S13: tells the confirmed address when another one is asked for, in %s',
    async (language) => {
      await rig.signUp('alice', { language });
      await confirm({ token: tokenIn(await rig.mailTo('alice@example.com')) });
      await change('alice', 'alice@example.org');
      const [notice] = await rig.mailsTo('alice@example.com');
      await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });
      const again = await rig.mailsTo('alice@example.com');

      const { subject, after } = languages[language].emailChangeAsked({
        username: 'alice',
        hours: 24,
      });
      expect(notice?.subject).toBe(subject);
      expect(notice?.text).toContain(after.at(-1));
      expect(notice?.raw).not.toContain('token');
      expect(again).toEqual([]);
    },
  );

  it('tells nobody of a change where no address was confirmed', async () => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');
    await change('alice', 'alice@example.org');

    expect(await rig.mailsTo('alice@example.com')).toEqual([]);
  });

  it('keeps what a change is bound to when its mail is sent again, from whichever session', async () => {
    await rig.signUp('alice');
    const endings: Record<string, (asking: { sessionId: number }) => Promise<unknown>> = {
      'the session that asked ends': ({ sessionId }) =>
        rig.server.send('DELETE', `/v2/sessions/${sessionId}`, { as: 'alice' }),
      'the password is another': () =>
        rig.server.send('PUT', '/v2/me/password', {
          as: 'alice',
          body: { oldPassword: passwords.alice, newPassword: 'a short swim at dawn' },
        }),
    };
    for (const end of Object.values(endings)) {
      const asking = await rig.server.tokens('alice');
      await change('alice', 'alice@example.org');
      rig.server.forget('alice');
      await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });
      await rig.server.work();
      const mail = rig.smtp.received.findLast(({ envelopeTo }) =>
        envelopeTo.includes('alice@example.org'),
      );
      await end(asking);

      const answer = await confirm({ token: tokenIn(mail ?? {}) });
      const sentAgain = await rig.server.send('POST', '/v2/email-verifications', { as: 'alice' });

      expect([answer.status, answer.body.code]).toEqual([410, 'gone']);
      // What is sent now is the first confirmation of her own address.
      expect(sentAgain.status).toBe(202);
      expect((await me('alice')).email).toBe('alice@example.com');
    }
  });

  it('S12: answers the same for an address of somebody else, and mails its owner alone', async () => {
    await rig.signUp('alice');
    await rig.signUp('bob');
    await confirm({ token: tokenIn(await rig.mailTo('bob@example.com')) });

    const free = await change('alice', 'free@example.com');
    const held = await change('alice', 'BOB@example.com');

    const [mail] = await rig.mailsTo('BOB@example.com');
    expect([held.status, held.body]).toEqual([free.status, free.body]);
    expect(Object.keys(held.headers).sort()).toEqual(Object.keys(free.headers).sort());
    expect(mail?.subject).toBe('You already have an account');
    expect(mail?.raw).not.toContain('token');
    expect(await me('alice')).toMatchObject({ email: 'alice@example.com' });
  });

  it('gives an address to whoever confirms it, rather than to whoever only wrote it down', async () => {
    await rig.signUp('bob', { email: 'alice@example.org' });
    const bobs = tokenIn(await rig.mailTo('alice@example.org'));
    await rig.signUp('alice');
    await change('alice', 'alice@example.org');
    const hers = tokenIn(await rig.mailTo('alice@example.org'));

    const answers = [await confirm({ token: hers }), await confirm({ token: bobs })];

    expect(answers.map(({ status }) => status)).toEqual([204, 410]);
    expect(await me('alice')).toMatchObject({ email: 'alice@example.org', emailVerified: true });
    expect(await me('bob')).toMatchObject({ email: null, emailVerified: false });
  });

  it('lets one of two accounts have an address that both confirm at once', async () => {
    await rig.signUp('alice');
    await rig.signUp('bob');
    await change('alice', 'shared@example.com');
    const hers = tokenIn(await rig.mailTo('shared@example.com'));
    await change('bob', 'shared@example.com');
    const his = tokenIn(await rig.mailTo('shared@example.com'));

    const answers = await Promise.all([confirm({ token: hers }), confirm({ token: his })]);

    const addresses = [(await me('alice')).email, (await me('bob')).email];
    expect(tallyOf(answers)).toEqual({ 204: 1, 409: 1 });
    expect(addresses.filter((email) => email === 'shared@example.com')).toHaveLength(1);
  });

  it.each([
    'alice@example.com\r\nBcc: bob@example.com',
    'alice@example.com, bob@example.com',
    'Bob <bob@example.com>',
  ])('S87: sends nothing to %j', async (email) => {
    await rig.signUp('alice');
    await rig.mailTo('alice@example.com');

    const answer = await change('alice', email);

    expect([answer.status, answer.body.fields[0].field]).toEqual([422, 'email']);
    expect(await rig.mailsTo('bob@example.com')).toEqual([]);
  });

  it('goes on to the next mail when an address is refused for good', async () => {
    rig.smtp.answerFor('alice@example.com', 550);
    await rig.signUp('alice');
    await rig.signUp('bob');
    await rig.server.work();
    const left = await rig.server.app.database.selectFrom('outbox').selectAll().execute();

    expect(left).toEqual([]);
    expect(await rig.mailsTo('bob@example.com')).toHaveLength(1);
  });
});

describe('S90: mail', () => {
  let rig: Mailed;

  beforeEach(async () => {
    rig = await mailed({ environment: { RATE_LIMITS: 'on' } });
  });

  afterEach(() => rig.close());

  it('is sent to one address five times an hour at most, whoever asks', async () => {
    await rig.signUp('alice');
    await rig.signUp('bob');
    const ask = (as: 'alice' | 'bob') =>
      rig.server.send('POST', '/v2/me/email', {
        as,
        body: { email: 'carla@example.com', password: passwords[as] },
      });

    for (let i = 0; i < 5; i += 1) await ask(i % 2 === 0 ? 'alice' : 'bob');
    const sixth = await ask('bob');
    rig.server.clock.advance(60 * minuteMs);
    rig.server.forget('bob');
    const later = await ask('bob');

    expect([sixth.status, sixth.headers['retry-after']]).toEqual([429, '3600']);
    expect(later.status).toBe(202);
  });

  it('is not sent by a sixth sign-up with an address, which makes its account all the same', async () => {
    const answers = [];
    for (let i = 0; i < 6; i += 1) {
      const account = { username: `bob${i}`, password: passwords.bob };
      const body = { ...account, email: 'bob@example.com' };
      answers.push(await rig.server.send('POST', '/v2/accounts', { body }));
      await rig.server.work();
      const login = { login: account.username, password: account.password };
      const session = await rig.server.send('POST', '/v2/sessions', { body: login });
      const headers = { authorization: `Bearer ${session.body.accessToken}` };
      await rig.server.send('DELETE', '/v2/me', { headers, body: { password: account.password } });
    }

    expect(tallyOf(answers)).toEqual({ 201: 6 });
    expect(await rig.mailsTo('bob@example.com')).toHaveLength(5);
  });

  it('is caused by one account ten times an hour at most', async () => {
    await rig.signUp('alice');
    const ask = (i: number) =>
      rig.server.send('POST', '/v2/me/email', {
        as: 'alice',
        body: { email: `address-${i}@example.com`, password: passwords.alice },
      });

    const answers = [];
    for (let i = 0; i < 11; i += 1) answers.push((await ask(i)).status);

    expect(answers).toEqual([...Array(10).fill(202), 429]);
  });
});
