import { minuteMs } from '../durations.ts';
import type { LanguageCode } from '../language-code.ts';

type Words = { code: (code: string) => string; advice: (minutes: number) => string };

const words: Record<LanguageCode, Words> = {
  en: {
    code: (code) => `Your verification code is ${code}`,
    advice: (minutes) => `It is valid for ${minutes} minutes. Tell it to nobody.`,
  },
  es: {
    code: (code) => `Tu clave es ${code}`,
    advice: (minutes) => `Vale durante ${minutes} minutos. No la compartas con nadie.`,
  },
};

/**
 * The message that carries a code. One text message holds 160 characters, but 70 when one of them is not of its alphabet,
 * as accents mostly are: hence no words with any.
 */
export function codeText(language: LanguageCode, code: string, lifeMs: number): string {
  const { code: sentence, advice } = words[language];
  return `${sentence(code)}. ${advice(Math.max(1, Math.floor(lifeMs / minuteMs)))}`;
}

/** The code and nothing after it, for clients that read it out of the message. */
export function bareCodeText(language: LanguageCode, code: string): string {
  return words[language].code(code);
}
