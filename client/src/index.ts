export { createFeed, type Feed, type FeedState } from './feed.ts';
export type { FreshOptions } from './fresh-links.ts';
export type * from './generated.ts';
export { type ImageSize, imageUrl, linksExpireAt, srcset } from './images.ts';
export type { LiveEvent, LiveOptions } from './live-events.ts';
export type { NativeFile, UploadOptions, WaitOptions } from './media.ts';
export type {
  AnswerOf,
  CallOptions,
  Input,
  InputArguments,
  ItemOf,
  OperationId,
  PagedId,
} from './operations.ts';
export type { ProgressListener, UploadProgress } from './progress.ts';
export {
  finishRedirectSignIn,
  type RedirectOptions,
  type RedirectResult,
  type RedirectWindow,
  startRedirectSignIn,
} from './redirect-sign-in.ts';
export { type ClientOptions, type RookeryClient, rookeryClient } from './rookery-client.ts';
export {
  type ErrorDetails,
  type FieldProblem,
  RookeryError,
  type SecondFactorChallenge,
} from './rookery-error.ts';
export type { ClientSession, SessionChange, SessionListener } from './session.ts';
export {
  type BrowserWindow,
  browserTokenStore,
  type KeyValueStorage,
  memoryTokenStore,
  storageTokenStore,
  type TokenStore,
} from './token-store.ts';
export type { Fetch } from './transport.ts';
