import { readFileSync } from 'node:fs';

/** The variables that the program was started with. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The value of a variable, or for a secret the content of the file that `NAME_FILE` names; undefined when it is empty. */
export function textOf(
  name: string,
  { isSecret }: { isSecret: boolean },
  variables: Variables,
  problems: string[],
): string | undefined {
  const fileName = `${name}_FILE`;
  const path = isSecret ? variables[fileName] : undefined;
  if (path === undefined || path === '') return variables[name]?.trim() || undefined;
  if (variables[name]) problems.push(`${name} and ${fileName} are both set. Keep one of them.`);
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(`${fileName} names a file that cannot be read: ${reason}.`);
    return undefined;
  }
}
