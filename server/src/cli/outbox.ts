import { Command } from 'commander';
import { readConfig } from '../app/config.ts';
import { type DeadLetter, withOutbox } from '../app/outbox.ts';
import { confirm } from './ask.ts';
import { CommandError, UsageError } from './errors.ts';
import { idArgument, type Json, jsonOption } from './options.ts';
import { printResult, printRows } from './print.ts';

const idOfList = 'the id that `outbox list` shows';

export function outboxCommand(): Command {
  const outbox = new Command('outbox').description(
    'list, retry or drop dead letters: jobs that failed for the last time',
  );
  outbox
    .command('list')
    .description('list them, oldest first')
    .addOption(jsonOption())
    .action(list);
  outbox
    .command('retry')
    .description('retry one, or all')
    .addArgument(idArgument('[id]', idOfList))
    .option('--all', 'all dead letters')
    .addOption(jsonOption())
    .action(retry);
  outbox
    .command('drop')
    .description('delete one: its job never runs')
    .addArgument(idArgument('<id>', idOfList))
    .option('--yes', 'do not ask')
    .addOption(jsonOption())
    .action(drop);
  return outbox;
}

async function list({ json }: Json): Promise<void> {
  const entries = await withOutbox(readConfig(), (it) => it.list());
  printRows(entries, { json, titles, row: rowOf, none: 'There are no dead letters.' });
}

const titles = {
  id: 'ID',
  topic: 'TOPIC',
  subscriber: 'SUBSCRIBER',
  attempts: 'ATTEMPTS',
  age: 'AGE',
  error: 'LAST ERROR',
};

function rowOf(entry: DeadLetter): typeof titles {
  return {
    id: String(entry.id),
    topic: entry.topic,
    subscriber: entry.subscriber ?? 'all',
    attempts: String(entry.attempts),
    age: ageOf(entry.deadLetterAt),
    error: entry.error.split('\n')[0]?.slice(0, 100) ?? '',
  };
}

async function retry(
  id: number | undefined,
  { all, json }: Json & { all?: boolean },
): Promise<void> {
  if ((id === undefined) === (all === undefined))
    throw new UsageError('name one dead letter, or all: outbox retry ID, or outbox retry --all');
  await withOutbox(readConfig(), async (it) => {
    if (id === undefined) {
      const count = await it.retryAll();
      return printResult({ retrying: count }, { json, lines: () => `retrying ${count}` });
    }
    if (!(await it.retry(id))) throw missing(id);
    printResult({ retrying: 1, id }, { json, lines: () => `retrying ${id}` });
  });
}

async function drop(id: number, { yes, json }: Json & { yes?: boolean }): Promise<void> {
  await withOutbox(readConfig(), async (it) => {
    const entry = (await it.list()).find((each) => each.id === id);
    if (!entry) throw missing(id);
    const question = `Delete ${entry.topic} (${entry.error.split('\n')[0]}) permanently?`;
    if (!yes) await confirm(question, 'nothing was dropped');
    if (!(await it.drop(id))) throw missing(id);
    printResult({ dropped: id }, { json, lines: () => `dropped ${id}` });
  });
}

function missing(id: number): CommandError {
  return new CommandError(`there is no dead letter ${id}. See: outbox list`);
}

/** In the largest unit that is full: 40 s, 12 min, 3 h, 5 d. */
function ageOf(time: string): string {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
