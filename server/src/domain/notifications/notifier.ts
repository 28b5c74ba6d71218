import type { Now } from '../ports.ts';
import { followTelling } from './following.ts';
import { notificationKeeping } from './keeping.ts';
import { likeTelling } from './liking.ts';
import { postTelling } from './post-telling.ts';

type Needs = { now: Now; newKey: () => number };

/**
 * Keeps notifications true to what they tell of. An event only says where to look: what is there now is written, so that
 * events may come twice and in any order.
 */
export type Notifier = ReturnType<typeof likeTelling> &
  ReturnType<typeof followTelling> &
  ReturnType<typeof postTelling>;

export function notifier({ now, newKey }: Needs): Notifier {
  const keeping = notificationKeeping({ now, newKey });
  return {
    ...likeTelling(keeping),
    ...followTelling(keeping),
    ...postTelling(keeping),
  };
}
