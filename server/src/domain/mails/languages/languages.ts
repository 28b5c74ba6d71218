import type { LanguageCode } from '../../language-code.ts';
import { english } from './en.ts';
import { spanish } from './es.ts';
import type { Language } from './language.ts';

/**
 * The mail texts of every language. To add a language: add its code to `language-code.ts`, copy `en.ts` and translate it;
 * the compiler lists the other texts that need a translation.
 */
export const languages: Record<LanguageCode, Language> = { en: english, es: spanish };
