import type { AccountRow } from '../../db/schema.ts';
import { hourMs, minuteMs } from '../durations.ts';
import { languageOf } from '../language-code.ts';
import { emailLinkHours } from '../verifications/email-verification.ts';
import { codeLifeMs, type Verification } from '../verifications/verification.ts';
import type { Letter } from './letter.ts';
import type { Letters } from './templates/own-letters.ts';

type Secrets = { token: string; code: string; lifeMs: number };

/** Words the letters that contain a secret. @param publicUrl where clients reach this server */
export function secretLetters(publicUrl: string, letters: Letters) {
  function emailLetter(account: AccountRow, verification: Verification & Secrets): Letter {
    const { token, code, details } = verification;
    const language = languageOf(account.language);
    const link =
      typeof details.linkPath === 'string'
        ? `${publicUrl}${details.linkPath}/${token}`
        : linkTo('verify-email', language, token);
    return letters[language].verifyEmail({
      username: account.username,
      link,
      hours: emailLinkHours,
      isRepeatable: typeof details.linkPath === 'string',
      code: details.hasNoCode === true ? null : code,
      codeMinutes: codeLifeMs / minuteMs,
    });
  }

  function recoveryLetter(account: AccountRow, { token, lifeMs }: Verification & Secrets): Letter {
    const language = languageOf(account.language);
    const link = linkTo('reset-password', language, token);
    return letters[language].recoverPassword({
      username: account.username,
      link,
      hours: lifeMs / hourMs,
    });
  }

  /** The secret is in the fragment, which no server and no proxy sees. */
  function linkTo(page: string, language: string, token: string): string {
    return `${publicUrl}/${page}?lang=${language}#token=${token}`;
  }

  return { emailLetter, recoveryLetter };
}
