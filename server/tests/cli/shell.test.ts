import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp, type Output, runCommand, temporaryFolder } from '../support/process.ts';

/** Several processes, on a machine that may be busy. */
const slow = { timeout: 120_000 };
/** Gives a program a terminal, and types what comes in. A Ctrl-D that is typed too early would be lost. */
const onTerminal = ['bash', '-c', 'exec script -qec "$*" /dev/null', 'bash'];
const hasTerminals = spawnSync('script', ['--version']).status === 0;

describe('rookery shell', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = temporaryFolder();
  });

  afterEach(cleanUp);

  const shell = (input: string, through: readonly string[] = []): Promise<Output> =>
    runCommand(['shell'], { environment: { DATA_DIR: dataDir }, input, through });

  it('prints the value of what is piped in, and nothing else', slow, async () => {
    const promised = await shell(
      'services.accounts.findId("nobody").catch(({ code }) => [code]);\n',
    );
    const awaited = await shell(
      '(await services.groups.list(operator, { limit: 9 })).items.length',
    );
    const script = await shell('const { env } = config;\nconsole.log(1);\nreturn env; // as text');

    expect([promised, awaited, script]).toEqual([
      { code: 0, stdout: "[ 'not_found' ]\n", stderr: '' },
      { code: 0, stdout: '0\n', stderr: '' },
      { code: 0, stdout: '1\ndevelopment\n', stderr: '' },
    ]);
  });

  it('fails with what went wrong', slow, async () => {
    const refused = await shell('services.accountAdmin.find(operator, "alice")');
    const unknown = await shell('nothing.there');
    const unfinished = await shell('({');

    expect([refused, unknown, unfinished].map(({ code, stdout }) => [code, stdout])).toEqual([
      [1, ''],
      [1, ''],
      [1, ''],
    ]);
    expect(refused.stderr).toBe('rookery: There is no such account.\n');
    expect(unknown.stderr).toMatch(/^rookery: ReferenceError: nothing is not defined\n/);
    expect(unfinished.stderr).toMatch(/^rookery: SyntaxError: /);
  });

  it('runs the jobs that follow before it ends, also after an error', slow, async () => {
    const bob = { username: 'bob', password: null, email: 'bob@example.com', displayName: null };
    const account = JSON.stringify({ ...bob, role: 'user', idempotencyKey: null });
    const { code } = await shell(
      `await services.accountAdmin.create(operator, ${account}); throw new Error('enough');`,
    );

    expect(code).toBe(1);
    expect(readdirSync(join(dataDir, 'mail'))).toEqual([
      expect.stringMatching(/^recover-password-.*\.eml$/),
    ]);
  });

  it.runIf(hasTerminals)(
    'says what is there, awaits, keeps its history and stops',
    slow,
    async () => {
      const question = 'await services.accounts.findId("nobody").catch(({ code }) => code)';
      const ended = await shell(`${question}\nnothing.there\n.exit\n`, onTerminal);
      const stopped = await shell('process.kill(process.pid, "SIGTERM")\n', onTerminal);
      const history = readFileSync(join(dataDir, 'shell-history'), 'utf8');

      expect([ended.code, stopped.code]).toEqual([0, 0]);
      expect(ended.stdout).toMatch(/services +accounts, [\s\S]*operator [\s\S]*config /);
      expect(ended.stdout).toContain("'not_found'");
      expect(ended.stdout).toContain('ReferenceError: nothing is not defined');
      expect(history.split('\n')).toEqual([
        'process.kill(process.pid, "SIGTERM")',
        '.exit',
        'nothing.there',
        question,
      ]);
    },
  );
});
