import type { LanguageCode } from '../mails/languages/languages.ts';

const texts: Record<LanguageCode, (code: string, minutes: number) => string> = {
  en: (code, minutes) =>
    `Your verification code is ${code}. It is valid for ${minutes} minutes. Tell it to nobody.`,
  es: (code, minutes) =>
    `Tu clave es ${code}. Vale durante ${minutes} minutos. No la compartas con nadie.`,
};

/**
 * The message that carries a code. One text message holds 160 characters, but 70 when one of them is not of its alphabet,
 * as accents mostly are: hence no words with any.
 */
export function codeText(language: LanguageCode, code: string, lifeMs: number): string {
  return texts[language](code, Math.max(1, Math.floor(lifeMs / 60_000)));
}
