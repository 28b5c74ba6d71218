import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { DomainError } from '../../domain/errors.ts';
import type { Archive } from '../../domain/ports.ts';
import { type S3Options, s3Client } from '../blobs/s3-client.ts';
import { explain, isMissingObject } from '../blobs/s3-errors.ts';
import { stageDigested, staging } from '../blobs/staging.ts';

/** S3 takes at most 10,000 parts of 5 MB and more. */
const minPartBytes = 5 * 1024 * 1024;
const maxParts = 9000;

/** Backups in a bucket, below a prefix. A file waits in the system's folder for temporary files until it has its name. */
export async function s3Archive(options: S3Options, prefix: string): Promise<Archive> {
  const { bucket: Bucket, endpoint } = options;
  const client = s3Client(options, endpoint);
  const folder = await mkdtemp(join(tmpdir(), 'rookery-backup-'));
  const staged = staging(folder);
  const base = prefix === '' ? '' : `${prefix}/`;

  /** @throws DomainError `unavailable` that says what is wrong with the store */
  function explained(error: unknown): never {
    throw new DomainError('unavailable', explain(error, options), { cause: error });
  }

  async function keep(path: string, name: string): Promise<void> {
    const { size } = await stat(path);
    const Body = createReadStream(path);
    const partSize = Math.max(minPartBytes, Math.ceil(size / maxParts));
    const params = { Bucket, Key: base + name, Body };
    try {
      await new Upload({ client, params, partSize, queueSize: 2 }).done();
    } catch (error) {
      explained(error);
    } finally {
      Body.destroy();
    }
    await rm(path, { force: true });
  }

  return {
    place: `s3://${Bucket}/${prefix}`,
    stage: (content) => stageDigested(staged, content, keep),
    async open(name) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: base + name }));
        if (Body instanceof Readable) return Body;
        throw new Error(`${endpoint} answered without a body.`);
      } catch (error) {
        return isMissingObject(error) ? null : explained(error);
      }
    },
    async size(name) {
      try {
        const command = new HeadObjectCommand({ Bucket, Key: base + name });
        return (await client.send(command)).ContentLength ?? 0;
      } catch (error) {
        return isNotFound(error) ? null : explained(error);
      }
    },
    async *list(start) {
      let ContinuationToken: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket,
          Prefix: base + start,
          ContinuationToken,
        });
        const page: ListObjectsV2CommandOutput = await client.send(command).catch(explained);
        for (const { Key } of page.Contents ?? []) if (Key) yield Key.slice(base.length);
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async delete(name) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: base + name })).catch(explained);
    },
    async discardUnkept() {},
    async close() {
      client.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An answer to HEAD has no body, and so no name of its error. */
function isNotFound(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404;
}
