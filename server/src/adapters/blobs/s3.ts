import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BlobStore, ByteRange, StoredBlob, UnkeptBlob } from '../../domain/ports.ts';
import { checkedKey, isKey } from './keys.ts';
import { type S3Options, s3Client, within } from './s3-client.ts';
import { explain, isEndedUpload, isMissingObject, unavailable } from './s3-errors.ts';
import { staging } from './staging.ts';

/** All attempts of one call together; below what a request as a whole may take. */
const callMs = 10_000;
/** Somebody waits for these: they rather learn soon that nothing comes. An upload has a second more for each MB. */
const readMs = 2500;
const keepMs = 2500;
const bytesPerMs = 1000;
/** Larger uploads go in parts of this size; S3 takes parts of 5 MB and more, and at most 10,000 of them. */
const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 2;

/** Addresses are signed in steps, so that all who ask within one get the same, and end soon after. */
const addressStepMs = 120_000;
const addressSeconds = 300;

/** Blobs as private objects of one S3 bucket. An upload waits as a file in `folder` until it is kept. */
export function s3Blobs(options: S3Options, folder: string): BlobStore {
  const { bucket: Bucket, endpoint, publicUrl } = options;
  const client = s3Client(options, endpoint);
  const signer = publicUrl === null ? null : s3Client(options, publicUrl);
  const staged = staging(folder);

  async function put(key: string, Body: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ Bucket, Key: checkedKey(key), Body });
    await within(callMs, (abortSignal) => client.send(command, { abortSignal }));
  }

  async function keep(path: string, key: string): Promise<void> {
    const { size } = await stat(path);
    const params = { Bucket, Key: checkedKey(key), Body: createReadStream(path) };
    const abortController = new AbortController();
    const upload = new Upload({
      client,
      params,
      partSize: partBytes,
      queueSize: partsAtOnce,
      abortController,
    });
    await within(keepMs + size / bytesPerMs, (signal) => {
      signal.addEventListener('abort', () => abortController.abort());
      return upload.done();
    }).finally(() => params.Body.destroy());
    await rm(path, { force: true });
  }

  async function open(key: string, range?: ByteRange): Promise<Readable | null> {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const command = new GetObjectCommand({ Bucket, Key: checkedKey(key), Range });
    const answer = await within(readMs, (abortSignal) =>
      client.send(command, { abortSignal }).catch(nullIfMissingObject),
    );
    // The sender of the stream destroys it when the client disconnects, which also ends the transfer from the store.
    return answer && streamOf(answer.Body);
  }

  async function read(key: string): Promise<Uint8Array | null> {
    const stream = await open(key);
    return stream && stream.toArray().then((chunks) => Buffer.concat(chunks), throwUnavailable);
  }

  async function remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket, Key: checkedKey(key) });
    await within(callMs, (abortSignal) => client.send(command, { abortSignal }));
  }

  async function* list(Prefix: string): AsyncGenerator<StoredBlob> {
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken });
      const page: ListObjectsV2CommandOutput = await within(callMs, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        if (isKey(Key) && LastModified) yield { key: Key, bytes: Size, modifiedAt: LastModified };
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
  }

  /** Parts of an upload that a crash cut short: invisible among the objects, and paid for. */
  async function* listUnfinished(): AsyncGenerator<UnkeptBlob> {
    let markers: { KeyMarker?: string; UploadIdMarker?: string } | null = {};
    while (markers) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket,
        ...markers,
      });
      const page: ListMultipartUploadsCommandOutput = await within(callMs, (abortSignal) =>
        client.send(command, { abortSignal }),
      );
      for (const { Key = '', UploadId, Initiated } of page.Uploads ?? []) {
        const discard = () => abandon(Key, UploadId);
        if (isKey(Key) && Initiated)
          yield { name: `parts of ${Key}`, modifiedAt: Initiated, discard };
      }
      markers = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker ?? '', UploadIdMarker: page.NextUploadIdMarker ?? '' }
        : null;
    }
  }

  async function abandon(Key: string, UploadId: string | undefined): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await within(callMs, (abortSignal) =>
      client.send(command, { abortSignal }).catch(nullIfEndedUpload),
    );
  }

  async function findAddress(key: string, contentType: string): Promise<string | null> {
    if (!signer) return null;
    const command = new GetObjectCommand({
      Bucket,
      Key: checkedKey(key),
      ResponseContentType: contentType,
      ResponseCacheControl: `private, max-age=${addressSeconds}`,
      ResponseContentDisposition: 'inline',
    });
    const signingDate = new Date(Math.floor(Date.now() / addressStepMs) * addressStepMs);
    return getSignedUrl(signer, command, { signingDate, expiresIn: addressSeconds });
  }

  async function check(): Promise<void> {
    const key = `check/${randomUUID()}`;
    const bytes = Buffer.from('rookery');
    try {
      await put(key, bytes);
      const seen = await read(key);
      let isListed = false;
      for await (const blob of list(key)) isListed ||= blob.key === key;
      await remove(key);
      if (!seen || !bytes.equals(seen) || !isListed) {
        throw new Error(`${endpoint} does not give back what was written to it.`);
      }
    } catch (error) {
      throw new Error(explain(error, options), { cause: error });
    }
  }

  return {
    stage: (content, maxBytes) => staged.stage(content, maxBytes, keep),
    put,
    async putAll(blobs) {
      await Promise.all(blobs.map(({ key, bytes }) => put(key, bytes)));
    },
    async copy(from, to) {
      const CopySource = `${Bucket}/${checkedKey(from)}`;
      const command = new CopyObjectCommand({ Bucket, Key: checkedKey(to), CopySource });
      await within(callMs, (abortSignal) => client.send(command, { abortSignal }));
    },
    open,
    read,
    async lend(key, work) {
      const content = await open(key);
      if (!content) return null;
      const file = await staged
        .stage(content, Number.POSITIVE_INFINITY, keep)
        .catch(throwUnavailable);
      try {
        return await work(file.path);
      } finally {
        await file.discard();
      }
    },
    delete: remove,
    list,
    async *listUnkept() {
      yield* staged.list();
      yield* listUnfinished();
    },
    findAddress,
    check,
    async close() {
      client.destroy();
      signer?.destroy();
    },
  };
}

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body;
  throw unavailable(new Error('The store answered without a body.'));
}

function throwUnavailable(error: unknown): never {
  throw unavailable(error);
}

function nullIfMissingObject(error: unknown): null {
  if (isMissingObject(error)) return null;
  throw error;
}

function nullIfEndedUpload(error: unknown): null {
  if (isEndedUpload(error)) return null;
  throw error;
}
