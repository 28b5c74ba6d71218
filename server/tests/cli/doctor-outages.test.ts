import { describe, expect, it } from 'vitest';
import { command } from '../support/command.ts';

/** Nothing listens there. */
const closed = '127.0.0.1:1';

const s3 = {
  S3_ENDPOINT: `http://${closed}`,
  S3_BUCKET: 'photos',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
};

describe('rookery doctor, about a server that is down', { timeout: 60_000 }, () => {
  it.each([
    ['database', { DATABASE_URL: `postgres://root@${closed}/rookery` }, 'DATABASE_URL'],
    ['database', { DATABASE_URL: `mysql://root@${closed}/rookery` }, 'DATABASE_URL'],
    ['Redis', { REDIS_URL: `redis://${closed}` }, 'REDIS_URL'],
    ['broker', { AMQP_URL: `amqp://${closed}` }, 'AMQP_URL'],
    ['mail', { SMTP_URL: `smtp://${closed}` }, 'SMTP_URL'],
    ['storage', s3, 'S3_ENDPOINT'],
  ])('names the setting to check, in one line: %s', async (name, environment, setting) => {
    const secret = { SECRET_KEY: '4f0c6d1be2a97385f1c0b6d47a92e38c' };

    const { out, err } = await command(['doctor'], { ...secret, ...environment });

    const line = new RegExp(`^✗ ${name}: .*$`, 'm').exec(out)?.[0];
    expect(line, out + err).toContain(setting);
    expect(out + err).not.toMatch(/^ {4}at /m);
  });
});
