import type { verify as Verify } from '@node-rs/argon2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { passwords, problemIn, type TestServer, type testServer } from '../../../support/server.ts';

describe('a wrong password', () => {
  let newServer: typeof testServer;
  let verify: typeof Verify;
  let server: TestServer;

  // The real function, watched: whether a hash was checked tells more than a measured time.
  beforeAll(async () => {
    vi.resetModules();
    vi.doMock('@node-rs/argon2', { spy: true });
    ({ verify } = await import('@node-rs/argon2'));
    ({ testServer: newServer } = await import('../../../support/server.ts'));
  });

  afterAll(() => {
    vi.doUnmock('@node-rs/argon2');
    vi.resetModules();
  });

  beforeEach(async () => {
    server = await newServer({ hasRealPasswords: true });
  });

  afterEach(() => server.close());

  const logIn = (login: string, password: string) =>
    server.send('POST', '/v2/sessions', { body: { login, password } });

  it.each([
    ['plain letters', 'a-wrong-guess', [1, 2]],
    ['composed letters', 'una mañana'.normalize('NFC'), [1, 2]],
    ['letters that are composed first', 'una mañana'.normalize('NFD'), [2, 4]],
  ])(
    'S11: of %s is refused alike whether the account exists or not, after the same work',
    async (_of, guess, checks) => {
      await server.tokens('alice');
      vi.mocked(verify).mockClear();
      const known = await logIn('alice', guess);
      const checksForKnown = vi.mocked(verify).mock.calls.length;
      const unknown = await logIn('carla', guess);
      const checksForBoth = vi.mocked(verify).mock.calls.length;

      expect(unknown.status).toBe(401);
      expect(problemIn(unknown)).toEqual(problemIn(known));
      expect(Object.keys(unknown.headers)).toEqual(Object.keys(known.headers));
      expect([checksForKnown, checksForBoth]).toEqual(checks);
    },
  );

  it('S11: is refused alike for an account that is closed', async () => {
    await server.send('DELETE', '/v2/me', { as: 'alice', body: { password: passwords.alice } });
    vi.mocked(verify).mockClear();
    const closed = await logIn('alice', passwords.alice);
    const unknown = await logIn('carla', 'a-wrong-guess');

    expect(problemIn(closed)).toEqual(problemIn(unknown));
    expect(vi.mocked(verify).mock.calls).toHaveLength(2);
  });
});
