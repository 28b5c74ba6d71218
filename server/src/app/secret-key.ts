import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const exampleSecrets = /change.?me|example|secret|password|12345678|abcdefgh|^(.)\1+$/i;
const minLength = 32;

/** Refuses a secret that somebody could guess, and the lack of one where several processes must share it. */
export function checkSecretKey(
  given: string | undefined,
  { isEmbedded }: { isEmbedded: boolean },
  problems: string[],
): void {
  if (given === undefined) {
    if (isEmbedded) return;
    problems.push(
      'SECRET_KEY is needed with a server database. Make one with: openssl rand -hex 32',
    );
  } else if (given.length < minLength || exampleSecrets.test(given) || new Set(given).size < 10) {
    const fault =
      given.length < minLength
        ? `is shorter than ${minLength} characters`
        : 'looks like an example';
    const orNone = isEmbedded
      ? ', or remove it: with the embedded database one is made and kept'
      : '';
    problems.push(
      `SECRET_KEY ${fault}: anybody who guesses it can sign in as any user. Create one with: openssl rand -hex 32${orNone}`,
    );
  }
}

/** The secret of the embedded mode: made once in the data folder, readable by its owner alone. */
export function keptSecretKey(dataDir: string, problems: string[]): string {
  const path = join(dataDir, 'secret-key');
  let secret = '';
  try {
    if (!existsSync(path)) writeSecret(path);
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `DATA_DIR=${dataDir} cannot be used: ${reason}. Choose a folder that can be written.`,
    );
    return '';
  }
  if (secret.length < minLength) {
    problems.push(
      `${path} does not contain a secret key. Delete it to create a new one; everybody then has to sign in again.`,
    );
  }
  return secret;
}

/** Whole and on the disk before it has its name; of two programs that start at once, one writes and both read. */
function writeSecret(path: string): void {
  const unnamed = `${path}.${randomUUID()}`;
  const text = `${randomBytes(32).toString('hex')}\n`;
  writeFileSync(unnamed, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(unnamed, path);
  } catch (error) {
    if (!existsSync(path)) throw error;
  } finally {
    rmSync(unnamed);
  }
}
