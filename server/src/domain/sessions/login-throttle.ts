import { hourMs, minuteMs } from '../durations.ts';
import { type Limit, takeFrom } from '../limits.ts';
import { countingAddress } from '../network-address.ts';
import type { Counters } from '../ports.ts';

/** Wrong ones within the window, before further ones have to wait for its end. */
type Limits = { targetFromAddress: number; address: number; target: number; windowMs: number };

/** What is guessed, each counted apart. */
const limitsOf = {
  login: { targetFromAddress: 10, address: 100, target: 50, windowMs: 15 * minuteMs },
  // Of six digits three are right at any time: at this pace strangers find one in a year with a chance of one in four.
  'second-factor': { targetFromAddress: 10, address: 50, target: 10, windowMs: hourMs },
} satisfies Record<string, Limits>;

export type LoginThrottle = {
  /**
   * Counts an attempt before its password is looked at, so that parallel guesses cannot slip through.
   * @throws DomainError `rate_limited` with the seconds to wait
   */
  begin(attempt: Attempt): Promise<void>;
  /** Takes an attempt back whose password was right. */
  forgive(attempt: Attempt): Promise<void>;
};

type Attempt = {
  /** Whose secret is guessed: an account, by whichever of its names, or a folded name that none has. */
  target: { accountId: number } | { unknownName: string };
  address: string;
  /** Whether the owner has signed in from this address before: strangers' guesses must not lock the owner out. */
  isKnownAddress: boolean;
};

/** Slows guessing per account and per address. Unknown names count like accounts. */
export function loginThrottle(
  counters: Counters,
  guessed: keyof typeof limitsOf = 'login',
): LoginThrottle {
  const { windowMs, ...limits } = limitsOf[guessed];

  function countsOf(attempt: Attempt): Limit[] {
    const counts = [
      { key: pairKey(attempt), max: limits.targetFromAddress, windowMs },
      {
        key: `${guessed}:address:${countingAddress(attempt.address)}`,
        max: limits.address,
        windowMs,
      },
    ];
    if (!attempt.isKnownAddress) {
      counts.push({ key: `${guessed}:${targetKey(attempt)}`, max: limits.target, windowMs });
    }
    return counts;
  }

  function pairKey(attempt: Attempt): string {
    return `${guessed}:pair:${countingAddress(attempt.address)}:${targetKey(attempt)}`;
  }

  return {
    begin: (attempt) => takeFrom(counters, countsOf(attempt)),
    async forgive(attempt) {
      for (const { key } of countsOf(attempt)) await counters.add(key, -1, windowMs);
      await counters.clear(pairKey(attempt));
    },
  };
}

function targetKey({ target }: Attempt): string {
  return 'accountId' in target ? `account:${target.accountId}` : `name:${target.unknownName}`;
}
