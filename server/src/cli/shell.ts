import { join } from 'node:path';
import type { REPLServer } from 'node:repl';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { Command } from 'commander';
import type { App } from '../app/app.ts';
import type { Config } from '../app/config.ts';
import { operator } from '../domain/authority.ts';
import { print } from './print.ts';
import { quiet, withApp } from './with-app.ts';

const help = `
Variables: services, which contracts call; operator, the actor for services that need one; config, the settings.
await works everywhere. The history is stored in DATA_DIR/shell-history.

Standard input is an expression, whose value is printed, or statements, which print or return a value:

  echo 'services.accountAdmin.find(operator, "alice")' | ./rookery shell
  ./rookery shell < report.js

At the end, due jobs run, or are passed to the broker.`;

export function shellCommand(): Command {
  return new Command('shell')
    .description(
      'run a JavaScript prompt with the services loaded, or a script from standard input',
    )
    .addHelpText('after', help)
    .action(async () => {
      const code = process.stdin.isTTY ? null : await text(process.stdin);
      await withApp(quiet(), async ({ services, config, relay }) => {
        const names = { services, operator, config };
        try {
          if (code === null) await talk(names);
          else await evaluate(code, names);
        } finally {
          // The jobs that these changes caused run before the end, also after an error.
          await relay.drain();
        }
      });
    });
}

type Names = { services: App['services']; operator: typeof operator; config: Config };

/** Reads, evaluates and prints until Ctrl-D or SIGTERM. */
async function talk(names: Names): Promise<void> {
  // Loaded only here: it loads node:domain, which makes every EventEmitter of a process slower.
  const { start } = await import('node:repl');
  print(banner(names));
  const repl = start({ prompt: 'rookery> ', breakEvalOnSigint: true });
  Object.assign(repl.context, names);
  const stop = () => repl.close();
  process.once('SIGTERM', stop);
  const exited = new Promise((resolve) => repl.once('exit', resolve));
  await keepHistory(repl, names.config.dataDir);
  await exited;
  process.off('SIGTERM', stop);
}

function banner({ services }: Names): string {
  return `
The services of Rookery:
  services   ${Object.keys(services).join(', ')}
  operator   the actor for services that need one
  config     the settings
await works. Ctrl-D exits.
`;
}

/** If the history cannot be stored, Node says so and continues without it. */
function keepHistory(repl: REPLServer, dataDir: string): Promise<void> {
  return new Promise((resolve) =>
    repl.setupHistory(join(dataDir, 'shell-history'), () => resolve()),
  );
}

/** Prints the value, unless there is none. @throws whatever the code throws */
async function evaluate(code: string, names: Names): Promise<void> {
  const value: unknown = await compiled(code, Object.keys(names))(...Object.values(names));
  if (value !== undefined) print(typeof value === 'string' ? value : inspect(value, { depth: 6 }));
}

type AsyncFunction = (...values: unknown[]) => Promise<unknown>;

const newAsyncFunction = (async () => {}).constructor as new (...texts: string[]) => AsyncFunction;

/** One expression, or else statements: an expression read as statements would have no value. @throws SyntaxError */
function compiled(code: string, names: readonly string[]): AsyncFunction {
  const expression = code.trim().replace(/;+$/, '');
  try {
    return new newAsyncFunction(...names, `return (${expression}\n)`);
  } catch {
    return new newAsyncFunction(...names, code);
  }
}
