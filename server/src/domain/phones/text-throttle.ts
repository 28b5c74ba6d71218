import { DomainError } from '../errors.ts';
import type { Counters } from '../ports.ts';
import { callingCodeOf } from './phone.ts';

const hourMs = 3600 * 1000;
const dayMs = 24 * hourMs;

export type TextThrottle = {
  /**
   * Counts a message before it is promised, so that parallel requests cannot slip through.
   * @throws DomainError `rate_limited` with the seconds to wait
   */
  take(wish: TextWish): Promise<void>;
};

type TextWish = { accountId: number; address: string; number: string };

type Limits = {
  /** Messages to the numbers of one calling code in 24 hours, whoever asks. */
  perCountryAndDay: number;
};

/**
 * Bounds what strangers can make us pay: fraud with text messages asks for thousands of them to numbers whose operator
 * shares the price. Whoever is refused is refused before the wider counts are touched.
 */
export function textThrottle(counters: Counters, { perCountryAndDay }: Limits): TextThrottle {
  function countsOf({ accountId, address, number }: TextWish) {
    return [
      { key: `text:account:${accountId}`, limit: 5, windowMs: hourMs },
      { key: `text:account-day:${accountId}`, limit: 15, windowMs: dayMs },
      { key: `text:number:${number}`, limit: 5, windowMs: hourMs },
      { key: `text:number-day:${number}`, limit: 10, windowMs: dayMs },
      { key: `text:address:${address}`, limit: 20, windowMs: hourMs },
      {
        key: `text:country-day:${callingCodeOf(number)}`,
        limit: perCountryAndDay,
        windowMs: dayMs,
      },
    ];
  }

  return {
    async take(wish) {
      for (const { key, limit, windowMs } of countsOf(wish)) {
        const { count, resetMs } = await counters.add(key, 1, windowMs);
        if (count > limit) {
          throw new DomainError('rate_limited', 'Too many messages were asked for.', {
            retryAfterSeconds: Math.ceil(resetMs / 1000),
          });
        }
      }
    },
  };
}
