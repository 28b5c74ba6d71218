import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Now, TextMessages } from '../../domain/ports.ts';
import { makeFolder } from '../folders.ts';

type Needs = {
  /** Made when the first message comes. */
  folder: string;
  now: Now;
  log: { info(details: Record<string, unknown>, message: string): void };
};

/**
 * Text messages as files, for trying things out without a provider: one JSON file each, `to`, `text` and `at`.
 * A program that watches the folder sees complete files only.
 */
export function fileTexts({ folder, now, log }: Needs): TextMessages {
  const makeOwnFolder = () => makeFolder(folder, { mode: 0o700 });

  return {
    async send({ to, text }) {
      await makeOwnFolder();
      const at = now().toISOString();
      const name = `${at.replaceAll(':', '-')}-${randomUUID().slice(0, 8)}.json`;
      const path = join(folder, name);
      const unnamed = `${path}.part`;
      const json = `${JSON.stringify({ to, text, at }, null, 2)}\n`;
      await writeFile(unnamed, json, { mode: 0o600, flag: 'wx' });
      await rename(unnamed, path);
      log.info({ file: path }, 'a text message was written to a file: no provider is set up');
    },

    async check() {
      await makeOwnFolder();
      const probe = join(folder, `${randomUUID()}.part`);
      await writeFile(probe, '', { mode: 0o600, flag: 'wx' });
      await rm(probe);
    },
  };
}
