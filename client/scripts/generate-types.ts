type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  format?: string;
  description?: string | undefined;
};

type Parameter = {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
};

type Content = Record<string, { schema?: Schema }>;

type Operation = {
  operationId: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
};

/** What the generator reads of an OpenAPI 3.1 document. */
export type OpenApi = {
  components: { schemas: Record<string, Schema> };
  paths: Record<string, Record<string, Operation>>;
};

/** Writes the types of a document, and the table of its routes, as TypeScript. */
export function generateTypes({ components, paths }: OpenApi): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `${doc([schema.description], '')}export type ${name} = ${typeOf(schema, '')};\n`,
  );
  const types = operations.map(({ operation }) => operationType(operation));
  const routes = operations.map(
    ({ method, path, operation }) =>
      `  ${operation.operationId}: ['${method.toUpperCase()}', '${path}'],\n`,
  );
  return [
    '// Made from the OpenAPI document by `npm run generate`. Changes here are overwritten.\n',
    ...schemas,
    '/** What each operation takes and answers, by its `operationId`. */\n' +
      `export type Operations = {\n${types.join('')}};\n`,
    `/** Method and path of each operation. */\nexport const routes = {\n${routes.join('')}} as const;\n`,
  ].join('\n');
}

function operationType(operation: Operation): string {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const fields = [
    parametersField('path', parameters),
    parametersField('query', parameters),
    bodyField(requestBody),
    `    answer: ${answerType(responses)};\n`,
  ];
  const about = doc([summary && `${summary}.`, description], '  ');
  return `${about}  ${operationId}: {\n${fields.join('')}  };\n`;
}

function parametersField(place: 'path' | 'query', parameters: Parameter[]): string {
  const these = parameters.filter((parameter) => parameter.in === place);
  if (these.length === 0) return '';
  const type = objectType({
    indent: '    ',
    required: these.filter(({ required }) => required).map(({ name }) => name),
    properties: these.map(({ name, description, schema }) => [name, { description, ...schema }]),
  });
  return `    ${place}${these.some(({ required }) => required) ? '' : '?'}: ${type};\n`;
}

function bodyField(body: Operation['requestBody']): string {
  if (!body) return '';
  const { 'application/json': json, 'multipart/form-data': form } = body.content;
  const schema = json?.schema ?? form?.schema ?? {};
  const name = form ? 'form' : 'body';
  return `    ${name}${body.required ? '' : '?'}: ${typeOf(schema, '    ')};\n`;
}

/** The body of success: JSON, the bytes of a picture, or nothing. */
function answerType(responses: Operation['responses']): string {
  const success = Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];
  const media = Object.values(success?.content ?? {})[0];
  return media ? typeOf(media.schema ?? {}, '    ') : 'undefined';
}

function typeOf(schema: Schema, indent: string): string {
  const { $ref, enum: values, anyOf, oneOf, type, properties, items } = schema;
  if ($ref !== undefined) return $ref.split('/').at(-1) ?? 'unknown';
  if (values) return values.map(literal).join(' | ');
  if ('const' in schema) return literal(schema.const);
  const choices =
    anyOf ?? oneOf ?? (Array.isArray(type) ? type.map((t) => ({ ...schema, type: t })) : null);
  if (choices) return [...new Set(choices.map((choice) => typeOf(choice, indent)))].join(' | ');
  if (type === 'array') return `Array<${typeOf(items ?? {}, indent)}>`;
  if (type === 'object') {
    const { required = [] } = schema;
    return objectType({ indent, required, properties: Object.entries(properties ?? {}) });
  }
  return plainType(schema);
}

function plainType({ type, format }: Schema): string {
  if (type === 'string') return format === 'binary' ? 'Blob' : 'string';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean' || type === 'null') return type;
  return 'unknown';
}

type Members = { indent: string; required: string[]; properties: Array<[string, Schema]> };

function objectType({ indent, required, properties }: Members): string {
  if (properties.length === 0) return 'Record<string, unknown>';
  const inner = `${indent}  `;
  const members = properties.map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${doc([descriptionOf(schema)], inner)}${inner}${keyOf(name)}${mark}: ${typeOf(schema, inner)};\n`;
  });
  return `{\n${members.join('')}${indent}}`;
}

/** What a nullable schema says stands in the part that is not null. */
function descriptionOf({ description, anyOf = [] }: Schema): string | undefined {
  return description ?? anyOf.find((part) => part.description !== undefined)?.description;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", "\\'")}'` : JSON.stringify(value);
}

function doc(sentences: Array<string | undefined>, indent: string): string {
  const text = sentences.filter((sentence) => sentence !== undefined).join(' ');
  return text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
}
