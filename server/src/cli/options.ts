import { Argument, InvalidArgumentError, Option } from 'commander';
import { dayMs, hourMs, minuteMs } from '../domain/durations.ts';
import { longIdIn } from '../domain/id.ts';

/** Whether a command prints JSON. */
export type Json = { json?: boolean | undefined };

/** `--json`, which every command has that prints and ends. */
export function jsonOption(): Option {
  return new Option('--json', 'print JSON');
}

/** An option `--name <n>` that takes a number from 1 to `max`. */
export function countOption(name: string, description: string, max: number): Option {
  return new Option(`${name} <n>`, description).argParser((text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > max) throw new InvalidArgumentError(`Give a number from 1 to ${max}.`);
    return count;
  });
}

/** An option `--port <n>` that takes any port, and 0 for a free one. */
export function portOption(): Option {
  return new Option(
    '--port <n>',
    'the port to listen on, in place of PORT; 0 for a free one',
  ).argParser((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) throw new InvalidArgumentError('Give a number from 0 to 65535.');
    return port;
  });
}

/** `--email <address>`; whether mail reaches it is found out later. */
export function emailOption(): Option {
  return new Option('--email <address>', 'e-mail address').argParser((text) => {
    if (!/^[^\s@]+@[^\s@]+$/.test(text)) throw new InvalidArgumentError('It has the form a@b.');
    return text;
  });
}

/** An argument that is the id of something: a positive whole number. */
export function idArgument(name: string, description: string): Argument {
  return new Argument(name, description).argParser((text) => {
    const id = longIdIn(text);
    if (id === null) throw new InvalidArgumentError('It is a number.');
    return id;
  });
}

/** Why something is removed; its owner reads it. */
export function reasonOption(): Option {
  return new Option(
    '--reason <text>',
    'one line; its author gets it by mail',
  ).makeOptionMandatory();
}

const unitsMs = { m: minuteMs, h: hourMs, d: dayMs } as const;

/** An option `--name <time>` that takes `30m`, `12h` or `7d`, at most `maxMs`, as milliseconds. */
export function timeOption(name: string, description: string, maxMs: number): Option {
  return new Option(`${name} <time>`, description).argParser((text) => {
    const [, digits = '', unit = 'd'] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
    const ms = Number(digits) * unitsMs[unit as keyof typeof unitsMs];
    if (ms >= minuteMs && ms <= maxMs) return ms;
    throw new InvalidArgumentError(
      `Give minutes, hours or days, at most ${maxMs / dayMs} days: 30m, 12h, 7d.`,
    );
  });
}
