import type { FastifyRequest } from 'fastify';
import { type LanguageCode, languageCodes } from '../domain/language-code.ts';

/**
 * The language of ours that a browser or an app likes best, as `{ language }` to be spread into a sign-up; empty when it
 * names none of them (RFC 9110, 12.5.4).
 */
export function spokenIn({ headers }: Pick<FastifyRequest, 'headers'>): {
  language?: LanguageCode;
} {
  const wished = (headers['accept-language'] ?? '')
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range
        .toLowerCase()
        .split(';')
        .map((part) => part.trim());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { code: tag.split('-')[0], weight: Number(weight) };
    })
    .filter(({ weight }) => weight > 0)
    // Of two with the same weight the first stays first.
    .sort((a, b) => b.weight - a.weight);
  for (const { code } of wished) {
    const language = languageCodes.find((known) => known === code);
    if (language) return { language };
  }
  return {};
}
