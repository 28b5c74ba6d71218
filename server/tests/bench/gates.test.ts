import { describe, expect, it } from 'vitest';
import { chartSvg } from '../../bench/charts.ts';
import { checkGates, gateTable } from '../../bench/gates.ts';
import type { Result } from '../../bench/measure.ts';
import { withRatios } from '../../bench/report.ts';

function aResult(name: string, cpuUsPerRequest: number, beside?: Result): Result {
  return {
    name,
    requests: 1000,
    requestsPerSecond: 1e6 / cpuUsPerRequest,
    p50Ms: 1,
    p99Ms: 4,
    cpuUsPerRequest,
    databaseUsPerRequest: null,
    cpuUsBeforeJobs: null,
    quietP99Ms: null,
    itemsPerRequest: null,
    faults: 0,
    firstFault: null,
    ...(beside ? { beside } : {}),
  };
}

const rows = withRatios([
  aResult('static-page', 50),
  aResult('timeline-10', 60),
  aResult('timeline-1000', 90),
  aResult('like', 100, aResult('like', 500)),
  { ...aResult('photo', 1000, aResult('photo', 9000)), cpuUsBeforeJobs: 1400 },
  { ...aResult('storm', 100), quietP99Ms: 0.4 },
]);

describe('the gates of a run', () => {
  it('compare what was measured with limits and goals, and leave out the rest', () => {
    const found = checkGates(rows, 'sqlite').map(({ name, value, state }) => [
      name,
      Number(value.toFixed(2)),
      state,
    ]);

    expect(found).toEqual([
      ['timeline, in memory × static page', 1.2, 'within the limit'],
      ['timeline of 1,000 followees × of 10', 1.5, 'missed'],
      ['like, with its jobs × before', 0.2, 'within the limit'],
      ['photos taken per second × before', 9, 'within the limit'],
      ['photo, ms of CPU before the response', 1.4, 'goal met'],
      ['photo, with its sizes × before', 0.11, 'goal met'],
      ['timelines while large photos arrive, p99 × quiet', 10, 'missed'],
    ]);
  });

  it('are others on server databases', () => {
    const [like, ...others] = checkGates(rows, 'server');

    expect(others).toEqual([]);
    expect(
      gateTable(like ? [like] : [])
        .split('\n')
        .at(-1),
    ).toBe('| like, with its jobs × before | 0.20 | 0.2 | 0.3 | goal met |');
  });
});

it('a chart has a bar for each figure, longer for more, and no markup from labels', () => {
  const svg = chartSvg({
    title: 'CPU <per> request',
    unit: 'microseconds',
    bars: [
      { label: 'a & b', value: 50, before: null },
      { label: 'like', value: 100, before: 500 },
    ],
  });
  const widths = [...svg.matchAll(/<rect class="(\w+)".*?width="([\d.]+)"/g)].map(
    ([, kind, width]) => [kind, Number(width)] as const,
  );

  expect(svg).toContain('CPU &#60;per&#62; request');
  expect(svg).toContain('a &#38; b');
  expect(widths.map(([kind]) => kind)).toEqual(['own', 'own', 'before']);
  expect(widths[0]?.[1]).toBeLessThan(widths[1]?.[1] ?? 0);
  expect(widths[1]?.[1]).toBeLessThan(widths[2]?.[1] ?? 0);
});
