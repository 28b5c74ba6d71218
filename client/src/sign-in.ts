import type { Calls } from './calls.ts';
import type { Me, Operations, SignedIn, Tokens } from './generated.ts';
import type { CallOptions } from './operations.ts';
import { RookeryError } from './rookery-error.ts';
import type { TokenKeeper } from './token-keeper.ts';

type Needs = { calls: Calls; keeper: TokenKeeper };

/** The ways into and out of an account. Each way in keeps the tokens that it got. */
export function signIn({ calls: { call, openCall }, keeper }: Needs) {
  return {
    /**
     * Makes an account and signs in to it. `call('signUp', …)` only makes it.
     * @throws RookeryError also when the account was made and the sign-in failed: then `logIn` is left to do
     */
    async signUp(account: Operations['signUp']['body'], more: CallOptions = {}): Promise<Me> {
      const me = await openCall('signUp', { body: account, ...more });
      const { username: login, password } = account;
      await call('logIn', { body: { login, password }, signal: more.signal });
      return me;
    },
    /**
     * Signs in.
     * @throws RookeryError `second_factor_required`, whose `challenge` is for `finishLogIn`
     */
    logIn: (who: Operations['logIn']['body'], more: CallOptions = {}): Promise<Tokens> =>
      call('logIn', { body: who, ...more }),
    /** Signs in by a second factor, after any other way has asked for one. */
    finishLogIn: (
      step: Operations['finishLogIn']['body'],
      more: CallOptions = {},
    ): Promise<Tokens> => call('finishLogIn', { body: step, ...more }),
    /** Signs in by a passkey: `response` is what the browser made of the options of `beginPasskeyLogIn`. */
    logInByPasskey: (
      response: Operations['logInByPasskey']['body']['response'],
      more: CallOptions = {},
    ): Promise<Tokens> => call('logInByPasskey', { body: { response }, ...more }),
    /** Signs in, or up, with what a native app got from a provider. Web apps: see `redirectSignIn`. */
    logInByProvider: (
      name: string,
      proof: Operations['signInWithProvider']['body'],
      more: CallOptions = {},
    ): Promise<SignedIn> => call('signInWithProvider', { path: { name }, body: proof, ...more }),
    /** Ends this session on the server and forgets the tokens, which it does even when the server cannot be reached. */
    async logOut(): Promise<void> {
      if (!(await keeper.read())) return;
      try {
        await call('endSession', { path: { id: 'current' } });
      } catch (error) {
        const isOverAnyway = error instanceof RookeryError && error.status === 401;
        if (!isOverAnyway) throw error;
      } finally {
        if (keeper.current()) await keeper.set(null, 'signed-out');
      }
    },
  };
}
