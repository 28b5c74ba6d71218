import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LargeSetSize } from '../src/app/seed/large-set-plan.ts';
import { thisProgram } from './cached-set.ts';
import { chartSvg } from './charts.ts';
import { type GateResult, gateTable } from './gates.ts';
import { type Row, tableOf } from './report.ts';

/** What a run was: where, with what, and what it gave. */
export type Run = {
  engine: string;
  machine: { node: string; cores: number; cpu: string };
  size: LargeSetSize;
  /** The commit that it was compared with. */
  beside: string | undefined;
  rows: readonly Row[];
  gates: readonly GateResult[];
};

/** Writes the figures of a run to docs/benchmarks, as a page and a chart. Returns the page's path. */
export async function publish(run: Run): Promise<string> {
  const folder = join(thisProgram.root, 'docs', 'benchmarks');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${run.engine}.svg`), chartOf(run));
  const page = join(folder, `${run.engine}.md`);
  await writeFile(page, pageOf(run));
  return page;
}

function chartOf({ engine, rows, beside }: Run): string {
  const bars = rows.flatMap(({ name, cpuUsPerRequest, beside: other }) =>
    cpuUsPerRequest === null || name === 'hello'
      ? []
      : [{ label: name, value: cpuUsPerRequest, before: other?.cpuUsPerRequest ?? null }],
  );
  const compared = beside ? `; gray: ${beside}` : '';
  return chartSvg({
    title: `CPU per request, ${engineNames[engine] ?? engine}`,
    unit: `microseconds of the server, jobs included, logarithmic${compared}`,
    bars,
  });
}

function pageOf({ engine, machine, size, beside, rows, gates }: Run): string {
  const { users, posts, follows, likes } = size;
  const [people, things] = [users, posts].map((n) => n.toLocaleString('en-US'));
  const [ties, hearts] = [follows, likes].map((n) => n.toLocaleString('en-US'));
  const compared = beside
    ? ` Each load ran in turns with ${beside}; *× beside* compares the two.`
    : '';
  return `# Figures on ${engineNames[engine] ?? engine}

Written by \`npm run bench -- --publish\` on ${new Date().toISOString().slice(0, 10)}: Node ${machine.node}, ${machine.cores} cores of ${machine.cpu.trim()};
${people} accounts, ${things} posts, ${ties} follows, ${hearts} likes.${compared}
[What is measured](../benchmarks.md#what-is-measured)

![CPU per request](${engine}.svg)

${tableOf(rows)}

${gates.length > 0 ? `${gateTable(gates)}\n` : ''}`;
}

const engineNames: Record<string, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mysql: 'MariaDB',
};
