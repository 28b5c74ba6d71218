import pino, { type Logger } from 'pino';
import type { Config } from './config.ts';
import { logOptions } from './log-options.ts';

/**
 * The log of this process: for people on a terminal, as JSON lines anywhere else. It is the standard output of what runs until
 * it is stopped; that of a command belongs to its result.
 */
export async function newLog(
  { logLevel }: Pick<Config, 'logLevel'>,
  { isLasting = true }: { isLasting?: boolean | undefined } = {},
): Promise<Logger> {
  const options = { ...logOptions, level: logLevel };
  const { fd, isTTY } = isLasting ? process.stdout : process.stderr;
  if (!isTTY) return pino(options, pino.destination(fd));
  const { default: pretty } = await import('pino-pretty');
  // At once: what a process says last must not be lost.
  const stream = pretty({
    sync: true,
    destination: fd,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss',
  });
  return pino(options, stream);
}
