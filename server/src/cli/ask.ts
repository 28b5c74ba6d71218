import { createInterface } from 'node:readline/promises';
import { CommandError } from './errors.ts';
import { harmless } from './print.ts';

/**
 * A password from standard input, never from an argument: arguments show up in the list of processes.
 * @param command the command that needs it, for the message when there is none
 */
export async function readPassword(command: string): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('Password (shown as you type), then Enter: ');
  for await (const line of createInterface({ input: process.stdin })) return line;
  throw new CommandError(
    `standard input has no password. Try: echo "$PASSWORD" | ./rookery ${command}`,
  );
}

/** Asks before something is destroyed. @throws CommandError `refusal`, unless the answer is yes */
export async function confirm(question: string, refusal: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CommandError('standard input is not a terminal. Add --yes to confirm.');
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${harmless(question)} [y/N] `);
  lines.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError(refusal);
}
