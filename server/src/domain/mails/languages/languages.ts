import { english } from './en.ts';
import { spanish } from './es.ts';
import type { Language } from './language.ts';

/**
 * Every language by its code. To add one: copy `en.ts`, translate it, and give it a line here; then the compiler names
 * what else speaks to people.
 */
export const languages = { en: english, es: spanish } satisfies Record<string, Language>;

export type LanguageCode = keyof typeof languages;

export const languageCodes = Object.keys(languages) as LanguageCode[];

/** English where the code is of no language that we have. */
export function languageOf(code: string): LanguageCode {
  return languageCodes.find((known) => known === code) ?? 'en';
}
