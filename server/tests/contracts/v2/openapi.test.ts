import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contracts } from '../../../src/contracts/index.ts';
import {
  type Document,
  follow,
  jsonBodies,
  keywordsOf,
  type Operation,
  operationsOf,
  schemasOf,
} from '../../support/open-api.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const jsonSchemaKeywords = `
  $ref type enum const anyOf oneOf allOf properties required additionalProperties items minItems maxItems
  minLength maxLength pattern format minimum maximum default description examples
`.split(/\s+/);

describe('the OpenAPI document', () => {
  let server: TestServer;
  let document: Document;
  let operations: Operation[];
  const operation = (id: string) => operations.find((it) => it.operationId === id)!;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    const answer = await server.send('GET', '/openapi.json');
    document = answer.body;
    operations = operationsOf(document);
  });

  afterAll(() => server.close());

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(document.openapi).toBe('3.1.0');
  });

  it('shows every route', () => {
    const own = server.http.routes().filter(({ contract }) => contract === 'v2');
    const routes = own.map(({ method, path }) => `${method} ${path}`);
    const shown = operations.map(({ at }) => at.replaceAll(/\{(\w+)\}/g, ':$1'));

    expect(shown.sort()).toEqual(routes.filter((route) => !route.startsWith('HEAD ')).sort());
  });

  it('gives each operation a name of its own, a summary and a known tag', () => {
    const names = new Set(operations.map(({ operationId }) => operationId));
    const tags = document.tags.map(({ name }) => name);

    expect(names.size).toBe(operations.length);
    expect(operations).toEqual(
      operations.map(() =>
        expect.objectContaining({
          operationId: expect.stringMatching(/^[a-z]+[a-zA-Z]*$/),
          summary: expect.stringMatching(/^[A-Z].{5,}[^.]$/),
          tags: [expect.toBeOneOf(tags)],
        }),
      ),
    );
  });

  it('shows the errors of each operation as problems', () => {
    const errors = operations.flatMap(({ at, responses }) =>
      Object.entries(responses)
        .filter(([status]) => Number(status) >= 400 && status !== '416')
        .map(([status, { content }]) => [`${at} ${status}`, Object.keys(content ?? {})]),
    );
    const statuses = operations.map(({ responses }) => Object.keys(responses));

    expect(errors).toEqual(errors.map(([name]) => [name, ['application/problem+json']]));
    expect(statuses).toEqual(statuses.map(() => expect.arrayContaining(['400', '429', '503'])));
  });

  it('describes each answer in a sentence', () => {
    const descriptions = operations.flatMap(({ responses }) =>
      Object.values(responses).map(({ description }) => description),
    );

    expect(descriptions).toEqual(descriptions.map(() => expect.stringMatching(/^[A-Z].+\.$/)));
  });

  it('has an example of each JSON body, and of each form', () => {
    const without = jsonBodies(document).filter(({ examples }) => examples.length === 0);
    const forms = operations
      .map(({ requestBody }) => requestBody?.content['multipart/form-data'])
      .filter((form) => form !== undefined);

    expect(without).toEqual([]);
    expect(forms).toEqual(
      forms.map(() => expect.objectContaining({ example: expect.any(Object) })),
    );
  });

  it('has only examples that fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    (ajvFormats as unknown as (ajv: Ajv2020) => void)(ajv);
    ajv.addSchema(document, 'document');
    const check = (schema: object, example: unknown) => {
      const absolute = JSON.stringify(schema).replaceAll('"#/', '"document#/');
      return ajv.validate(JSON.parse(absolute), example) || { example, errors: ajv.errors };
    };
    const named = Object.entries(document.components.schemas).flatMap(([name, { examples = [] }]) =>
      (examples as unknown[]).map((it) => check({ $ref: `#/components/schemas/${name}` }, it)),
    );
    const bodies = jsonBodies(document).flatMap(({ schema, examples }) =>
      examples.map((example) => check(schema, example)),
    );
    const problems = Object.values(document.components.examples).map(({ value }) =>
      check({ $ref: '#/components/schemas/Problem' }, value),
    );

    const results = [...named, ...bodies, ...problems];
    expect(results).toEqual(results.map(() => true));
    expect(results.length).toBeGreaterThan(50);
  });

  it('names its schemas as people would, and leaks no keyword of the program', () => {
    const names = Object.keys(document.components.schemas);
    const keywords = schemasOf(document).flatMap(keywordsOf);
    const foreign = keywords.filter((it) => !jsonSchemaKeywords.includes(it));

    expect(names).toEqual(names.map(() => expect.stringMatching(/^[A-Z][a-zA-Z]+$/)));
    expect(foreign.filter((keyword) => !keyword.startsWith('x-'))).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('x-shown');
  });

  it('shows uploads as forms with a file', () => {
    const media = operation('uploadMedia').requestBody;
    const avatar = operation('setAvatar').requestBody;
    const file = { type: 'string', format: 'binary' };

    expect(media).toMatchObject({
      required: true,
      content: {
        'multipart/form-data': {
          schema: { required: ['file'], properties: { file, alt: { type: 'string' } } },
        },
      },
    });
    expect(Object.keys(media!.content)).toEqual(['multipart/form-data']);
    expect(avatar).toMatchObject({
      content: { 'multipart/form-data': { schema: { required: ['file'], properties: { file } } } },
    });
  });

  it('shows pictures as bytes, whole and in part', () => {
    const { responses } = operation('fetchImage');

    expect(Object.keys(responses['200']!.content!)).toEqual([
      'image/jpeg',
      'image/png',
      'image/webp',
    ]);
    expect(Object.keys(responses['206']!.content!)).toEqual([
      'image/jpeg',
      'image/png',
      'image/webp',
    ]);
    expect(responses['206']!.headers).toHaveProperty('Content-Range');
    expect(responses['304']).toMatchObject({ headers: { ETag: {} } });
    expect(responses['304']).not.toHaveProperty('content');
    expect(responses['416']).toMatchObject({ headers: { 'Content-Range': {} } });
  });

  it('shows the headers of pages, of limits and of what was made', () => {
    const headersOf = (id: string, status: string) =>
      Object.keys(operation(id).responses[status]?.headers ?? {});
    const paged = operations.filter((it) => it.parameters?.some(({ name }) => name === 'cursor'));
    const limits = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];
    const refs = operations
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ headers }) => Object.values(headers ?? {}));

    expect(paged.map((it) => Object.keys(it.responses['200']!.headers!))).toEqual(
      paged.map(() => [...limits, 'Link', 'X-Request-Id']),
    );
    expect(headersOf('createPost', '201')).toEqual([...limits, 'Location', 'X-Request-Id']);
    expect(headersOf('readMe', '429')).toEqual(['Retry-After', ...limits, 'X-Request-Id']);
    expect(headersOf('readMe', '503')).toEqual(['Retry-After', 'X-Request-Id']);
    expect(refs.map((header) => follow(document, header))).not.toContain(undefined);
  });
});

