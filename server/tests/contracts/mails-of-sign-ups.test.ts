import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languageCodes } from '../../src/domain/language-code.ts';
import { languages } from '../../src/domain/mails/languages/languages.ts';
import { type Mailed, mailed } from '../support/mailed.ts';

type SignUp = {
  path: string;
  body(email: string): object;
  /** Whether its clients have a field for the code of a mail. */
  takesCodes?: boolean;
  /** Whether its link may be opened again. */
  isRepeatable?: boolean;
};

const password = 'a long enough password';

const signUps: Record<string, SignUp> = {
  v2: {
    path: '/v2/accounts',
    body: (email) => ({ username: 'of-v2', email, password }),
    takesCodes: true,
  },
  'base-api': {
    path: '/v1/auth/register',
    body: (email) => ({ username: 'of-base', email, password }),
    isRepeatable: true,
  },
  'mini-sns': {
    path: '/sign-up',
    body: (email) => ({ email, name: 'of-sns', password, profile: '' }),
  },
  hmlet: {
    path: '/register',
    body: (username) => ({ username, name: 'of-hmlet', password }),
  },
  'flask-api': {
    path: '/api/user',
    body: (username) => ({
      username,
      name: 'of-flask',
      password,
      password_confirm: password,
    }),
  },
};

describe('the mail after a sign-up', () => {
  let all: Mailed;

  beforeAll(async () => {
    all = await mailed({ contracts: 'all' });
  });

  afterAll(() => all.close());

  it.each(Object.entries(signUps))('by %s says what its reader can do', async (name, signUp) => {
    const email = `${name}@example.com`;
    const sent = await all.server.send('POST', signUp.path, { body: signUp.body(email) });
    const { text = '' } = await all.mailTo(email);

    expect(sent.status).toBeLessThan(300);
    expect(text.includes('type this code')).toBe(signUp.takesCodes ?? false);
    expect(/^[^:]*: \d{6}$/m.test(text)).toBe(signUp.takesCodes ?? false);
    expect(text.includes('works once')).toBe(!signUp.isRepeatable);
    expect(text).toMatch(/https:\/\/\S+[0-9a-f]{32}\n/);
  });

  it('by base-api has a link that may be opened again, as it says', async () => {
    const body = { username: 'again', email: 'again@example.com', password };
    await all.server.send('POST', '/v1/auth/register', { body });
    const { text = '' } = await all.mailTo('again@example.com');
    const path = new URL(/https:\S+/.exec(text)?.[0] ?? '').pathname;
    const headers = { accept: 'application/json' };

    const statuses = [];
    for (const _ of [1, 2, 3]) {
      statuses.push((await all.server.send('GET', path, { headers })).status);
    }

    expect(statuses).toEqual([200, 200, 200]);
  });

  it.each(languageCodes)('in %s differs by what is true of its link and its code', (code) => {
    const facts = { username: 'alice', link: 'https://x.example', hours: 24, codeMinutes: 10 };
    const language = languages[code];
    const ours = language.verifyEmail({ ...facts, code: '123456', isRepeatable: false });
    const theirs = language.verifyEmail({ ...facts, code: null, isRepeatable: true });

    expect(ours.code?.digits).toBe('123456');
    expect(theirs.code).toBeUndefined();
    expect(theirs.after[0]).not.toEqual(ours.after[0]);
    expect(theirs.after[0]).toContain('24');
  });
});
