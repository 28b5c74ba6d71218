import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestServer } from './server.ts';

/** Checks that a refused request has left nothing behind: no post, no picture, no event, no file. */
export async function expectNoTraces({ app, dataDir }: TestServer): Promise<void> {
  const posts = await app.database.selectFrom('posts').selectAll().execute();
  const media = await app.database.selectFrom('media').selectAll().execute();
  const events = await app.database.selectFrom('outbox').selectAll().execute();
  const entries = await readdir(join(dataDir, 'blobs'), { recursive: true, withFileTypes: true })
    // There is no folder before the first upload.
    .catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  expect({ posts, media, events, files }).toEqual({ posts: [], media: [], events: [], files: [] });
}
