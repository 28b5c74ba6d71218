import { existsSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { bundleInto, serverDir } from './bundle.ts';

/** Bundles the program into `server/dist`. The launcher runs it for as long as it is newer than the source. */
const begun = new Date();
const draft = join(serverDir, `dist-${process.pid}`);
const place = join(serverDir, 'dist');
try {
  await bundleInto(draft, 'moving');
  // What is changed from now on is newer.
  utimesSync(join(draft, 'main.js'), begun, begun);
  if (existsSync(place)) rmSync(place, { recursive: true });
  renameSync(draft, place);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
