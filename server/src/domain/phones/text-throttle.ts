import { callingCodeOf } from '../accounts/phone-number.ts';
import { dayMs, hourMs } from '../durations.ts';
import { type Limit, takeFrom } from '../limits.ts';
import { countingAddress } from '../network-address.ts';
import type { Counters } from '../ports.ts';

export type TextThrottle = {
  /**
   * Counts a message before it is promised, so that parallel requests cannot slip through.
   * @throws DomainError `rate_limited` with the seconds to wait
   */
  take(wish: TextWish): Promise<void>;
};

type TextWish = { accountId: number; address: string; number: string };

type Limits = {
  /** Messages to the numbers of one calling code in 24 hours, from all accounts. */
  perCountryAndDay: number;
};

/**
 * Bounds what strangers can make us pay: fraud with text messages asks for thousands of them to numbers whose operator
 * shares the price. A refused request does not count towards the wider limits.
 */
export function textThrottle(counters: Counters, { perCountryAndDay }: Limits): TextThrottle {
  function countsOf({ accountId, address, number }: TextWish): Limit[] {
    return [
      { key: `text:account:${accountId}`, max: 5, windowMs: hourMs },
      { key: `text:account-day:${accountId}`, max: 15, windowMs: dayMs },
      { key: `text:number:${number}`, max: 5, windowMs: hourMs },
      { key: `text:number-day:${number}`, max: 10, windowMs: dayMs },
      { key: `text:address:${countingAddress(address)}`, max: 20, windowMs: hourMs },
      {
        key: `text:country-day:${callingCodeOf(number)}`,
        max: perCountryAndDay,
        windowMs: dayMs,
      },
    ];
  }

  return {
    take: (wish) => takeFrom(counters, countsOf(wish), 'Too many messages were asked for.'),
  };
}
