#!/usr/bin/env node
import { join } from 'node:path';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `rookery: this is Node ${process.versions.node}; Rookery needs 22.18 or newer.\n` +
      'Start it with ./rookery, which fetches one, or install Node 24.\n',
  );
  process.exitCode = 1;
} else {
  // `rookery openapi | head` closes our output early; that is no fault.
  process.stdout.on('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  });
  // Loaded only now: the packages do not run on an older Node, and would crash instead of saying so.
  const { enableCompileCache } = await import('node:module');
  // A third of each start is compiling what the last one compiled. Where the folder cannot be written, nothing is kept.
  enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'));
  const { keepYoungHeapSmall } = await import('./app/young-heap.ts');
  // What runs to its end needs no small heap.
  if (process.argv[2] === 'start') keepYoungHeapSmall();
  const { run } = await import('./cli/program.ts');
  process.exitCode = await run(process.argv.slice(2));
}
