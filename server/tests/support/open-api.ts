type Ref = { $ref?: string };
type Example = { example?: unknown; examples?: unknown };
export type Schema = Ref & Record<string, unknown>;
export type Content = Record<string, Example & { schema?: Schema }>;
export type Response = Ref & {
  description?: string;
  headers?: Record<string, Ref>;
  content?: Content;
};
export type Operation = {
  /** `GET /v2/me` */
  at: string;
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: Array<{ name: string; in: string }>;
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
};
export type Document = {
  openapi: string;
  tags: Array<{ name: string }>;
  components: Record<'schemas' | 'examples', Record<string, Schema>>;
  paths: Record<string, Record<string, Omit<Operation, 'at'>>>;
};

/** Every operation of a document, its responses with their references replaced. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      at: `${method.toUpperCase()} ${path}`,
      responses: Object.fromEntries(
        Object.entries(operation.responses).map(([status, it]) => [status, follow(document, it)]),
      ),
    })),
  );
}

/** The part that a reference stands for. */
export function follow<T extends Ref>(document: Document, part: T): T {
  if (part.$ref === undefined) return part;
  const names = part.$ref.split('/').slice(1);
  return names.reduce((of: unknown, name) => (of as Record<string, unknown>)[name], document) as T;
}

/** Each JSON body that is sent or comes back on success, and what the document gives as examples of it. */
export function jsonBodies(
  document: Document,
): Array<{ at: string; schema: Schema; examples: unknown[] }> {
  return operationsOf(document).flatMap(({ at, requestBody, responses }) => {
    const successes = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    const contents = [requestBody?.content, ...successes.map(([, it]) => it.content)];
    return contents
      .map((content) => content?.['application/json'])
      .filter((media) => media !== undefined)
      .map((media) => ({
        at,
        schema: media.schema ?? {},
        examples: examplesOf(document, media),
      }));
  });
}

function examplesOf(document: Document, media: Example & { schema?: Schema }): unknown[] {
  if (media.example !== undefined) return [media.example];
  const { examples = [] } = follow(document, media.schema ?? {});
  return examples as unknown[];
}

/** Every keyword that stands in a schema anywhere in a document. */
export function keywordsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, value]) => [keyword, ...below(keyword, value)]);
}

function below(keyword: string, value: unknown): string[] {
  if (keyword === 'properties') return Object.values(value as object).flatMap(keywordsOf);
  if (keyword === 'items' || keyword === 'additionalProperties') return keywordsOf(value);
  if (/^(any|one|all)Of$/.test(keyword)) return (value as unknown[]).flatMap(keywordsOf);
  return [];
}

/** Every schema of a document: the named ones, and those that stand in operations. */
export function schemasOf(document: Document): Schema[] {
  const named = Object.values(document.components.schemas);
  const unnamed = operationsOf(document).flatMap(({ requestBody, responses }) =>
    [requestBody?.content, ...Object.values(responses).map((it) => it.content)]
      .flatMap((content) => Object.values(content ?? {}))
      .map((media) => media.schema ?? {}),
  );
  return [...named, ...unnamed];
}
