import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it, vi } from 'vitest';
import { newProgram, run } from '../../src/cli/program.ts';
import { rootDir } from '../support/process.ts';

type Named = { line: string; command: Command };

/** All commands below one, with what is typed to get there. */
function below(command: Command, words: readonly string[] = []): Named[] {
  return command.commands.flatMap((child) => {
    const all = [...words, child.name()];
    return [{ line: all.join(' '), command: child }, ...below(child, all)];
  });
}

const all = below(await newProgram());
const groups = all.filter(({ command }) => command.commands.length > 0);
const leaves = all.filter(({ command }) => command.commands.length === 0);

/** They print no result: two serve until they are stopped, one prints what its script prints, and one prints JSON always. */
const withoutJson = ['openapi', 'shell', 'start', 'work'];

describe('every command', () => {
  it('offers --json, except those that have no result to print', () => {
    const without = leaves.filter(({ command }) => !command.options.some(isJson));

    expect(without.map(({ line }) => line).sort()).toEqual(withoutJson);
  });

  it('prints JSON by the functions of print.ts', () => {
    const folder = join(rootDir, 'server/src/cli');
    const writers = readdirSync(folder).filter((file) =>
      readFileSync(join(folder, file), 'utf8').includes('JSON.stringify('),
    );

    expect(writers.sort()).toEqual(['documents.ts', 'print.ts']);
  });

  it.each(leaves.map(({ line }) => line))('refuses an option that it has not: %s', async (line) => {
    expect(await refusal(`${line} --nope`)).toEqual({
      code: 2,
      says: expect.stringMatching(/^(unknown option|required option)/),
    });
  });

  it.each(leaves.filter(hasFixedArguments).map(({ line, command }) => argumentsOf(line, command)))(
    'refuses an argument too many: %s',
    async (line) => {
      expect((await refusal(`${line} too-many`)).code).toBe(2);
    },
  );

  it.each(
    leaves.filter(({ command }) => command.registeredArguments.some(({ required }) => required)),
  )('refuses to guess an argument: $line', async ({ line }) => {
    expect(await refusal(line)).toEqual({
      code: 2,
      says: expect.stringMatching(/^(missing required argument|required option)/),
    });
  });

  it.each(groups.flatMap(({ line }) => [line, `${line} nope`]))(
    'refuses a group without one of its commands: %s',
    async (line) => {
      expect((await refusal(line)).code).toBe(2);
    },
  );

  it.each(checkedOptions())('refuses a value that cannot be: %s', async (line) => {
    expect((await refusal(line)).code).toBe(2);
  });
});

describe('what only a look at the whole command line shows', () => {
  it.each([
    'move',
    'openapi nope',
    'routes --contract nope',
    'migrate up nope',
    'migrate new Post-Places',
    'outbox retry',
    'outbox retry 1 --all',
    'seed --posts 10',
    'seed --base-api --users 10',
    'accounts create alice --mail',
    'demo --url nowhere',
  ])('is refused in the same way: %s', async (line) => {
    expect((await refusal(line)).code).toBe(2);
  });
});

function isJson({ long }: { long?: string | undefined }): boolean {
  return long === '--json';
}

function hasFixedArguments({ command }: Named): boolean {
  return command.registeredArguments.every(({ variadic }) => !variadic);
}

/** The command with as many arguments as it takes. */
function argumentsOf(line: string, { registeredArguments }: Command): string {
  const values = registeredArguments.map(({ argChoices }) => argChoices?.[0] ?? '1');
  return [line, ...values].join(' ');
}

/** Each option that checks its value, with one that is none. */
function checkedOptions(): string[] {
  return leaves.flatMap(({ line, command }) =>
    command.options
      .filter(({ parseArg }) => parseArg !== undefined)
      .map(({ long }) => `${line} ${long} §`),
  );
}

const reasons = ['unknown option', 'missing required argument', 'required option'];

/** Runs a command line that cannot be meant, and returns its exit code and what it says. */
async function refusal(line: string): Promise<{ code: number; says: string | undefined }> {
  const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const code = await run(line.split(' '));
    const text = written.mock.calls.map(([chunk]) => String(chunk)).join('');
    return { code, says: reasons.find((reason) => text.includes(reason)) };
  } finally {
    written.mockRestore();
  }
}
