import { type LanguageCode, languageCodes } from '../../language-code.ts';
import type { Language } from '../languages/language.ts';
import { languages } from '../languages/languages.ts';
import type { Letter } from '../letter.ts';
import { letterRules } from './letter-kinds.ts';
import { type Facts, fillTemplate, readTemplate, type Template } from './template.ts';

/** The letters of every language, as they are sent. */
export type Letters = Record<LanguageCode, Language>;

/** A file of templates: its path within the folder, and what it says. */
export type TemplateFile = { path: string; text: string };

/**
 * The built-in letters, with those of an operator in place of some.
 * @param files `es/recover-password.txt` and so on
 * @param problems gets what is wrong, each with file and line
 */
export function lettersWith(files: readonly TemplateFile[], problems: string[]): Letters {
  const letters: Letters = { ...languages };
  for (const { path, text } of files) {
    const [code = '', name = '', ...below] = path.replace(/\.txt$/, '').split('/');
    const language = languageCodes.find((known) => known === code);
    const rule = Object.hasOwn(letterRules, name) ? letterRules[name] : undefined;
    if (!path.endsWith('.txt') || !language || !rule || below.length > 0) {
      const names = Object.keys(letterRules).join(', ');
      problems.push(
        `${path}: there is no such letter. Files are LANGUAGE/LETTER.txt: ${languageCodes.join(', ')}; ${names}`,
      );
      continue;
    }
    const found: string[] = [];
    const template = readTemplate(text, rule, found);
    problems.push(...found.map((problem) => `${path}, ${problem}`));
    if (template) {
      const write = writing(template, letters[language].words);
      letters[language] = { ...letters[language], [rule.kind]: write };
    }
  }
  return letters;
}

function writing(template: Template, words: Language['words']): (facts?: Facts) => Letter {
  return (facts = {}) => {
    const { what, hours, excerpt } = facts;
    return fillTemplate(template, {
      ...facts,
      ...(typeof what === 'string' && { what: words[what as keyof typeof words] ?? what }),
      ...(typeof hours === 'number' && { minutes: Math.round(hours * 60) }),
      // Nothing can be quoted of a picture without a description.
      ...(excerpt === '' && { excerpt: null }),
    });
  };
}
