import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { routeRows } from '../../src/app/route-rows.ts';
import { run } from '../../src/cli/program.ts';
import { rootDir } from '../support/process.ts';
import { type TestServer, testServer } from '../support/server.ts';

const textOf = (file: string) => readFileSync(join(rootDir, file), 'utf8');

/** The part of a page below a heading, to the next one of its kind. */
function sectionOf(file: string, heading: string): string {
  const [, section = ''] = textOf(file).split(`\n## ${heading}\n`);
  return section.split('\n## ')[0] ?? '';
}

/** What stands between backticks in a text. */
function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

const features = sectionOf('docs/migrating.md', 'What the older servers could do');
const older = sectionOf('docs/migrating.md', 'Commands you used before');
const everyday = sectionOf('README.md', 'Commands');

/** `./rookery migrate show NAME` → `migrate show`, with the options that are named. */
function commandsIn(text: string): string[] {
  return codesIn(text).flatMap((code) =>
    [...code.matchAll(/\.\/rookery ([a-z][a-z -]*)/g)].map(([, line = '']) => line.trim()),
  );
}

/** The first column of the table of commands: `outbox list\|drop` → `outbox list`, `outbox drop`. */
function everydayCommands(): string[] {
  const cells = everyday.split('\n').filter((line) => line.startsWith('| `'));
  return cells
    .flatMap((line) => codesIn(line.replaceAll('\\|', '/').split('|')[1] ?? ''))
    .flatMap((code) => {
      const [words = ''] = code.split(/ (?=[A-Z])/);
      const [verbs = '', ...before] = words.split(' ').reverse();
      return verbs.split('/').map((verb) => [...before.reverse(), verb].join(' '));
    });
}

describe('the tables for people', () => {
  let server: TestServer;
  let routes: ReturnType<typeof routeRows>;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    routes = routeRows(server.http);
  });

  afterAll(() => server.close());

  it.each([...new Set([...everydayCommands(), ...commandsIn(features), ...commandsIn(older)])])(
    'name a command that there is: %s',
    async (line) => {
      const [words, options] = [line.split(' '), line.split(' ').filter((it) => it[0] === '-')];
      const [group = '', verb = ''] = words;
      const whole = await helpOf([group]);
      const help = whole.includes('[command]') ? await helpOf([group, verb]) : whole;

      expect(help).toMatch(new RegExp(`^Usage: rookery ${group}\\b`));
      if (help !== whole) expect(help).toContain(`Usage: rookery ${group} ${verb}`);
      for (const option of options) expect(help).toContain(option);
    },
  );

  it.each([
    ...new Set(
      codesIn(features + older).flatMap((code) => code.match(/^npm (?:run )?[a-z:]+/) ?? []),
    ),
  ])('name a script that there is: %s', (line) => {
    const name = line.split(' ').at(-1) ?? '';
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: object };

    expect([...Object.keys(scripts), 'ci']).toContain(name);
  });

  it.each(codesIn(features).filter((code) => /^[A-Z]+ \//.test(code)))(
    'name an address that is served: %s',
    (code) => {
      const [method = '', path = ''] = code.split(' ');
      const found = routes.filter(
        ({ methods, root, rule }) =>
          methods.split(', ').includes(method) && isLike(root || rule, path),
      );

      expect(found).not.toEqual([]);
    },
  );

  it.each(
    [...new Set(codesIn(features).flatMap((code) => /^[A-Z][A-Z_]+\b/.exec(code) ?? []))].filter(
      (name) => name.includes('_'),
    ),
  )('name a setting that there is: %s', (name) => {
    expect(textOf('docs/configuration.md')).toMatch(new RegExp(`\`${name}(_FILE)?\``));
  });

  it('say of each older contract what it could do', () => {
    const named = features.match(/^\| [a-z]+-?[a-z]+ \|/gm)?.map((cell) => cell.slice(2, -2)) ?? [];
    const served = new Set(routes.filter(({ root }) => root !== '').map((row) => row.contract));

    expect(named.filter((name) => name !== 'server').sort()).toEqual([...served].sort());
  });
});

/** Whether a route takes an address: `/photo/:id` takes `/photo/<id>`. */
function isLike(route: string, path: string): boolean {
  const [wanted, given] = [route.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => part === given[i] || (part.startsWith(':') && part.length > 1))
  );
}

async function helpOf(words: readonly string[]): Promise<string> {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await run([...words, '--help']);
    return written.mock.calls.map(([chunk]) => String(chunk)).join('');
  } finally {
    written.mockRestore();
  }
}
