import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Options } from '../../src/adapters/blobs/s3-client.ts';

const script = join(import.meta.dirname, 'radosgw.sh');

/** The user that radosgw.sh makes; `S3_TEST_ENDPOINT` must know it too. */
const keys = {
  accessKeyId: 'rookery-tests',
  secretAccessKey: 'only-for-tests-on-this-machine',
};

/** Starting takes 14 s, or a few more on a busy machine. */
export const s3StartMs = 120_000;

/** Why there is no real S3 to test against; null when there is. */
export const s3Problem: string | null = problemOf();

function problemOf(): string | null {
  if (process.env.S3_TEST_ENDPOINT) return null;
  const missing = execFileSync(script, ['missing'], { encoding: 'utf8' }).trim();
  return missing === ''
    ? null
    : `${missing} not found (server/tests/support/radosgw.sh install, as root)`;
}

/** An empty bucket of its own on a real server that checks signatures. */
export async function emptyBucket(): Promise<S3Options> {
  const endpoint = process.env.S3_TEST_ENDPOINT ?? (await startedEndpoint());
  const bucket = `test-${randomUUID()}`;
  const region = 'us-east-1';
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: keys });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return { endpoint, bucket, region, ...keys, hasPathStyle: true, publicUrl: null };
}

/** The settings that make the program use a bucket. */
export function s3Environment({ endpoint, bucket, accessKeyId, secretAccessKey }: S3Options) {
  return {
    S3_ENDPOINT: endpoint,
    S3_BUCKET: bucket,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

/** The first test file that asks starts the server for the whole run; it ends with the run's process. */
async function startedEndpoint(): Promise<string> {
  const run = process.env.TEST_RUN_PID ?? String(process.pid);
  const folder = join(tmpdir(), `rookery-radosgw-${run}`);
  if (await isFirst(folder)) await promisify(execFile)(script, ['start', folder, run]);
  const end = Date.now() + s3StartMs;
  for (;;) {
    const endpoint = await readFile(join(folder, 'endpoint'), 'utf8').catch(() => null);
    if (endpoint) return endpoint.trim();
    if (Date.now() > end) throw new Error('radosgw did not start.');
    await delay(200);
  }
}

async function isFirst(folder: string): Promise<boolean> {
  return mkdir(folder).then(
    () => true,
    () => false,
  );
}
