import { minuteMs } from '../durations.ts';
import { DomainError } from '../errors.ts';
import type { TokenSigner } from '../ports.ts';

/** Time to show the second factor after the first. */
export const challengeLifeMs = 5 * minuteMs;

export const recoveryCodeCount = 10;
/** 80 bits: nobody guesses one, so its fingerprint needs no slow hash. */
export const recoveryCodeBytes = 10;

/** What protects an account, as its owner sees it. */
export type Security = {
  hasPassword: boolean;
  hasTotp: boolean;
  recoveryCodesLeft: number;
  passkeys: number;
  appPasswords: number;
};

export function recoveryCodeHash(
  tokens: Pick<TokenSigner, 'mac'>,
  accountId: number,
  plainCode: string,
): string {
  return tokens.mac(`recovery code ${accountId} ${plainCode}`);
}

/** The error where a second factor is needed and there is none. */
export function noTotp(): DomainError {
  return new DomainError('conflict', 'No authenticator app is set up.');
}
