export type * from './generated.ts';
export type { LiveEvent, LiveOptions } from './live-events.ts';
export type {
  AnswerOf,
  CallOptions,
  Input,
  InputArguments,
  ItemOf,
  OperationId,
  PagedId,
} from './operations.ts';
export {
  type ClientOptions,
  type RookeryClient,
  rookeryClient,
  type UploadOptions,
  type WaitOptions,
} from './rookery-client.ts';
export {
  type ErrorDetails,
  type FieldProblem,
  RookeryError,
  type SecondFactorChallenge,
} from './rookery-error.ts';
export type { Fetch } from './transport.ts';
