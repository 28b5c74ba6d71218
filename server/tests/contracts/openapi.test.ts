import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contracts } from '../../src/contracts/index.ts';
import { type TestServer, testServer } from '../support/server.ts';

const lineWidth = 200;

/** Committed beside its other promises, in `base-api/unchanged`. */
const kept = 'base-api';

/** `npx vitest run contracts/openapi -u` writes the files anew; a changed line is a change that clients see. */
describe('the OpenAPI document', () => {
  const names = contracts.map(({ name }) => name).filter((name) => name !== kept);
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
  });

  afterAll(() => server.close());

  it.each(names)('of %s is the one that is committed', async (name) => {
    const document = withSortedSchemas(server.http.openApi(name) as Document);

    await expect(`${textOf(document)}\n`).toMatchFileSnapshot(`openapi/${name}.json`);
  });
});

type Document = { components: { schemas?: Record<string, unknown> } };

/** Their order is that of the files that they come from, and means nothing. */
function withSortedSchemas({ components, ...document }: Document): Document {
  const { schemas = {}, ...others } = components;
  const sorted = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...document, components: { ...others, schemas: Object.fromEntries(sorted) } };
}

/** JSON with one line for what fits into it, so that a difference shows what it is about. */
function textOf(value: unknown, indent = ''): string {
  const short = JSON.stringify(value);
  const isPart = typeof value === 'object' && value !== null;
  if (!isPart || indent.length + short.length <= lineWidth) return short;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((part) => textOf(part, inner))
    : Object.entries(value).map(
        ([name, part]) => `${JSON.stringify(name)}: ${textOf(part, inner)}`,
      );
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return `${open}\n${parts.map((part) => inner + part).join(',\n')}\n${indent}${close}`;
}
