import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { noteOutage } from '../machine-channel.ts';

/** What the bus reports; `app/` decides where it goes. */
export type BusLog = {
  info(details: Record<string, unknown>, message: string): void;
  warn(details: Record<string, unknown>, message: string): void;
  error(details: Record<string, unknown>, message: string): void;
};

/** A channel on a connection of its own, which comes back whenever it is lost. */
export type LastingChannel = {
  /**
   * The open channel. Waits for the first attempt to connect, and never again.
   * @throws Error at once while the broker is not there
   */
  current(): Promise<ConfirmChannel>;
  /** Closes the connection; a broker that does not answer is not waited for. */
  close(): Promise<void>;
};

type Options = {
  url: string;
  /** Who it is, for the log and for the broker's list of connections. */
  name: string;
  log: BusLog;
  connectTimeoutMs: number;
  /** Declares and subscribes; runs again on every new channel. */
  setUp: (channel: ConfirmChannel) => Promise<void>;
};

const heartbeatSeconds = 10;
const reconnect = { initialDelay: 100, maxDelay: 10_000, factor: 2, jitter: 0.5 };
const closeTimeoutMs = 3000;

/** Connects for the first time at once, and after every loss with growing, scattered delays. */
export function lastingChannel(options: Options): LastingChannel {
  const { name, log, setUp } = options;
  let channel: ConfirmChannel | null = null;
  let reason: unknown;
  let isClosing = false;

  const connection = connect(urlWithHeartbeat(options.url), {
    timeout: options.connectTimeoutMs,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `rookery ${name}` },
    recovery: { ...reconnect, waitForConnect: false, setup: (model: ChannelModel) => open(model) },
  });
  const firstAttempt = connection.then(
    (it) =>
      new Promise<void>((resolve) => {
        it.once('connect', () => resolve());
        it.once('connect-failed', () => resolve());
        // What is told by `connect-failed` and `disconnect`; without a listener it would end the process.
        it.on('error', () => {});
        it.on('handler-error', (err) =>
          log.error({ err, name }, 'a listener of the broker failed'),
        );
        it.on('connect', () => log.info({ name }, 'connected to the broker'));
        it.on('connect-failed', (err) => noteLoss(err, 'the broker is not reached'));
        it.on('disconnect', (err) => noteLoss(err, 'the broker was lost'));
        it.on('blocked', (why) => log.warn({ name, why }, 'the broker takes no events for now'));
        it.on('unblocked', () => log.info({ name }, 'the broker takes events again'));
      }),
  );

  function noteLoss(err: unknown, what: string): void {
    channel = null;
    reason = err;
    if (isClosing) return;
    noteOutage('rabbitmq');
    log.warn({ err, name }, `${what}; it is tried again`);
  }

  async function open(model: ChannelModel): Promise<void> {
    // Before the library listens for itself, an error without a listener would end the process.
    model.on('error', () => {});
    const opened = await model.createConfirmChannel();
    opened.on('error', (err) => log.warn({ err, name }, 'the broker closed the channel'));
    opened.on('close', () => {
      if (channel === opened) channel = null;
      // Only the loss of a whole connection is repaired by the library, so a lost channel takes it along.
      if (!isClosing) model.close().catch(() => {});
    });
    await setUp(opened);
    channel = opened;
  }

  return {
    async current() {
      if (!channel) await firstAttempt;
      if (!channel) {
        const why = reason instanceof Error ? `: ${reason.message}` : '.';
        throw new Error(`The broker is not reached${why}`, { cause: reason });
      }
      return channel;
    },
    async close() {
      isClosing = true;
      channel = null;
      await within(closeTimeoutMs, (await connection).close());
    },
  };
}

/** Without a heartbeat, a broker that is gone without a word would be waited for until TCP gives up. */
function urlWithHeartbeat(text: string): string {
  const url = new URL(text);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', `${heartbeatSeconds}`);
  return url.href;
}

/** Resolves when the work is done, has failed, or took too long. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  });
  await Promise.race([work.catch(() => {}), timeout]);
  clearTimeout(timer);
}
