import { setInterval as every } from 'node:timers';
import { localBus } from '../src/adapters/bus/local.ts';
import { rabbitBus } from '../src/adapters/bus/rabbitmq.ts';
import { openDatabase } from '../src/db/database.ts';
import { brokerWorker } from '../src/jobs/broker-worker.ts';
import { relay } from '../src/jobs/relay.ts';
import type { Subscriptions } from '../src/jobs/subscriptions.ts';
import { eventsTogether } from '../src/jobs/together.ts';
import { worker } from '../src/jobs/worker.ts';

/**
 * A worker whose subscribers do nothing: `media.uploaded` is handled alone, as what does something outside of the database, and
 * `post.liked` together with others. Begins when it is written to, and prints how many events it has handled.
 */
const {
  BENCH_DATABASE: url = '',
  BENCH_BROKER: broker = '',
  BENCH_QUEUE: queue = '',
} = process.env;
const concurrency = 8;
const database = openDatabase(url);
let handled = 0;
const count = async () => {
  handled += 1;
};
const subscriptions = {
  'media.uploaded': [{ name: 'bench-alone', run: count }],
  'post.liked': [{ name: 'bench-together', write: count }],
} as unknown as Subscriptions;
const say = (details: unknown, message: string) => console.error(message, details);
const log = { info() {}, warn: say, error: say };
const now = () => new Date();
const bus = broker === '' ? localBus() : rabbitBus({ url: broker, queue, concurrency, log });
const together = eventsTogether(subscriptions);
const handle = worker({ database, now, log, subscriptions, chance: Math.random });
const own = broker === '' ? together : null;
const events = relay({ database, bus, now, log, concurrency, together: own });

process.stdin.once('data', () => void begin());
process.stdout.write('ready\n');

async function begin(): Promise<void> {
  await bus.consume(broker === '' ? handle : brokerWorker({ database, now, handle, together }));
  events.start();
  every(() => process.stdout.write(`${handled}\n`), 20);
}

process.once('SIGTERM', () => process.exit());
