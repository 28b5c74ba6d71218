import { goneNames, readNames } from './older-names.ts';
import { textOf, type Variables } from './setting-text.ts';
import { urlProblem } from './setting-urls.ts';

/** A line about a setting that an operator should know of. */
export type Notice = { name: string; text: string };

type Translated = {
  /** With the names of our settings. */
  variables: Variables;
  /** Which older names were read, and as what: `DB_URI as DATABASE_URL`. */
  read: string[];
  notices: Notice[];
};

/**
 * Reads the variables of older systems as the settings that took their place. Where both are set they must agree: a program
 * that guessed might open the wrong database.
 */
export function translateOlderVariables(given: Variables, problems: string[]): Translated {
  const variables: Record<string, string | undefined> = { ...given };
  const read: string[] = [];
  const notices: Notice[] = [];
  for (const older of readNames) {
    const { name, setting, onlyIn, isSecret } = older;
    if (onlyIn && variables.ROOKERY_ENV?.trim() !== onlyIn) continue;
    const text = textOf(name, { isSecret }, given, problems);
    if (text === undefined) continue;
    const value = older.read(text);
    const problem = value !== null && setting !== 'ROOKERY_ENV' ? urlProblem(text) : null;
    if (problem !== null) {
      problems.push(`${name} (read as ${setting}) ${problem}.`);
      continue;
    }
    if (value === null) {
      const { isRefused, advice } = older.unread;
      if (isRefused) problems.push(`${name} ${advice}`);
      else notices.push({ name, text: `${name} ${advice}` });
      continue;
    }
    const present = onlyIn ? undefined : textOf(setting, { isSecret }, variables, problems);
    if (present === undefined) {
      variables[setting] = value;
      delete variables[`${setting}_FILE`];
      read.push(`${name} as ${setting}`);
    } else if (older.read(present) !== value) {
      problems.push(
        `${setting} and its older name ${name} are both set, to different values. Keep ${setting}, and remove ${name}.`,
      );
    }
  }
  for (const { name, advice } of goneNames) {
    if (given[name] || given[`${name}_FILE`]) notices.push({ name, text: `${name} ${advice}` });
  }
  return { variables, read, notices };
}
