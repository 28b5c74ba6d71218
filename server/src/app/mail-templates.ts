import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LanguageCode } from '../domain/language-code.ts';
import { formsOf, type Sender } from '../domain/mails/letter.ts';
import { letterRules } from '../domain/mails/templates/letter-kinds.ts';
import {
  type Letters,
  lettersWith,
  type TemplateFile,
} from '../domain/mails/templates/own-letters.ts';
import { sampleLetter } from '../domain/mails/templates/sample-letters.ts';

/** The letters that are sent, with the templates of a folder. Adds to `problems` what must be changed. */
export function lettersOf(folder: string | undefined, problems: string[]): Letters {
  const found: string[] = [];
  const letters = lettersWith(folder === undefined ? [] : filesIn(folder, found), found);
  problems.push(...found.map((problem) => `MAIL_TEMPLATES_DIR: ${problem}`));
  return letters;
}

function filesIn(folder: string, problems: string[]): TemplateFile[] {
  try {
    return pathsIn(folder).map((file) => ({
      path: relative(folder, file),
      text: readFileSync(file, 'utf8'),
    }));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(`it cannot be read: ${reason}. Correct the path.`);
    return [];
  }
}

/** How deep is looked: links may lead in circles. */
const maxDepth = 3;

/** The files in a folder and below it, through links too: Kubernetes mounts a ConfigMap as links into a hidden folder. */
function pathsIn(folder: string, depth = 1): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => {
      if (!statSync(path).isDirectory()) return [path];
      return depth < maxDepth ? pathsIn(path, depth + 1) : [];
    });
}

/** The letters by the names of their templates. */
export const letterNames = Object.keys(letterRules);

/** A mail as it would be sent, with sample data. @param name one of `letterNames` */
export function previewOf(
  { letters, instance }: { letters: Letters; instance: Sender },
  name: string,
  code: LanguageCode,
): ReturnType<typeof formsOf> {
  const rule = letterRules[name];
  if (!rule) throw new Error(`there is no letter ${name}`);
  return formsOf(sampleLetter(letters[code], rule.kind), instance, code);
}
