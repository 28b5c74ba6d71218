import { expect } from 'vitest';
import type { Answer, Person, TestServer } from './server.ts';
import type { TwilioServer } from './twilio.ts';

/** As somebody types it, and as it is kept. */
export const phone = '+598 98 765 432';
export const number = '+59898765432';

type Machines = { server: TestServer; twilio: TwilioServer };

/** What somebody does to prove a number. The machines are asked for at each call, for each test has its own. */
export function phoneCalls(machines: () => Machines) {
  const ask = (as: Person, of = phone): Promise<Answer> =>
    machines().server.send('POST', '/v2/me/phone', { as, body: { phone: of } });

  const confirm = (as: Person, code: string): Promise<Answer> =>
    machines().server.send('POST', '/v2/me/phone/confirm', { as, body: { code } });

  /** Asks, lets the worker send, and returns the code that came. */
  async function codeFor(as: Person, of = phone): Promise<string> {
    const { server, twilio } = machines();
    const { status, body } = await ask(as, of);
    expect(status, JSON.stringify(body)).toBe(202);
    await server.work();
    return /\d{6}/.exec(twilio.sent.at(-1)?.text ?? '')?.[0] ?? '';
  }

  return { ask, confirm, codeFor };
}
