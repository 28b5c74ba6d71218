import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { s3Archive } from '../../src/adapters/archives/s3.ts';
import { s3Blobs } from '../../src/adapters/blobs/s3.ts';
import type { S3Options } from '../../src/adapters/blobs/s3-client.ts';
import { keepRuleOf } from '../../src/backup/keep.ts';
import { listBackupIds } from '../../src/backup/shelf.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { runCommand } from '../support/process.ts';
import { emptyBucket, s3Environment, s3Problem, s3StartMs } from '../support/s3.ts';
import {
  backUp,
  bare,
  cleanUpSamples,
  filled,
  filledFolder,
  newBlobs,
  restore,
  slow,
  steps,
} from './samples.ts';

describe.skipIf(s3Problem !== null)('backups in S3', () => {
  let bucket: S3Options;

  beforeAll(async () => {
    bucket = await emptyBucket();
  }, s3StartMs);

  afterEach(cleanUpSamples);

  it('are incremental, pruned, verified and restored', slow, async () => {
    const archive = await s3Archive(bucket, 'backups/of-alice');
    const source = { ...(await filled('sqlite')), archive };
    const first = await backUp(source);
    const second = await backUp(source, { keep: keepRuleOf('1d') });
    const { id } = second.manifest;
    const options = { archive, id, passphrase: null, steps, onProgress: () => {} };
    const { problems } = await verifyBackup(options);
    const target = { archive, url: await bare('sqlite'), blobs: newBlobs() };

    const { objects } = await restore(target, id);

    expect(first.manifest.objects.copied).toBe(9);
    expect(second.manifest.objects.copied).toBe(0);
    expect(second.pruned).toEqual([first.manifest.id]);
    expect(await listBackupIds(archive)).toEqual([id]);
    expect(problems).toEqual([]);
    expect(objects.written).toBe(9);
    await archive.close();
  });

  it('take pictures from S3, and bring them back there', slow, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rookery-uploads-'));
    const [from, to] = [s3Blobs(bucket, folder), s3Blobs(await emptyBucket(), folder)];
    const { url, blobs } = await filled('sqlite');
    for await (const { key } of blobs.list('')) await from.put(key, (await blobs.read(key))!);
    const archive = await s3Archive(bucket, '');
    const { manifest } = await backUp({ url, blobs: from, archive });

    const target = { archive, url: await bare('sqlite'), blobs: to };
    const { objects } = await restore(target, manifest.id);

    expect(manifest.objects).toMatchObject({ count: 9, missing: 0 });
    expect(objects).toEqual({ written: 9, present: 0, problems: [] });
    for (const open of [archive, from, to]) await open.close();
    rmSync(folder, { recursive: true });
  });

  it('are not needed to move the pictures there', slow, async () => {
    const [dataDir, to] = [await filledFolder([10]), await emptyBucket()];
    const environment = {
      DATA_DIR: dataDir,
      BACKUP_S3_ENDPOINT: to.endpoint,
      BACKUP_S3_ACCESS_KEY_ID: to.accessKeyId,
      BACKUP_S3_SECRET_ACCESS_KEY: to.secretAccessKey,
    };
    const file = `sqlite:${join(dataDir, 'moved.sqlite')}`;

    const args = ['move', '--to', file, '--blobs', `s3://${to.bucket}`];
    const moved = await runCommand(args, { environment });
    const former = await runCommand(['accounts', 'list'], { environment });
    const now = await runCommand(['accounts', 'list'], {
      environment: { ...environment, DATABASE_URL: file, ...s3Environment(to) },
    });

    expect([moved.stdout, moved.code]).toEqual([expect.stringContaining('9 files copied'), 0]);
    expect(moved.stdout).toContain(`S3_BUCKET and the other S3_ settings: s3://${to.bucket}`);
    expect([former.code, former.stderr]).toEqual([1, expect.stringContaining('has moved to')]);
    expect([now.code, now.stderr]).toEqual([0, '']);
    const blobs = s3Blobs(to, dataDir);
    const keys: string[] = [];
    for await (const { key } of blobs.list('')) keys.push(key);
    expect(keys).toHaveLength(9);
    await blobs.close();
  });

  it('say what is wrong with the store', slow, async () => {
    const environment = {
      DATA_DIR: mkdtempSync(join(tmpdir(), 'rookery-data-')),
      BACKUP_S3_ENDPOINT: bucket.endpoint,
      BACKUP_S3_ACCESS_KEY_ID: bucket.accessKeyId,
      BACKUP_S3_SECRET_ACCESS_KEY: 'another',
    };
    const wrong = await runCommand(['backup', 'list', '--from', `s3://${bucket.bucket}/x`], {
      environment,
    });

    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('SignatureDoesNotMatch');
    expect(wrong.stderr).not.toContain('    at ');
    rmSync(environment.DATA_DIR, { recursive: true });
  });
});
