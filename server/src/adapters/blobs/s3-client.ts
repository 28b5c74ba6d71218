import { S3Client } from '@aws-sdk/client-s3';
import { unavailable } from './s3-errors.ts';

export type S3Options = {
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Whether URLs have the bucket in the path instead of the host name. */
  hasPathStyle: boolean;
  /** Base of the addresses that are handed out; null: none are. */
  publicUrl: string | null;
};

const connectMs = 3000;
/** Until the answer begins, and the longest silence within it. */
const requestMs = 10_000;
const maxAttempts = 3;
/** A picture that is sent slowly occupies a connection for as long. */
const maxSockets = 200;

/** A client of the store at `endpoint`, with limits on everything that it waits for. */
export function s3Client(options: S3Options, endpoint: string): S3Client {
  const { region, accessKeyId, secretAccessKey, hasPathStyle } = options;
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: hasPathStyle,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts,
    // With the defaults, bodies get trailers that some stores refuse and others keep as part of the object.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestMs,
      httpAgent: { keepAlive: true, maxSockets },
      httpsAgent: { keepAlive: true, maxSockets },
    },
  });
}

/** Runs a call to the store, all its attempts together, for so long at most. @throws DomainError `unavailable` */
export async function within<T>(
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ender = new AbortController();
  const timer = setTimeout(
    () => ender.abort(new Error(`no answer within ${timeoutMs} ms`)),
    timeoutMs,
  );
  try {
    return await call(ender.signal);
  } catch (error) {
    throw unavailable(ender.signal.aborted ? ender.signal.reason : error);
  } finally {
    clearTimeout(timer);
  }
}