describe('the page that tries the API', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  it('loads from this server alone', async () => {
    const page = await server.send('GET', '/docs/');
    const links = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    const assets = await Promise.all(links.map((link) => server.send('GET', `/docs/${link}`)));
    const start = await server.send('GET', '/docs/static/swagger-initializer.js');

    expect(links.length).toBeGreaterThan(4);
    expect(links).toEqual(links.map(() => expect.stringMatching(/^\.\/static\//)));
    expect(assets.map(({ status }) => status)).toEqual(assets.map(() => 200));
    expect(page.body).not.toMatch(/https?:\/\//);
    expect(start.body.replaceAll(/^\s*\/\/.*$/gm, '')).not.toMatch(/https?:\/\//);
    expect(start.body).toContain('validatorUrl: null');
  });

  it('lets the browser ask nobody else', async () => {
    const { headers } = await server.send('GET', '/docs/');

    expect(headers['content-security-policy']).toBe(
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    );
  });

  it('offers the document of every contract', async () => {
    const { body: page } = await server.send('GET', '/docs/static/swagger-initializer.js');
    const names = contracts.map(({ name }) => name);

    for (const name of names) {
      expect(page).toContain(`/openapi/${name}.json`);
      expect((await server.send('GET', `/openapi/${name}.json`)).body.openapi).toBe('3.1.0');
    }
    const [own, main] = ['/openapi/v2.json', '/openapi.json'].map((path) =>
      server.send('GET', path),
    );
    expect((await own)?.body).toEqual((await main)?.body);
  });
});
