import { randomUUID } from 'node:crypto';
import { setInterval as every } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Broadcast, BroadcastMessage } from '../../domain/ports.ts';
import {
  type ConnectionOptions,
  checkRedis,
  connectionDefaults,
  redisConnection,
} from '../redis-connection.ts';
import { listeners } from './listeners.ts';

type Options = Omit<ConnectionOptions, 'keyPrefix'> & {
  /** How often a connection that only listens is asked whether it lives. */
  pingMs?: number;
};

const replyTimeoutMs = 2000;
const maxClosingMs = 500;

/**
 * A broadcast over Redis pub/sub. Listeners of the sending process hear at once, whatever becomes of Redis; what is sent
 * while Redis is away reaches no other process. Connects when it is first used, and again by itself.
 */
export function redisBroadcast({ pingMs = 10_000, ...options }: Options): Broadcast {
  const { onTrouble = () => {} } = options;
  const sender = randomUUID();
  const channel = channelOf(options.url);
  const publisher = redisConnection(options);
  const here = listeners({ onFirst: listenToOthers });
  const underWay = new Set<Promise<unknown>>();
  let subscriber: Redis | undefined;
  let pinging: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Once begun it goes on: the next listener comes soon. */
  function listenToOthers(): void {
    if (subscriber) return;
    const redis = new Redis(options.url, {
      ...connectionDefaults,
      commandTimeout: replyTimeoutMs,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
    });
    // Without a listener a lost connection would end the process.
    redis.on('error', () => {});
    redis.on('ready', () => {
      redis.subscribe(channel).catch(({ message }: Error) => onTrouble(message));
    });
    redis.on('message', (_channel, text) => {
      const envelope = envelopeOf(text);
      if (envelope && envelope.sender !== sender) here.deliver(envelope.message);
    });
    redis.connect().catch(() => {});
    pinging = every(() => void ping(redis), pingMs).unref();
    subscriber = redis;
  }

  /** A connection that is dead without a word shows it only to those who ask. */
  async function ping(redis: Redis): Promise<void> {
    if (redis.status !== 'ready') return;
    await redis.ping().catch(() => redis.disconnect(true));
  }

  return {
    send(message) {
      if (isClosed) return;
      here.deliver(message);
      const text = JSON.stringify({ sender, message } satisfies Envelope);
      const published = publisher.ask((redis) => redis.publish(channel, text));
      underWay.add(published);
      void published.finally(() => underWay.delete(published));
    },
    listen: (listener) => here.add(listener),
    check: () => check(options.url),
    async close() {
      isClosed = true;
      here.close();
      await Promise.race([Promise.all(underWay), sleep(maxClosingMs, null, { ref: false })]);
      clearInterval(pinging);
      subscriber?.disconnect();
      await publisher.close();
    },
  };
}

type Envelope = { sender: string; message: BroadcastMessage };

/** Channels do not belong to a database of Redis as keys do, so the name tells installations apart. */
function channelOf(url: string): string {
  return `rookery:broadcast:${new Redis(url, { lazyConnect: true }).options.db ?? 0}`;
}

/** Null for what no process of this program sends. */
function envelopeOf(text: string): Envelope | null {
  try {
    const { sender, message } = JSON.parse(text) as Envelope;
    return typeof sender === 'string' && typeof message.topic === 'string'
      ? { sender, message }
      : null;
  } catch {
    return null;
  }
}

/** Subscribes, publishes over another connection, and waits for what was published to arrive. */
function check(url: string): Promise<void> {
  const channel = `${channelOf(url)}:check:${randomUUID()}`;
  return checkRedis({ url }, async (redis) => {
    const publisher = redis.duplicate();
    publisher.on('error', () => {});
    try {
      const heard = new Promise((resolve) => redis.once('message', resolve));
      await redis.subscribe(channel);
      await publisher.connect();
      await publisher.publish(channel, '');
      const answer = await Promise.race([heard, sleep(replyTimeoutMs, null, { ref: false })]);
      if (answer === null) throw new Error('what was published did not arrive');
    } finally {
      publisher.disconnect();
    }
  });
}
