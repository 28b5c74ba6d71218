import { Readable } from 'node:stream';
import { DomainError } from '../../domain/errors.ts';
import type { Original, OriginalPage } from '../../domain/originals/original-service.ts';
import { isKeepable } from '../../domain/text.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { bytesOf, envelope, fault } from './wire.ts';

const defaultLimit = 20;
const maxLimit = 500;
const maxPage = 1_000_000;
/** Of the pictures of one page together, before base64. */
const maxPageBytes = 256 * 1024 * 1024;

export function pictureRoutes(
  app: ContractApp,
  { services, viewer, maxUploadBytes }: RouteContext,
): void {
  const { originals } = services;

  app.post(
    '/api/picture',
    {
      schema: { operationId: 'postPicture', summary: 'Keep a picture' },
      ...tokenFirst(viewer),
      // Base64 is a third longer; the rest is the JSON around it.
      bodyLimit: Math.ceil(maxUploadBytes / 3) * 4 + 4096,
    },
    async (request, reply) => {
      const who = await viewer(request);
      const { data } = fieldsOf(request.body);
      if (typeof data !== 'string') throw fault(400, 2);
      const id = await originals.keep(who, bytesOf(data)).catch(storageFault);
      reply.code(201);
      return envelope(0, { id });
    },
  );

  app.get(
    '/api/picture',
    { schema: { operationId: 'listPictures', summary: 'Pictures of all, or of one' } },
    async (request, reply) => {
      const who = await viewer(request);
      const { page, limit, username } = queryOf(request.query);
      const list = { ownerName: username, limit, offset: (page - 1) * limit };
      const { total, items } = await originals.list(who, list);
      const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
      if (bytes > maxPageBytes) throw fault(400, 11);
      const text = pageText({ total, items }, { page, limit });
      return reply.type('application/json').send(Readable.from(text, { objectMode: false }));
    },
  );
}

function queryOf(query: unknown): { page: number; limit: number; username: string | null } {
  const { page, limit, username } = fieldsOf(query);
  const name = typeof username === 'string' && isKeepable(username) ? username : '';
  return {
    page: numberOf(page, { default: 1, min: 1, max: maxPage }),
    limit: numberOf(limit, { default: defaultLimit, min: 0, max: maxLimit }),
    username: username === undefined ? null : name,
  };
}

function numberOf(text: unknown, range: { default: number; min: number; max: number }): number {
  if (text === undefined) return range.default;
  const number = typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= range.min && number <= range.max)) throw fault(400, 11);
  return number;
}

/** The page piece by piece, so that no more than a piece of one picture is in memory. */
async function* pageText(
  { total, items }: OriginalPage,
  { page, limit }: { page: number; limit: number },
): AsyncGenerator<string> {
  yield `{"code":0,"message":"","data":{"total":${total},"page":${page},"limit":${limit},"pictures":[`;
  for (const [index, item] of items.entries()) {
    const name = JSON.stringify(item.ownerName);
    yield `${index > 0 ? ',' : ''}{"id":${item.id},"username":${name},"data":"`;
    yield* base64Of(item);
    yield '"}';
  }
  yield ']}}';
}

/** Three bytes make four letters: what is over waits for the next piece. */
async function* base64Of(item: Original): AsyncGenerator<string> {
  const stream = await item.open();
  if (!stream) return;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    rest = bytes.subarray(whole);
  }
  yield rest.toString('base64');
}

function storageFault(error: unknown): never {
  const isStorage = error instanceof DomainError && error.code === 'unavailable';
  throw isStorage ? fault(500, 10) : error;
}
