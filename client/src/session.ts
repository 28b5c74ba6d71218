/**
 * What happened to the session: somebody `signed-in`, here or in another tab; the tokens were `refreshed`; somebody
 * `signed-out`, here; or it `ended` elsewhere: in another tab, on another device, by a new password.
 */
export type SessionChange = 'signed-in' | 'refreshed' | 'signed-out' | 'ended';

/** Called with what happened. */
export type SessionListener = (change: SessionChange) => void;

/** Whether somebody is signed in, and what happens to that. */
export type ClientSession = {
  /** Whether somebody is signed in. False until the store is read: see `ready`. */
  readonly isSignedIn: boolean;
  /** Number of the session; null when nobody is signed in. */
  readonly id: number | null;
  /** Resolves once the tokens of an earlier visit are read: whether somebody is signed in. */
  ready(): Promise<boolean>;
  /** Calls the listener after each change. Returns how to stop. Does not use `this`, so React can take it as it is. */
  subscribe(listener: SessionListener): () => void;
};

/** Listeners; one that throws does not keep the others from being called. */
export function listeners<Arguments extends unknown[]>() {
  const all = new Set<(...given: Arguments) => void>();

  function subscribe(listener: (...given: Arguments) => void): () => void {
    // A listener that subscribes twice is called twice, and ends each on its own.
    const own = (...given: Arguments) => listener(...given);
    all.add(own);
    return () => void all.delete(own);
  }

  function notify(...given: Arguments): void {
    for (const listener of all) {
      try {
        listener(...given);
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
    }
  }

  return { subscribe, notify };
}
