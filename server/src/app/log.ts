import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';
import { logOptions } from './log-options.ts';

/** The log of this process, on standard output: for people on a terminal, as JSON lines anywhere else. */
export async function newLog({ logLevel }: Pick<Config, 'logLevel'>): Promise<Logger> {
  const options = { ...logOptions, level: logLevel };
  if (!process.stdout.isTTY) return pino(options);
  const { default: pretty } = await import('pino-pretty');
  // At once: what a process says last must not be lost.
  const stream = pretty({
    sync: true,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  return pino(options, stream);
}
