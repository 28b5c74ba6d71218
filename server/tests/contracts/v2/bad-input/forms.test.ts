import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallPicture } from '../../../support/pictures.ts';
import { type TestServer, testServer } from '../../../support/server.ts';
import { exchange, headOf } from '../../../support/sockets.ts';
import { expectNoTraces } from '../../../support/traces.ts';

const type = 'multipart/form-data; boundary=x';
const disposition = 'content-disposition: form-data';

/** A part named `name`, with the content of a picture where `file` stands for one. */
function part(headers: string, content: string | Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`--x\r\n${headers}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
}

const end = Buffer.from('--x--\r\n');

describe('a form that is not as it must be', () => {
  let server: TestServer;
  let file: Buffer;
  let anotherFile: Buffer;

  beforeAll(async () => {
    server = await testServer();
    const picture = await smallPicture('jpeg');
    file = part(`${disposition}; name="file"; filename="a.jpg"`, picture);
    anotherFile = part(`${disposition}; name="other"; filename="a.jpg"`, picture);
  });

  afterAll(() => server.close());

  async function refused(body: Uint8Array, status: number, contentType = type) {
    const headers = { 'content-type': contentType };
    const answer = await server.send('POST', '/v2/media', { as: 'alice', body, headers });
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    await expectNoTraces(server);
    return answer.body;
  }

  it.each([
    ['without a boundary', 'multipart/form-data'],
    ['with an empty boundary', 'multipart/form-data; boundary='],
    ['with a boundary of 300 characters', `multipart/form-data; boundary=${'b'.repeat(300)}`],
    ['with another boundary than it says', 'multipart/form-data; boundary=y'],
  ])('is malformed %s', async (_name, contentType) => {
    await refused(Buffer.concat([file, end]), 400, contentType);
  });

  it('is unsupported as another kind of multipart', async () => {
    await refused(Buffer.concat([file, end]), 415, 'multipart/mixed; boundary=x');
  });

  it('is unsupported as JSON', async () => {
    await refused(Buffer.from('{}'), 415, 'application/json');
  });

  it('is malformed when it ends within the file', async () => {
    await refused(file.subarray(0, -100), 400);
  });

  it('is malformed when it ends after the file', async () => {
    await refused(file, 400);
  });

  it('is malformed when it ends within a head', async () => {
    const start = Buffer.from(`--x\r\n${disposition}; name="al`);
    await refused(Buffer.concat([file, start]), 400);
  });

  it.each([
    ['is empty', ''],
    ['has no part', '--x--\r\n'],
    ['has a part without a disposition', '--x\r\ncontent-type: a/b\r\n\r\na\r\n--x--\r\n'],
    ['has garbage in a head', '--x\r\nnonsense\r\n\r\na\r\n--x--\r\n'],
  ])('misses its file when it %s', async (_name, body) => {
    const { detail, fields } = await refused(Buffer.from(body), 422);

    expect(detail).toBe('file is missing.');
    expect(fields).toEqual([{ field: 'file', message: 'is missing' }]);
  });

  it.each([
    ['no name', `${disposition}; filename="a"`],
    ['an empty name', `${disposition}; name=""; filename="a"`],
  ])('is refused for a part with %s', async (_name, headers) => {
    const { fields } = await refused(Buffer.concat([file, part(headers, 'a'), end]), 422);

    expect(fields).toMatchObject([{ field: 'form' }]);
  });

  it('is refused for an unknown file', async () => {
    const { fields } = await refused(Buffer.concat([anotherFile, end]), 422);

    expect(fields).toMatchObject([{ field: 'other' }]);
  });

  it('is refused for an unknown field, also after the file', async () => {
    const extra = part(`${disposition}; name="role"`, 'admin');
    const { fields } = await refused(Buffer.concat([file, extra, end]), 422);

    expect(fields).toMatchObject([{ field: 'role' }]);
  });

  it('is refused for a second file', async () => {
    const { fields } = await refused(Buffer.concat([file, file, end]), 422);

    expect(fields).toMatchObject([{ field: 'file' }]);
  });

  it('is refused for a second alt', async () => {
    const alt = part(`${disposition}; name="alt"`, 'Dunes');
    const { fields } = await refused(Buffer.concat([alt, alt, file, end]), 422);

    expect(fields).toMatchObject([{ field: 'alt' }]);
  });

  it('is refused for more parts than anybody needs', async () => {
    const fields = Array.from({ length: 30 }, (_, i) => part(`${disposition}; name="f${i}"`, 'a'));
    await refused(Buffer.concat([...fields, file, end]), 422);
  });

  it.each([
    ['NUL', 'a\u0000b'],
    ['an escape character', 'a\u001bb'],
    ['1501 characters', 'a'.repeat(1501)],
    ['a megabyte', 'a'.repeat(1_000_000)],
  ])('is refused for an alt with %s', async (_name, alt) => {
    const body = Buffer.concat([file, part(`${disposition}; name="alt"`, alt), end]);
    const { fields } = await refused(body, 422);

    expect(fields).toMatchObject([{ field: 'alt' }]);
  });

  it('is refused for an alt that is JSON', async () => {
    const headers = `${disposition}; name="alt"\r\ncontent-type: application/json`;
    const { fields } = await refused(Buffer.concat([file, part(headers, '{"a":1}'), end]), 422);

    expect(fields).toMatchObject([{ field: 'alt' }]);
  });

  it('cannot reach a prototype', async () => {
    await refused(Buffer.concat([part(`${disposition}; name="__proto__"`, 'a'), file, end]), 400);
  });
});

