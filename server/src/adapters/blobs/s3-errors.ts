import { S3ServiceException } from '@aws-sdk/client-s3';
import { DomainError } from '../../domain/errors.ts';
import { noteOutage } from '../machine-channel.ts';

/** Seconds after which a client may try again. */
const retryAfterSeconds = 5;

/**
 * Any failure of the store, as `unavailable`: for clients it does not matter whether the store is unreachable or a key
 * was changed, and the operator can fix both. The cause is logged.
 */
export function unavailable(cause: unknown): DomainError {
  noteOutage('s3');
  const message = 'Pictures cannot be stored or fetched right now. Try again in a moment.';
  return new DomainError('unavailable', message, { retryAfterSeconds, cause });
}

/** Whether the store answered that there is no such object. A missing bucket, or a 404 of no store, is something else. */
export function isMissingObject(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchKey';
}

/** Whether the store answered that an upload in parts is unknown, hence ended. */
export function isEndedUpload(error: unknown): boolean {
  return error instanceof S3ServiceException && error.name === 'NoSuchUpload';
}

type Place = { endpoint: string; bucket: string };

/** What is wrong with the store and what to do, for the one who set it up. */
export function explain(raw: unknown, { endpoint, bucket }: Place): string {
  const error = raw instanceof DomainError ? raw.cause : raw;
  if (!(error instanceof S3ServiceException)) {
    return `${endpoint} cannot be reached (${reasonOf(error)}). Check S3_ENDPOINT, and that the store is running.`;
  }
  const advice = adviceByName[error.name];
  const status = error.$metadata.httpStatusCode ?? 0;
  return `${endpoint} answered ${status} ${error.name}. ${advice?.(bucket) ?? error.message}`;
}

const wrongKey = () => 'Check S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.';

const adviceByName: Record<string, ((bucket: string) => string) | undefined> = {
  SignatureDoesNotMatch: () => 'Check S3_SECRET_ACCESS_KEY and S3_REGION.',
  InvalidAccessKeyId: wrongKey,
  AccessDenied: (bucket) =>
    `The key may not read, write, list or delete in the bucket ${bucket}: give it these rights, or check it.`,
  NoSuchBucket: (bucket) =>
    `There is no bucket ${bucket}: make it, without public access, or check S3_BUCKET and S3_FORCE_PATH_STYLE.`,
  NotFound: () => 'That is not how S3 answers: check S3_ENDPOINT.',
  RequestTimeTooSkewed: () => 'The clock of this machine is wrong: set it.',
  PermanentRedirect: () => 'The bucket is elsewhere: check S3_REGION and S3_ENDPOINT.',
  AuthorizationHeaderMalformed: () => 'Check S3_REGION.',
};

/** Refused connections come as an AggregateError without a message, one error per address. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
