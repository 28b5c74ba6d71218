import { expectations, type Outcome } from '../faults/step.ts';
import type { Stack } from './stack.ts';

const count = 500;
const atOnce = 20;
const bytes = 8 * 1024 * 1024;

/** Sends uploads that are refused before they are read: each client is told why. */
export async function refusals(stack: Stack): Promise<Outcome> {
  const { expect, problems } = expectations();
  const body = new Uint8Array(bytes).fill(97);
  const statuses = new Map<number, number>();

  async function refused(index: number): Promise<void> {
    const isForm = index % 2 === 0;
    const response = await fetch(`${stack.url}/v2/${isForm ? 'media' : 'sessions'}`, {
      method: 'POST',
      headers: { 'content-type': isForm ? 'multipart/form-data; boundary=b' : 'application/json' },
      body,
      redirect: 'error',
    });
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
  }

  for (let i = 0; i < count; i += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, (_, n) => refused(i + n)));
  }
  const seen = Object.fromEntries(statuses);
  expect('statuses', seen, { 401: count / 2, 413: count / 2 });
  return { figures: `${count} refused uploads of 8 MB: ${JSON.stringify(seen)}`, problems };
}
