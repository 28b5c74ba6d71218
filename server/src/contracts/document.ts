/** The parts of an OpenAPI document that are completed here. */
type Document = {
  paths?: Record<string, Record<string, unknown> | undefined>;
  components?: { responses?: object };
};

/** A part of an operation in the words of OpenAPI; `$ref`s in it are those of the document. */
export type Shown = { requestBody?: object; responses: Record<string, object> };

type Operation = { [shownKey]?: Shown; requestBody?: object; responses?: Record<string, object> };

/**
 * Where the schema of a route carries what the document shows and Fastify must neither check nor serialize by: forms,
 * pictures, headers, errors. The swagger plugin hands keys that begin with `x-` through as they are.
 */
export const shownKey = 'x-shown';

/** In a response of `Shown`: the name under which the document keeps it once, for all operations that have it. */
export const sharedKey = 'x-shared';

/** Of Swagger UI: its own files alone. */
export const docsPolicy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'";

/** Moves what the routes show into their operations. */
export function completeDocument<T extends Document>(document: T): T {
  const shared: Record<string, object> = {};
  const paths = Object.entries(document.paths ?? {}).map(([path, operations]) => [
    path,
    Object.fromEntries(
      Object.entries(operations ?? {}).map(([method, it]) => [
        method,
        complete(it as Operation, shared),
      ]),
    ),
  ]);
  const completed = { ...document, paths: Object.fromEntries(paths) };
  if (Object.keys(shared).length === 0) return completed;
  const { components = {} } = document;
  const responses = { ...components.responses, ...shared };
  return { ...completed, components: { ...components, responses } };
}

function complete(
  { [shownKey]: shown, ...operation }: Operation,
  shared: Record<string, object>,
): Operation {
  if (!shown) return operation;
  const responses = { ...operation.responses };
  for (const [status, part] of Object.entries(shown.responses)) {
    const { [sharedKey]: name, ...response } = part as { [sharedKey]?: string };
    if (name === undefined) responses[status] = { ...responses[status], ...part };
    else {
      shared[name] = response;
      responses[status] = { $ref: `#/components/responses/${name}` };
    }
  }
  return { ...operation, ...shown, responses };
}
