import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { brokerUrl } from '../support/broker.ts';

const execute = promisify(execFile);

/** A vhost of RabbitMQ for this run alone: it can be deleted with all that is in it, and nobody else notices. */
export type OwnVhost = {
  name: string;
  url: string;
  create(): Promise<void>;
  delete(): Promise<void>;
};

export async function ownVhost(): Promise<OwnVhost> {
  const name = `rookery-faults-${process.pid}`;
  const rabbit = (...args: string[]) => execute('rabbitmqctl', ['--quiet', ...args]);

  async function create(): Promise<void> {
    await rabbit('add_vhost', name);
    await rabbit('set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
  }

  await create();
  return {
    name,
    url: `${brokerUrl}/${name}`,
    create,
    async delete() {
      await rabbit('delete_vhost', name);
    },
  };
}
