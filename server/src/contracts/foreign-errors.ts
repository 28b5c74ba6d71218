import { DomainError, type ErrorCode, type FieldProblem } from '../domain/errors.ts';

type SchemaProblem = {
  instancePath?: string;
  keyword?: string;
  message?: string;
  params?: Record<string, unknown>;
};

type FrameworkError = Error & {
  statusCode?: number;
  code?: string;
  validation?: SchemaProblem[];
  validationContext?: string;
};

const maxShownProblems = 20;

/** By status of the framework's own errors; any other 4xx is a request that cannot be read. */
const codesByStatus: Partial<Record<number, ErrorCode>> = {
  404: 'not_found',
  406: 'unsupported',
  413: 'too_large',
  415: 'unsupported',
  429: 'rate_limited',
  503: 'unavailable',
};

export const outageMessage = 'The server cannot do this right now. Try again in a moment.';

/** What a client is told when a machine that is needed cannot be asked right now. */
export function outage(cause: unknown): DomainError {
  return new DomainError('unavailable', outageMessage, { retryAfterSeconds: 2, cause });
}

/** What a client is told when what it wrote about was changed or removed each time the write was tried. */
export function writeConflict(cause: unknown): DomainError {
  const message =
    'Something that this is about was changed or removed just now. Load it, then try again.';
  return new DomainError('conflict', message, { cause });
}

/** The form parser's errors have no code: no boundary, one of more than 256 bytes, a part or the form cut short. */
const brokenForm =
  /^(Multipart: |The needle can|Malformed part header|Unexpected end of (form|multipart data)$)|terminated early due to/;

/**
 * Folds the errors of the framework and of schemas into the domain's. Null for what nobody foresaw: that is ours, and
 * the client learns no more than that.
 */
export function toDomainError(raw: unknown): DomainError | null {
  if (raw instanceof DomainError) return raw;
  if (!(raw instanceof Error)) return null;
  const error: FrameworkError = raw;
  const { validation: problems, validationContext: context = 'body' } = error;
  if (problems) return schemaError([{ context, problems }], error);
  if (brokenForm.test(error.message)) {
    const message = 'The form has no boundary, ends too early or is not well formed.';
    return new DomainError('malformed', message, { cause: raw });
  }
  const status = error.statusCode ?? 500;
  if (status < 400 || (status >= 500 && status !== 503)) return null;
  const code = codesByStatus[status] ?? 'malformed';
  return new DomainError(code, error.message, { cause: raw });
}

/** The problems of a part of a request, `body` or `params`. */
type PartProblems = { context: string; problems: readonly SchemaProblem[] };

/** What schemas found in the parts of a request, as one error: the first 20 problems. */
export function schemaError(parts: readonly PartProblems[], cause: unknown): DomainError {
  const fields = parts
    .flatMap(({ context, problems }) => problems.map((problem) => ({ context, problem })))
    .slice(0, maxShownProblems)
    .map(({ context, problem }) => fieldProblem(problem, context));
  const first = fields[0];
  const message = first ? `${first.field} ${first.message}.` : 'The request is not valid.';
  return new DomainError('invalid', message, { fields, cause });
}

function fieldProblem(problem: SchemaProblem, context: string): FieldProblem {
  const path = (problem.instancePath ?? '').split('/').slice(1).map(unescapePointer);
  const named = problem.params?.missingProperty ?? problem.params?.additionalProperty;
  if (typeof named === 'string') path.push(named);
  const field = path.join('.') || context;
  return { field: field.slice(0, 200), message: sentenceOf(problem) };
}

/** What people are told of a text that has not the form of its field. */
const formats: Readonly<Record<string, string>> = {
  'idn-email': 'must be an e-mail address, such as alice@example.com',
};

function sentenceOf({ keyword, message, params }: SchemaProblem): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is unknown';
  if (keyword === 'x-text') return 'must be text without control characters or broken Unicode';
  if (keyword === 'enum' && Array.isArray(params?.allowedValues)) {
    return `must be one of ${params.allowedValues.join(', ')}`;
  }
  const format = keyword === 'format' ? formats[String(params?.format)] : undefined;
  if (format !== undefined) return format;
  if (keyword === 'const') return `must be ${String(params?.allowedValue)}`;
  return message ?? 'is not valid';
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
