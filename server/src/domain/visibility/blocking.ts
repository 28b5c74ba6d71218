import { DomainError } from '../errors.ts';
import type { Relation } from './visibility.ts';

/** People who have blocked an account must unblock it before they follow it, or like or answer its posts. @throws DomainError `conflict` */
export function checkNotBlocking({ blocks }: Relation): void {
  if (blocks) {
    throw new DomainError('conflict', 'You have blocked this account; unblock it first.');
  }
}
