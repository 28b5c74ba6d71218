import { describe, expect, it } from 'vitest';
import { breaker } from '../../src/adapters/breaker.ts';
import { stoppedClock } from '../support/clock.ts';

const down = () => Promise.reject(new Error('refused'));
const up = async () => 'done';

describe('a breaker', () => {
  it('asks a machine no more that has failed three times in a row', async () => {
    const { now } = stoppedClock();
    const run = breaker({
      label: 'machine',
      now,
      machine: 'The mail server',
      maxFailures: 3,
      pauseMs: 1000,
    });
    for (const _ of [1, 2, 3]) await expect(run(down)).rejects.toThrow('refused');

    const turnedAway = run(up);

    await expect(turnedAway).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 });
  });

  it('lets one call try after the pause, and all once that has passed', async () => {
    const clock = stoppedClock();
    const run = breaker({
      label: 'machine',
      now: clock.now,
      machine: 'The mail server',
      maxFailures: 1,
      pauseMs: 1000,
    });
    await expect(run(down)).rejects.toThrow('refused');

    clock.advance(1000);
    const trial = run(up);
    const beside = run(up);

    await expect(beside).rejects.toMatchObject({ code: 'unavailable' });
    expect(await trial).toBe('done');
    expect(await run(up)).toBe('done');
  });

  it('does not count what the machine refused', async () => {
    const { now } = stoppedClock();
    const run = breaker({
      label: 'machine',
      now,
      machine: 'It',
      maxFailures: 1,
      isOutage: () => false,
    });
    await expect(run(down)).rejects.toThrow('refused');

    expect(await run(up)).toBe('done');
  });
});
