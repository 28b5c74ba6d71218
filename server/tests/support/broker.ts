import { randomUUID } from 'node:crypto';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { isReached } from './databases.ts';

const broker = { host: '127.0.0.1', port: 5672 };

/** The real RabbitMQ of this machine. */
export const brokerUrl = `amqp://guest:guest@${broker.host}:${broker.port}`;

/** Why tests on RabbitMQ are left out; null when it is reached. */
export async function whyNoBroker(): Promise<string | null> {
  return (await isReached(broker)) ? null : `RabbitMQ is not reached at port ${broker.port}`;
}

/** A queue name that nobody else uses, and the broker's own view of it. */
export type TestQueue = {
  name: string;
  /** Messages that wait; of the dead letters with `.dead`. */
  count(suffix?: '.dead'): Promise<number>;
  send(content: string): Promise<void>;
  delete(): Promise<void>;
  /** Connects again, after the vhost was deleted. */
  reconnect(): Promise<void>;
  /** Deletes both queues and leaves. */
  release(): Promise<void>;
};

export async function testQueue(url = brokerUrl): Promise<TestQueue> {
  const name = `rookery.test.${randomUUID()}`;
  let connection: ChannelModel;
  let channel: ConfirmChannel;

  async function reconnect(): Promise<void> {
    connection = await connect(url);
    // Unheard, the loss of what is deleted on purpose would end the process.
    connection.on('error', () => {});
    channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
  }

  await reconnect();
  return {
    reconnect,
    name,
    count: async (suffix) => (await channel.checkQueue(`${name}${suffix ?? ''}`)).messageCount,
    async send(content) {
      channel.sendToQueue(name, Buffer.from(content));
      await channel.waitForConfirms();
    },
    async delete() {
      await channel.deleteQueue(name);
    },
    async release() {
      await channel.deleteQueue(name);
      await channel.deleteQueue(`${name}.dead`);
      await connection.close();
    },
  };
}

/** A way to the broker that can be disturbed. */
export type BrokerPath = {
  url: string;
  /** Cuts what is connected; new connections come through. */
  cut(): void;
  /** Cuts, and refuses from now on. */
  close(): Promise<void>;
  open(): Promise<void>;
  /** Swallows everything without a word. */
  swallow(): void;
};

/** @param vhost one of the test's own; default: the one that all share */
export async function brokerPath(vhost = ''): Promise<BrokerPath> {
  const sockets = new Set<Socket>();
  let isSwallowing = false;
  let port = 0;
  let server = createServer();

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  function bridge(near: Socket): void {
    const far = connectSocket(broker);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => isSwallowing || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function open(): Promise<void> {
    server = createServer(bridge);
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const address = server.address();
    if (address && typeof address === 'object') port = address.port;
  }

  await open();
  return {
    url: `amqp://guest:guest@127.0.0.1:${port}${vhost === '' ? '' : `/${vhost}`}`,
    cut,
    open,
    async close() {
      const closed = new Promise((done) => server.close(done));
      cut();
      await closed;
    },
    swallow() {
      isSwallowing = true;
    },
  };
}
