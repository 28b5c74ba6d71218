import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportReport } from '../../src/domain/imports/account-import.ts';
import { type TestServer, testServer } from '../support/server.ts';

const password = 's3crét pässwörd';

/** The password above, as older systems kept it. */
const hashes = {
  'passlib pbkdf2_sha256':
    '$pbkdf2-sha256$29000$MDEyMzQ1Njc4OWFiY2RlZg$3dShqBqlUrByu5RxS5pUAbrC5Jp3DyFz3X1tI415h7U',
  sha256_crypt: '$5$saltstringsaltst$1GyCm945do1U.mEaHa5aNvT4hMrgOn9aeSvNvbeYrN5',
  'sha256_crypt with rounds':
    '$5$rounds=12345$CizuPuWIy5Fs3WJE$SzOcjTxmN/EbzswqOPUWQ7WZyboj/FMn01eGQz2GgD7',
  Django: 'pbkdf2_sha256$29000$YZnTPM4FDWIC$fZgevmVJVdlrJ4EMq/N/BKUoyTy1lpUsTjcHbeamo20=',
  Mithril:
    'mithril-pbkdf2$10000$000102030405060708090a0b0c0d0e0f$26d492ecaf293e66af295343b7bc36466114fe1cf19fc999006c46d3e7440fcf',
  'Werkzeug pbkdf2':
    'pbkdf2:sha256:1000$dlbEG6q7Xl30LvdK$99ee8c161396ddc727d9d33ed0f43d6fd19bf455b34c2f3e7573d126a4712fb2',
  'Werkzeug scrypt':
    'scrypt:32768:8:1$ShjCxw355P4f9dbn$08d3c7325cc1117d68be5a49f37ef632212231b6d2c537630332cf5bafce74c2c5a3db8a628ea232e2ba3026e2d98190a9c77581119019f876c4d478bbf8c4ea',
  sha512_crypt:
    '$6$saltstringsaltst$6/DLU1YX1EN0NXXvBjwVAFAixp3x71lLIDZgbmU51no.JnwZitr0mweaRyHzGuRNA.O7iVPAUAdm.Eo6Ws/xN1',
  phpass: '$P$BabcdEFGHqnoH6RHfB/BvCaKzba9kr/',
  'Firebase scrypt':
    '$fbscrypt$v=1,n=10,r=8,p=1,ss=Bw==,sk=Dju+kmVnI72dG5113JmO031OBWKCdfekt4WWS98BffcsEGDMsNJ+Gqouizk8WT8LMt2HRweBDTfaf4YZYNWqpQ==$c2FsdCBvZiBhIHRlc3Q=$zp9Mfl4yxGRbdECETHXbCcWAwpv1GWGJEjk3qCsfhhxewmquSU5w0Nte8+uNgoXtLEZEUcQwy1MFMXlDXv/o3w==',
  bcrypt: '$2b$10$abcdefghijklmnopqrstuu.aerwFyMfPcdf6eLVDNVBwAGFz.cqC2',
};

