import { channel } from 'node:diagnostics_channel';

/** Something that a transaction did. */
export type Fact = { kind: 'event' | 'action' | 'upload'; name: string };

/** Hears of each fact after its commit, a `Fact`; without a listener nothing is kept. */
export const factChannel = channel('rookery:fact');

const factsOf = new WeakMap<object, Fact[]>();

/** Notes what a transaction does, to be counted if it is committed. */
export function noteFact(tx: object, kind: Fact['kind'], name: string): void {
  if (!factChannel.hasSubscribers) return;
  const facts = factsOf.get(tx);
  if (facts) facts.push({ kind, name });
  else factsOf.set(tx, [{ kind, name }]);
}

/** Tells what a committed transaction did. */
export function tellFacts(tx: object | undefined): void {
  if (!tx || !factChannel.hasSubscribers) return;
  for (const fact of factsOf.get(tx) ?? []) factChannel.publish(fact);
}
