import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cleanUp,
  type Output,
  type Program,
  runCommand,
  startProgram,
  temporaryFolder,
} from '../support/process.ts';

const password = 'a long walk at dusk';
/** Several processes, on a machine that may be busy. */
const slow = { timeout: 120_000 };

describe('rookery accounts', () => {
  let environment: Record<string, string>;

  beforeEach(() => {
    environment = { DATA_DIR: temporaryFolder() };
  });

  afterEach(cleanUp);

  const accounts = (line: string, input = ''): Promise<Output> =>
    runCommand(['accounts', ...line.split(' ')], { environment, input });

  async function logIn(program: Program, login: string, secret = password) {
    const body = { login, password: secret };
    const { body: tokens } = await program.send('POST', '/v2/sessions', { body });
    return tokens as { accessToken?: string; code?: string };
  }

  it('work while a server runs, and hold there from the next request on', slow, async () => {
    const program = await startProgram({ dataDir: environment.DATA_DIR ?? '' });
    const made = await accounts('create alice --email alice@example.com --role admin', password);
    await accounts('create bob --email bob@example.com --display-name Bob', password);
    const { accessToken: token = '' } = await logIn(program, 'bob');
    const me = () => program.send('GET', '/v2/me', { token });
    const before = await me();

    const disabled = await accounts('disable bob');
    const whileDisabled = await me();
    const refused = await logIn(program, 'bob');
    const enabled = await accounts('enable BOB@example.com');
    const again = await logIn(program, 'bob');
    const role = await accounts('role bob moderator');
    const reset = await accounts('reset-password bob', 'a longer walk at dawn');
    const byOld = await logIn(program, 'bob');
    const byNew = await logIn(program, 'bob', 'a longer walk at dawn');
    const deleted = await accounts('delete bob --yes');
    const gone = await logIn(program, 'bob', 'a longer walk at dawn');

    expect(made.stdout).toMatch(/^made alice, account \d+, role admin\n$/);
    expect([before.status, whileDisabled.body.code]).toEqual([200, 'revoked_token']);
    expect([refused.code, byOld.code, gone.code]).toEqual(Array(3).fill('wrong_password'));
    expect([again.code, byNew.code]).toEqual([undefined, undefined]);
    expect([disabled, enabled, role, reset, deleted].map(({ stdout }) => stdout)).toEqual([
      'disabled bob\n',
      'enabled bob\n',
      'bob has the role moderator\n',
      'set the password of bob; all sessions ended\n',
      'deleted bob; a worker removes what it has posted\n',
    ]);
  });

  it('list accounts by role, state and beginning, as a table or as JSON', slow, async () => {
    await accounts('create alice --role admin', password);
    await accounts('create bob --email bob@example.com', password);
    await accounts('disable bob');
    const all = await accounts('list');
    const filtered = await accounts('list BO --role user --state disabled --json');
    const none = await accounts('list carla');
    const first = await accounts('list --limit 1');

    expect(all.stdout.split('\n')[0]).toMatch(
      /^ID +USERNAME +ROLE +STATE +E-MAIL +CREATED +LAST LOGIN$/,
    );
    expect(all.stdout).toMatch(/\n\d+ +bob +user +disabled +bob@example\.com +\d{4}-\d\d-\d\d/);
    expect(JSON.parse(filtered.stdout)).toMatchObject([{ username: 'bob', hasPassword: true }]);
    expect(filtered.stdout).not.toContain('argon2');
    expect(none).toMatchObject({ code: 0, stdout: 'No accounts found.\n' });
    expect(first.stdout.split('\n')).toHaveLength(3);
    expect(first.stderr).toBe('There are more than 1; raise --limit.\n');
  });

  it('say what to do when they cannot', slow, async () => {
    await accounts('create alice --role admin', password);
    const outputs = await Promise.all([
      accounts('role alice user'),
      accounts('disable carla'),
      accounts('delete alice'),
      accounts('role alice root'),
      accounts('create carla --mail'),
      accounts('create carla --email nowhere', password),
      accounts('create carla', 'short'),
      accounts('reset-password alice --mail'),
      accounts('reset-password alice'),
    ]);

    // 2: what was typed cannot be meant.
    expect(outputs.map(({ code }) => code)).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1]);
    expect(outputs.map(({ stdout }) => stdout)).toEqual(outputs.map(() => ''));
    expect(outputs.map(({ stderr }) => stderr.split('\n')[0])).toEqual([
      'rookery: This is the last admin; make somebody else an admin first, or nobody could.',
      'rookery: there is no account carla. See: accounts list',
      'rookery: standard input is not a terminal. Add --yes to confirm.',
      expect.stringContaining('Allowed choices are user, moderator, admin.'),
      'rookery: there is no address to mail to. Add --email ADDRESS.',
      expect.stringContaining('It has the form a@b.'),
      'rookery: password must have at least 8 characters.',
      'rookery: alice has no e-mail. Enter a password instead of --mail.',
      'rookery: standard input has no password. Try: echo "$PASSWORD" | ./rookery accounts reset-password alice',
    ]);
  });

  it('take an id, which nobody can be called, and mail instead of asking', slow, async () => {
    const made = await accounts('create bob --email bob@example.com --mail');
    const [, id = ''] = /account (\d+)/.exec(made.stdout) ?? [];
    const namesake = await accounts(`create ${id} --email other@example.com`, password);
    const byNumber = await accounts(`disable ${id}`);
    const byId = await accounts(`disable id:${id}`);
    const reset = await accounts('reset-password bob --mail');

    expect(namesake.stderr).toContain('username must have a character that is not a digit.');
    expect([byNumber.stdout, byId.stdout]).toEqual(['disabled bob\n', 'disabled bob\n']);
    expect(reset).toMatchObject({
      code: 0,
      stdout: 'reset the password of bob; all sessions ended; a mail follows\n',
    });
  });

  it('explain themselves', slow, async () => {
    const all = await accounts('--help');
    const one = await accounts('reset-password --help');

    expect([all.code, one.code]).toEqual([0, 0]);
    expect(all.stdout).toContain('Name an account by its username, its e-mail or its id');
    expect(one.stdout).toContain('--mail');
  });
});
