import { localBus } from '../../src/adapters/bus/local.ts';
import { type Events, emit, type Topic } from '../../src/domain/events.ts';
import type { Bus } from '../../src/domain/ports.ts';
import { type Relay, relay } from '../../src/jobs/relay.ts';
import type { Subscriptions } from '../../src/jobs/subscriptions.ts';
import { eventsTogether } from '../../src/jobs/together.ts';
import { type Worker, worker } from '../../src/jobs/worker.ts';
import type { TestApp } from '../support/test-app.ts';

const nobody: Subscriptions = {
  'media.uploaded': [],
  'media.deleted': [],
  'post.published': [],
  'post.changed': [],
  'post.deleted': [],
  'post.liked': [],
  'post.unliked': [],
  'account.followed': [],
  'account.unfollowed': [],
  'account.blocked': [],
  'account.deleted': [],
  'account.hidden': [],
  'account.changed': [],
  'content.removed': [],
  'verification.issued': [],
  'email.change-asked': [],
  'recovery.asked': [],
  'group-event.made': [],
  'push.wanted': [],
  'push.due': [],
  'backup.due': [],
  'backup.failed': [],
};

export type Jobs = {
  relay: Relay;
  /** The worker itself, to hand it a message past the relay. */
  work: Worker;
  /** Messages that were logged. */
  logged: string[];
};

/** The real relay and worker on the database and clock of a program, with these subscribers alone. */
export async function jobsOf(
  { app, clock }: TestApp,
  subscribers: Partial<Subscriptions>,
  bus: Bus = localBus(),
): Promise<Jobs> {
  const logged: string[] = [];
  const note = (_details: unknown, message: string) => void logged.push(message);
  const log = { warn: note, error: note };
  const needs = { database: app.database, now: clock.now, log };
  const subscriptions = { ...nobody, ...subscribers };
  const work = worker({ ...needs, subscriptions, chance: () => 0.5 });
  await bus.consume(work);
  const together = eventsTogether(subscriptions);
  return { relay: relay({ ...needs, bus, concurrency: 8, together }), work, logged };
}

/** Writes an event as a service would. */
export async function emitOn<T extends Topic>(
  { app, clock }: TestApp,
  topic: T,
  payload: Events[T],
): Promise<void> {
  await app.database.transaction((tx) => emit(tx, clock.now(), topic, payload));
}

/** The outbox as it is. */
export function outboxOf({ app }: TestApp) {
  return app.database.selectFrom('outbox').selectAll().orderBy('due_at').execute();
}

/** A bus that hands over and then dies before it can say so. */
export function dyingBus(): Bus {
  const bus = localBus();
  return {
    ...bus,
    async publish(message) {
      await bus.publish(message);
      throw new Error('killed');
    },
  };
}
