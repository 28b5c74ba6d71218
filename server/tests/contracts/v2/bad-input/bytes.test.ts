import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestServer, testServer } from '../../../support/server.ts';
import { expectNoTraces } from '../../../support/traces.ts';

describe('a body that is not UTF-8', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await testServer();
  });

  afterEach(() => server.close());

  it.each([
    ['a byte that never occurs', [0xff]],
    ['an encoded half of a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a longer form than needed', [0xc0, 0xaf]],
  ])('is refused for %s', async (_name, bytes) => {
    const body = Buffer.concat([Buffer.from('{"text":"'), Buffer.from(bytes), Buffer.from('"}')]);
    const headers = { 'content-type': 'application/json' };
    const answer = await server.send('POST', '/v2/posts', { as: 'alice', body, headers });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toBe('The body is not valid UTF-8.');
    await expectNoTraces(server);
  });
});