describe('a form as some clients send it', () => {
  let server: TestServer;
  let picture: Buffer;

  beforeAll(async () => {
    server = await testServer();
    picture = await smallPicture('jpeg');
  });

  afterAll(() => server.close());

  const alt = part(`${disposition}; name="alt"`, 'Dunes');
  const heads = [
    ['a file name', '; filename="a.jpg"\r\ncontent-type: image/jpeg'],
    ['a file name and no type', '; filename="a.jpg"'],
    ['an empty file name', '; filename=""\r\ncontent-type: image/jpeg'],
    ['a type and no file name', '\r\ncontent-type: image/jpeg'],
    ['no name of a file and the type of anything', '\r\ncontent-type: application/octet-stream'],
    ['neither a file name nor a type', ''],
  ] as const;

  it.each(heads)('is taken with %s, before and after alt', async (_name, head) => {
    const file = part(`${disposition}; name="file"${head}`, picture);
    for (const parts of [[alt, file], [file, alt], [file]]) {
      const body = Buffer.concat([...parts, end]);
      const headers = { 'content-type': type };
      const answer = await server.send('POST', '/v2/media', { as: 'alice', body, headers });

      expect(answer.body).toMatchObject({ width: 200, alt: parts.length > 1 ? 'Dunes' : '' });
      expect(answer.status).toBe(201);
    }
  });

  it('says what is wrong with text in the place of the picture', async () => {
    const body = Buffer.concat([part(`${disposition}; name="file"`, 'dune.jpg'), end]);
    const headers = { 'content-type': type };
    const answer = await server.send('POST', '/v2/media', { as: 'alice', body, headers });

    expect(answer.body).toMatchObject({ status: 415, fields: [{ field: 'file' }] });
  });
});

describe('a form over a slow or broken line', () => {
  let server: TestServer;
  let address: string;

  beforeAll(async () => {
    server = await testServer();
    address = await server.listen();
  });

  afterAll(() => server.close());

  it('leaves nothing when its sender is gone in the middle of the file', async () => {
    const head = await headOf(server, 'POST /v2/media');
    const start = `${head}Content-Type: ${type}\r\nContent-Length: 900000\r\n\r\n--x\r\n${disposition}; name="file"; filename="a"\r\n\r\n`;
    const { answer } = await exchange(address, start + 'a'.repeat(50_000), 300);

    expect(answer).toBe('');
    await expect.poll(() => expectNoTraces(server).then(() => 'clean')).toBe('clean');
  });

  it('is read to its end though it was refused at its beginning', async () => {
    const head = await headOf(server, 'POST /v2/media');
    const bytes = 25_000_000;
    const body = Buffer.concat([
      Buffer.from(
        `${head}Connection: close\r\nContent-Type: ${type}\r\nContent-Length: ${bytes}\r\n\r\n`,
      ),
      Buffer.from(`--x\r\n${disposition}; name="other"; filename="a"\r\n\r\n`.padEnd(bytes, 'a')),
    ]);
    const { answer, isClosed } = await exchange(address, body, 10_000);

    expect(answer).toMatch(/^HTTP\/1.1 422 /);
    expect(isClosed).toBe(true);
    await expectNoTraces(server);
  });
});
