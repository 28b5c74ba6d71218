import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { testServer } from '../../server/tests/support/server.ts';
import { generateTypes, type OpenApi } from '../scripts/generate-types.ts';

it('has the types of the OpenAPI document as it is now (else run: npm run generate)', async () => {
  const server = await testServer();
  const { body } = await server.send('GET', '/openapi.json');
  await server.close();

  const kept = await readFile(new URL('../src/generated.ts', import.meta.url), 'utf8');

  expect(kept).toBe(generateTypes(body as OpenApi));
});

it('turns a schema into the type that a person would write', () => {
  const Dune = {
    type: 'object',
    required: ['id', 'kind'],
    properties: {
      id: { type: 'integer', description: 'Number of the dune.' },
      kind: { enum: ['star', 'crescent'] },
      'wind-speed': { anyOf: [{ type: 'number', description: 'In m/s.' }, { type: 'null' }] },
      photos: { type: 'array', items: { type: 'string', format: 'binary' } },
      near: { type: 'array', items: { $ref: '#/components/schemas/Dune' } },
    },
  };

  const types = generateTypes({ components: { schemas: { Dune } }, paths: {} });

  expect(types).toContain(`export type Dune = {
  /** Number of the dune. */
  id: number;
  kind: 'star' | 'crescent';
  /** In m/s. */
  'wind-speed'?: number | null;
  photos?: Array<Blob>;
  near?: Array<Dune>;
};`);
});
