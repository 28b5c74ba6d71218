import type { Role } from '../accounts/account.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { SignUp } from '../accounts/signing-up.ts';
import { type Actor, checkMay, idOf, roleAtFirst, roleOf } from '../authority.ts';
import { invalid } from '../errors.ts';
import { type IdempotentRequest, idempotentRequest } from '../idempotency-store.ts';
import type { TokenSigner } from '../ports.ts';
import type { AccountRecord } from './account-admin.ts';
import type { ReadRecord } from './finding.ts';
import type { RecoveryLinks } from './recovery-links.ts';

type Needs = {
  tokens: Pick<TokenSigner, 'mac'>;
  accounts: Pick<AccountService, 'create'>;
  recoveries: RecoveryLinks;
  read: ReadRecord;
};

type NewAccount = Omit<SignUp, 'role'> & { role: Role };

/** Makes accounts for others. */
export function accountCreating({ tokens, accounts, recoveries, read }: Needs) {
  /**
   * Makes an account. Without a password its owner is sent a way to choose one.
   * @throws DomainError as `AccountService.create`
   */
  async function create(actor: Actor, input: NewAccount): Promise<AccountRecord> {
    checkMay(roleAtFirst(actor), 'govern');
    if (input.password === null && input.email === null) {
      throw invalid('password', 'must be given where there is no e-mail to send a link to');
    }
    const recovery = input.password === null ? await recoveries.prepare() : null;
    const { id } = await accounts.create(input, {
      actorId: idOf(actor),
      address: actor.address,
      repeat: repeatOf(tokens, actor, input),
      async alongside(tx, row) {
        checkMay(await roleOf(tx, actor), 'govern');
        if (recovery) await recoveries.send(tx, row, recovery);
      },
    });
    return read(actor, id);
  }

  return { create };
}

function repeatOf(
  tokens: Needs['tokens'],
  actor: Actor,
  input: NewAccount,
): IdempotentRequest | null {
  const { username, password, email, displayName, role, idempotencyKey: key } = input;
  const asked = JSON.stringify([username, password, email, displayName, role]);
  const accountId = idOf(actor) ?? 0;
  return idempotentRequest(tokens, { accountId, key, operation: 'accounts.create', asked });
}