describe('an import of accounts', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer({ hasRealPasswords: true });
  });

  afterEach(() => server.close());

  const importLines = (lines: ReadonlyArray<object | string>, isDryRun = false) =>
    server.app.importAccounts(texts(lines), { isDryRun });
  const logIn = (login: string, as = password) =>
    server.send('POST', '/v2/sessions', { body: { login, password: as } });
  const accounts = () =>
    server.app.database.selectFrom('accounts').selectAll().orderBy('id').execute();
  const names = () => server.app.database.selectFrom('account_names').selectAll().execute();

  async function* texts(lines: ReadonlyArray<object | string>): AsyncGenerator<string> {
    for (const line of lines) yield typeof line === 'string' ? line : JSON.stringify(line);
  }

  it('keeps all that a line says', async () => {
    const report = await importLines([
      {
        username: 'Alice',
        email: 'alice@example.com',
        emailVerified: true,
        loginName: 'alice of the dunes',
        displayName: 'Alice',
        bio: 'Light\nand shadow.',
        role: 'moderator',
        createdAt: '2019-04-01T12:00:00+02:00',
        phone: '+598 98 765 432',
        phoneVerified: true,
      },
    ]);

    expect(report).toEqual({ imported: 1, skipped: 0, faults: [] });
    expect((await accounts())[0]).toMatchObject({
      username: 'Alice',
      email: 'alice@example.com',
      email_verified_at: '2019-04-01T10:00:00.000Z',
      login_name: 'alice of the dunes',
      display_name: 'Alice',
      bio: 'Light\nand shadow.',
      role: 'moderator',
      phone: '+59898765432',
      phone_verified_at: '2019-04-01T10:00:00.000Z',
      password_hash: null,
      created_at: '2019-04-01T10:00:00.000Z',
    });
    expect((await names()).map(({ kind, name_key }) => `${kind} ${name_key}`).sort()).toEqual([
      'email alice@example.com',
      'login_name alice of the dunes',
      'phone +59898765432',
      'username alice',
    ]);
    const audit = await server.app.database.selectFrom('audit_log').selectAll().execute();
    expect(audit).toMatchObject([{ action: 'account.imported', details: '{"line":1}' }]);
  });

  it.each(Object.entries(hashes))(
    'takes a password of %s over, which the first login hashes anew',
    async (_system, passwordHash) => {
      await importLines([{ username: 'alice', passwordHash }]);

      const wrong = await logIn('alice', 'another password');
      const [unchanged] = await accounts();
      const first = await logIn('alice');
      const [renewed] = await accounts();
      const second = await logIn('alice');
      const wrongAfter = await logIn('alice', 'another password');

      expect([wrong.status, first.status, second.status, wrongAfter.status]).toEqual([
        401, 201, 201, 401,
      ]);
      expect(unchanged?.password_hash).toBe(passwordHash);
      expect(renewed?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    },
  );

  it('lets ten first logins at once all in', async () => {
    await importLines([{ username: 'alice', passwordHash: hashes.Django }]);

    const answers = await Promise.all(Array.from({ length: 10 }, () => logIn('alice')));

    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
  });

  it('lets nobody in by a hash that is broken in the database', async () => {
    await server.tokens('alice');
    const { kysely } = server.app.database;
    await kysely.updateTable('accounts').set({ password_hash: '$5$rounds=9$x$y' }).execute();

    const answer = await logIn('alice');

    expect(answer.status).toBe(401);
  });

  it('signs people in by any of their names', async () => {
    const passwordHash = hashes.Django;
    await importLines([
      { email: 'bob@example.com', loginName: 'Bob The Builder', displayName: 'Bob', passwordHash },
    ]);

    const answers = [];
    for (const login of ['bob', 'BOB@example.com', 'bob the builder']) {
      answers.push((await logIn(login)).status);
    }

    expect(answers).toEqual([201, 201, 201]);
  });

  it('derives usernames from names and e-mails, with a number when taken', async () => {
    await server.tokens('bob');
    await importLines([
      { email: 'a@example.com', displayName: 'María José' },
      { email: 'b@example.com', displayName: 'María José' },
      { email: 'bob@example.org' },
      { loginName: '写真家' },
      { email: 'admin@example.com' },
      { username: 'maria-jose2', email: 'c@example.com' },
      ...Array.from({ length: 8 }, (_, i) => ({
        email: `d${i}@example.com`,
        displayName: 'Carla',
      })),
    ]);

    const usernames = (await accounts()).map(({ username }) => username);
    expect(usernames.slice(0, 7)).toEqual([
      'bob',
      'maria-jose',
      'maria-jose3',
      'bob2',
      'user',
      'admin2',
      'maria-jose2',
    ]);
    expect(usernames.slice(7, 11)).toEqual(['carla', 'carla2', 'carla3', 'carla4']);
    expect(new Set(usernames).size).toBe(15);
    expect(usernames.slice(11).every((name) => /^carla\d{1,4}$/.test(name))).toBe(true);
  });

  it('goes on where it stopped, over several batches', async () => {
    const people = Array.from({ length: 600 }, (_, i) => ({ email: `p${i}@example.com` }));

    const first = await importLines(people.slice(0, 300));
    const second = await importLines(people);
    const third = await importLines(people);

    const counts = [first, second, third].map(({ imported, skipped }) => [imported, skipped]);
    expect(counts).toEqual([
      [300, 0],
      [300, 300],
      [0, 600],
    ]);
    expect(await accounts()).toHaveLength(600);
  });

  it('knows an account again that has changed its e-mail since', async () => {
    const line = { username: 'alice', email: 'a@example.com', createdAt: '2019-04-01T12:00:00Z' };
    await importLines([line]);

    const again = await importLines([{ ...line, email: 'b@example.com' }]);

    expect(again).toMatchObject({ imported: 0, skipped: 1, faults: [] });
  });

  it('only tells what would happen in a dry run', async () => {
    await server.tokens('alice');
    const report = await importLines(
      [
        { username: 'bob' },
        { username: 'ALICE', createdAt: '2019-04-01T12:00:00Z' },
        ...Array.from({ length: 300 }, (_, i) => ({ username: `p${i}` })),
        { username: 'BOB' },
      ],
      true,
    );

    expect(report).toMatchObject({ imported: 301, skipped: 0 });
    expect(report.faults).toEqual([
      expect.objectContaining({ line: 2, field: 'username' }),
      {
        line: 303,
        field: 'username',
        message: 'username is taken by line 1; change it, or remove it.',
      },
    ]);
    expect(await accounts()).toHaveLength(1);
    expect(await names()).toHaveLength(2);
  });

  it('S20: takes names for the same in any case, width and invisible dress', async () => {
    const { faults, imported } = await importLines([
      { username: 'alice', email: 'alice@example.com' },
      { loginName: 'ＡＬＩＣＥ' },
      { loginName: 'ali\u200bce' },
      { email: 'ALICE@example.com', createdAt: '2019-04-01T12:00:00Z' },
    ]);

    expect(imported).toBe(1);
    expect(faults.map(({ line, field }) => [line, field])).toEqual([
      [2, 'loginName'],
      [3, 'loginName'],
      [4, 'email'],
    ]);
  });

  it('names each line with a fault, and takes the others', async () => {
    const good = { email: 'alice@example.com', passwordHash: hashes.bcrypt };
    const bad: Array<[field: string | null, line: object | string]> = [
      [null, 'no JSON at all'],
      [null, '["alice"]'],
      [null, 'null'],
      ['username', {}],
      ['username', { username: 'two words' }],
      ['username', { username: 'admin' }],
      ['username', { username: 7 }],
      ['email', { email: 'not an address' }],
      ['emailVerified', { username: 'x1', emailVerified: 'yes' }],
      ['emailVerified', { username: 'x2', emailVerified: true }],
      ['loginName', { loginName: '\u200b' }],
      ['displayName', { username: 'x3', displayName: 'x'.repeat(51) }],
      ['bio', { username: 'x4', bio: 'a\u0000b' }],
      ['passwordHash', { username: 'x5', passwordHash: 'in plain' }],
      ['passwordHash', { username: 'x6', passwordHash: '$2b$31$'.padEnd(60, 'x') }],
      ['role', { username: 'x7', role: 'king' }],
      ['createdAt', { username: 'x8', createdAt: 'yesterday' }],
      ['createdAt', { username: 'x9', createdAt: '2030-01-01T00:00:00Z' }],
      ['phone', { username: 'x10', phone: '12' }],
      ['phoneVerified', { username: 'x11', phoneVerified: true }],
      ['passwordhash', { username: 'x12', passwordhash: hashes.bcrypt }],
      ['__proto__', '{"username":"x13","__proto__":{"role":"admin"}}'],
    ];

    const report = await importLines([good, '', ...bad.map(([, line]) => line)]);

    expect(report.imported).toBe(1);
    expect(report.faults.map(({ line, field }) => [line, field])).toEqual(
      bad.map(([field], i) => [i + 3, field]),
    );
    expect(plainPasswordsIn(report)).toEqual([]);
    expect(await accounts()).toHaveLength(1);
  });

  it('and a sign-up for one name at once leave one account', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => ({ username: `p${i}` }));
    const [report] = await Promise.all([
      importLines([...lines, { username: 'alice', createdAt: '2019-04-01T12:00:00Z' }]),
      server.tokens('alice').catch(() => {}),
    ]);

    const alices = (await accounts()).filter(({ username }) => username === 'alice');
    expect(alices).toHaveLength(1);
    expect(report.imported + report.faults.length).toBe(51);
  });
});

function plainPasswordsIn({ faults }: ImportReport): string[] {
  return faults.map(({ message }) => message).filter((message) => message.includes('in plain'));
}
