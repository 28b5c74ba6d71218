import { Type } from 'typebox';
import type { OwnerProof } from '../../domain/owner-proof.ts';
import type { WireCode } from '../contract.ts';
import { PasskeyAnswered } from './passkey-wire.ts';
import { codeField } from './second-factor-wire.ts';

/** What shows that the account is yours, beside a second factor that is asked for anyway. */
export const firstProof = {
  password: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description:
        'Your password. An account that has none needs no proof within ten minutes after signing in.',
    }),
  ),
  passkey: Type.Optional(PasskeyAnswered),
};

/** What shows that the account is yours: one of these. */
export const ownerProof = {
  ...firstProof,
  secondFactorCode: Type.Optional(codeField),
};

export const OwnerBody = Type.Object(ownerProof, {
  additionalProperties: false,
  examples: [{ password: 'a long walk at dusk' }],
});

type ProofFields = {
  password?: string;
  secondFactorCode?: string;
  passkey?: { id: string; [field: string]: unknown };
};

/** The proof in a body, which may be none. @param address of the client */
export function ownerProofIn(body: ProofFields, address: string): OwnerProof {
  const { password = null, secondFactorCode = null, passkey = null } = body;
  return { password, secondFactorCode, passkey, address };
}

/** What every operation may be refused with that asks for a proof that the account is yours. */
export const ownerErrors = [
  'wrong_password',
  'forbidden',
  'gone',
  'expired',
] as const satisfies readonly WireCode[];
