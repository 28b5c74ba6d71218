import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { Bus, BusMessage } from '../../domain/ports.ts';
import { type BusLog, type LastingChannel, lastingChannel, within } from './lasting-channel.ts';

export type RabbitOptions = {
  url: string;
  /** Name of the queue; what cannot be handled ends in the queue `<name>.dead`. */
  queue: string;
  /** How many events one process handles at once. */
  concurrency: number;
  log: BusLog;
  limits?: Partial<typeof defaults>;
};

type Handler = (message: BusMessage) => Promise<void>;

const defaults = {
  connectTimeoutMs: 3000,
  confirmTimeoutMs: 5000,
  redeclareMs: 1000,
  /** Delay before an event is given back that its handler refused; doubles up to `maxRefusalMs`. */
  refusalMs: 1000,
  maxRefusalMs: 15_000,
  /**
   * The last net, far beyond what the worker lets happen. A refusal means that the worker could not even note a
   * failure, as while the database is down: this many of them take 50 minutes.
   */
  deliveryLimit: 200,
};

/**
 * Events through one quorum queue of RabbitMQ (3.10 or newer), at least once. `publish` resolves when a majority of the
 * brokers has the event on disk. Connects at the first use.
 */
export function rabbitBus(options: RabbitOptions): Bus {
  const { queue, log } = options;
  const limits = { ...defaults, ...options.limits };
  const running = new Set<Promise<void>>();
  const returned = new Set<string>();
  const closing = new AbortController();
  let publisher: LastingChannel | undefined;
  let consumer: LastingChannel | undefined;
  let stopDeliveries = async () => {};

  // Apart, for a broker that is short of memory stops those who publish, and must still hear who is done.
  const connect = (name: string, setUp: (channel: ConfirmChannel) => Promise<void>) =>
    lastingChannel({ ...options, name, setUp, connectTimeoutMs: limits.connectTimeoutMs });

  async function preparePublisher(channel: ConfirmChannel): Promise<void> {
    await declare(channel);
    // A message for a queue that is not there is returned first, and then confirmed nevertheless.
    channel.on('return', ({ properties }) => {
      returned.add(String(properties.messageId));
      void reopen(channel);
    });
  }

  /** After the queue was deleted: everything is declared again on a new connection. */
  async function reopen(channel: ConfirmChannel): Promise<void> {
    log.warn({ queue }, 'the queue was deleted; declaring it again');
    // RabbitMQ forgets to tell the other consumers when the queue is there again at once.
    await sleep(limits.redeclareMs);
    await channel.close().catch(() => {});
  }

  /** @returns how many messages wait */
  async function declare(channel: ConfirmChannel): Promise<number> {
    const quorum = { 'x-queue-type': 'quorum' };
    await channel.assertQueue(`${queue}.dead`, { durable: true, arguments: quorum });
    const { messageCount } = await channel.assertQueue(queue, {
      durable: true,
      arguments: {
        ...quorum,
        'x-delivery-limit': limits.deliveryLimit,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': `${queue}.dead`,
        // The two belong together: what goes to the dead letters is not lost on its way.
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
    return messageCount;
  }

  async function take(channel: ConfirmChannel, delivery: ConsumeMessage, handle: Handler) {
    const redeliveries = Number(delivery.properties.headers?.['x-delivery-count'] ?? 0);
    const message = messageOf(delivery.content);
    if (!message) {
      log.error({ queue }, 'a message that is no event was put to the dead letters');
      return settle(() => channel.nack(delivery, false, false));
    }
    try {
      await handle({ ...message, redeliveries });
    } catch (err) {
      const delayMs = Math.min(limits.refusalMs * 2 ** redeliveries, limits.maxRefusalMs);
      log.warn(
        { err, topic: message.topic, eventId: message.id, delayMs },
        'an event is given back',
      );
      await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => {});
      return settle(() => channel.nack(delivery, false, true));
    }
    return settle(() => channel.ack(delivery));
  }

  function settle(answer: () => void): void {
    try {
      answer();
    } catch (err) {
      log.warn({ err }, 'the broker was lost before the answer; the event comes again');
    }
  }

  function subscribe(handle: Handler): (channel: ConfirmChannel) => Promise<void> {
    return async (channel) => {
      await declare(channel);
      await channel.prefetch(options.concurrency);
      const { consumerTag } = await channel.consume(queue, (delivery) => {
        if (!delivery) {
          void reopen(channel);
        } else if (!closing.signal.aborted) {
          // Never rejects: an exception in here would end the connection.
          const taken = take(channel, delivery, handle).finally(() => running.delete(taken));
          running.add(taken);
        }
      });
      stopDeliveries = () => within(limits.connectTimeoutMs, channel.cancel(consumerTag));
    };
  }

  function publishing(): LastingChannel {
    publisher ??= connect('publisher', preparePublisher);
    return publisher;
  }

  return {
    async publish(message) {
      if (closing.signal.aborted) throw new Error('The bus is closed.');
      const messageId = randomUUID();
      await confirmed(await publishing().current(), { queue, message, messageId, ...limits });
      if (returned.delete(messageId)) throw new Error(`There is no queue ${queue}.`);
      return 'queued';
    },
    async consume(handle) {
      consumer ??= connect('worker', subscribe(handle));
      await consumer.current().catch(() => {});
    },
    countWaiting: async () => declare(await publishing().current()),
    async check() {
      try {
        await publishing().current();
      } catch (cause) {
        const reason = cause instanceof Error && cause.message !== '' ? cause.message : 'no answer';
        throw new Error(`${reason}. Start RabbitMQ, or check AMQP_URL.`, { cause });
      }
    },
    async close() {
      closing.abort();
      await stopDeliveries();
      await Promise.all(running);
      await Promise.all([consumer?.close(), publisher?.close()]);
    },
  };
}

type Publication = {
  queue: string;
  message: BusMessage;
  messageId: string;
  confirmTimeoutMs: number;
};

/** Publishes and waits for the broker's word. @throws Error when it says no, or nothing in time */
async function confirmed(channel: ConfirmChannel, publication: Publication): Promise<void> {
  const { queue, message, messageId, confirmTimeoutMs } = publication;
  const { redeliveries: _, isOnly: __, ...event } = message;
  const content = Buffer.from(JSON.stringify(event));
  const properties = { messageId, type: message.topic, contentType: 'application/json' };
  const flags = { persistent: true, mandatory: true };
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const late = `The broker did not confirm an event within ${confirmTimeoutMs} ms.`;
      timer = setTimeout(() => reject(new Error(late)), confirmTimeoutMs);
      channel.publish('', queue, content, { ...properties, ...flags }, (error: unknown) => {
        if (error) reject(new Error('The broker did not take an event.', { cause: error }));
        else resolve();
      });
    });
  } finally {
    clearTimeout(timer);
  }
}

/** The event in a message of the queue; null when it is none. */
function messageOf(content: Buffer): BusMessage | null {
  let value: Partial<BusMessage> | null;
  try {
    value = JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
  const { id, topic, payload, subscriber, attempts, rowId, cause } = value ?? {};
  if (typeof id !== 'number' || typeof topic !== 'string' || typeof attempts !== 'number')
    return null;
  if (subscriber !== null && typeof subscriber !== 'string') return null;
  const event = { id, topic, payload, subscriber, attempts, ...(cause ? { cause } : {}) };
  return typeof rowId === 'number' ? { ...event, rowId } : event;
}
