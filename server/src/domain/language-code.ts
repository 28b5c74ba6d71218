/** Languages that the product speaks; `mails/languages/` has the texts of each. */
export const languageCodes = ['en', 'es'] as const;

export type LanguageCode = (typeof languageCodes)[number];

/** English for a code that is not supported. */
export function languageOf(code: string): LanguageCode {
  return languageCodes.find((known) => known === code) ?? 'en';
}
