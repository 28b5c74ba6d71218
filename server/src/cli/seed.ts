import { Command, InvalidArgumentError } from 'commander';
import type { App } from '../app/app.ts';
import { type Config, readConfig } from '../app/config.ts';
import { seedBaseApi } from '../app/seed/base-api-people.ts';
import { largeSetPassword, seedLargeSet } from '../app/seed/large-set.ts';
import { type LargeSetSize, largeSetSize } from '../app/seed/large-set-plan.ts';
import { seedPeople } from '../app/seed/people.ts';
import { maxId } from '../domain/id.ts';
import { CommandError, UsageError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { print, printResult } from './print.ts';
import { progressBars } from './progress.ts';
import { quiet, withApp } from './with-app.ts';

type Options = Partial<LargeSetSize> & Json & { baseApi?: true };

const help = `
Without options: creates alice, bob and carla with real photos.
With --users: creates a large data set, the same on every run, for load tests and demos. Three posts in ten
have a photo. The accounts user-1, user-2 … share one password, which is printed at the end; follows-10, follows-100
and follows-1000 (if there are enough users) follow exactly that many. Existing data stays.
With --base-api: creates what the seed of the older server base-api did, for its clients: an event template, and a group
of three users who sign in with a@a.com, b@b.com and c@c.com and the password “password”. Not in staging and production.

  ./rookery seed --users 1000`;

export function seedCommand(): Command {
  return new Command('seed')
    .description('create alice, bob and carla with photos, or another data set')
    .option('--base-api', 'create the group and the three users that base-api clients expect')
    .option('--users <number>', 'create a large data set with this many accounts', wholeNumber)
    .option('--posts <number>', 'posts of the large set (default: 20 per user)', wholeNumber)
    .option('--follows <number>', 'follows of the large set (default: 48 per user)', wholeNumber)
    .option('--likes <number>', 'likes of the large set (default: 100 per user)', wholeNumber)
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action(async ({ json, ...options }: Options) => {
      const { users, baseApi } = options;
      if (baseApi && Object.keys(options).length > 1) {
        throw new UsageError('--base-api cannot be combined with other options.');
      }
      if (!baseApi && users === undefined && Object.keys(options).length > 0) {
        throw new UsageError('--posts, --follows and --likes need --users as well.');
      }
      const config = readConfig();
      if (baseApi) refuseWhereLive(config);
      const done: string[] = [];
      const say = (line: string) => void (json ? done.push(line) : print(line));
      await withApp(quiet(config), async (app) => {
        if (baseApi) await seedBaseApi(app, say);
        else if (users === undefined) await seedPeople(app, say);
        else say(await seedMany(app, largeSetSize({ ...options, users })));
      });
      if (json) printResult({ done }, { json, lines: () => done });
    });
}

function refuseWhereLive({ env, isLive }: Config): void {
  if (!isLive) return;
  throw new CommandError(
    `these accounts have a well-known password, and ROOKERY_ENV=${env}. Create accounts with accounts create, or seed a test server with ROOKERY_ENV=development.`,
  );
}

async function seedMany(app: App, size: LargeSetSize): Promise<string> {
  const progress = progressBars();
  try {
    await seedLargeSet(app, size, progress.report);
  } finally {
    progress.stop();
  }
  return `seeded ${size.users} accounts, each with the password ${largeSetPassword}`;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,10}$/.test(text) || number > maxId) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return number;
}
