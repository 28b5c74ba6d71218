import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../../support/server.ts';

describe('a body of a type that is not taken', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await testServer({ contracts: 'all' });
    await server.tokens('alice');
  });

  afterAll(() => server.close());

  it.each([
    ['/v2/sessions', 'application/x-www-form-urlencoded', 'application/json'],
    ['/v2/posts', 'text/plain', 'application/json'],
    ['/v2/media', 'image/jpeg', 'multipart/form-data'],
  ])('at %s is refused with the type to send', async (path, type, wanted) => {
    const sent = { as: 'alice', body: 'text=Hello.', headers: { 'content-type': type } } as const;
    const { status, body } = await server.send('POST', path, sent);

    expect([status, body.detail]).toEqual([
      415,
      `Send the body as ${wanted}, and say so in Content-Type.`,
    ]);
  });
});
