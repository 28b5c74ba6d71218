import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors.ts';
import type { AlbumFilter } from '../../domain/feeds/albums.ts';
import type { PostView } from '../../domain/posts/post.ts';
import { isKeepable, lengthOf } from '../../domain/text.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { type ContractApp, type RouteContext, WireFault } from '../contract.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { fault, fileOf, lengthProblemOf, numberIn, photoMissing, photoOf } from './wire.ts';

const maxCaption = 512;
/** Far above what a client of it ever showed. */
const maxPhotos = 10_000;

/** Photos: posts with a picture, whichever contract they came through. */
export function photoRoutes(app: ContractApp, { services, publicUrl, viewer }: RouteContext): void {
  const { accounts, posts, feeds } = services;

  app.post(
    '/post-photo/:id',
    {
      schema: { operationId: 'postPhoto', summary: 'Publish a photo, or publish it again' },
      ...tokenFirst(ownNumber),
    },
    async (request, reply) => {
      const { who, id } = await ownPhoto(request);
      await posts.publishAnew(who, id).catch(refuseMissing);
      reply.code(201);
      return { message: 'Photo successfully Posted' };
    },
  );

  app.put(
    '/photos/:id/caption',
    {
      schema: { operationId: 'setCaption', summary: 'Change the caption' },
      ...tokenFirst(ownNumber),
    },
    async (request, reply) => {
      const { who, id } = await ownPhoto(request);
      await posts.update(who, id, { text: captionIn(request.body) }).catch(refuseMissing);
      reply.code(201);
      return { message: 'Photo Caption successfully Updated' };
    },
  );

  app.delete(
    '/delete-photo/:id',
    { schema: { operationId: 'deletePhoto', summary: 'Delete a photo' }, ...tokenFirst(ownNumber) },
    async (request) => {
      const { who, id } = await ownPhoto(request);
      await posts.remove(who, id).catch(refuseMissing);
      return { message: 'Photo successfully Deleted' };
    },
  );

  app.get(
    '/photo/:id',
    { schema: { operationId: 'readPhoto', summary: 'One photo of one’s own' } },
    async (request) => photoOf((await ownPhoto(request)).photo, publicUrl),
  );

  app.get(
    '/all-photos',
    { schema: { operationId: 'listAll', summary: 'Photos of all, or of one user' } },
    async (request) => {
      const who = await viewer(request);
      const isDescending = isDescendingIn(request.query);
      const user = firstOf(fieldsOf(request.query).user) ?? '';
      const authorId = user === '' ? null : await authorOf(who, user);
      return listOf(who, { authorId, states: 'all' }, isDescending);
    },
  );

  app.get(
    '/my-photos',
    { schema: { operationId: 'listOwn', summary: 'One’s own photos and drafts' } },
    async (request) => {
      const who = await viewer(request);
      const filter = { authorId: who.accountId, states: 'all' } as const;
      return listOf(who, filter, isDescendingIn(request.query));
    },
  );

  app.get(
    '/my-drafts',
    { schema: { operationId: 'listDrafts', summary: 'One’s own drafts' } },
    async (request) => {
      const who = await viewer(request);
      const filter = { authorId: who.accountId, states: 'drafts' } as const;
      return listOf(who, filter, isDescendingIn(request.query));
    },
  );

  async function listOf(who: Viewer, filter: AlbumFilter, isDescending: boolean) {
    const views = await feeds.wholeAlbum(who, filter, maxPhotos);
    if (isDescending) views.reverse();
    return { photos: views.map((view) => photoOf(view, publicUrl)) };
  }

  async function authorOf(who: Viewer, user: string): Promise<number> {
    const missing = fault(`User ${user} doesn't exist`);
    if (!isKeepable(user)) throw missing;
    return accounts.findIdByLoginName(user, who).catch((error: unknown) => {
      throw isCode(error, 'not_found') ? missing : error;
    });
  }

  /** A number that is none leads to no route; only then the token is judged. */
  async function ownNumber(request: FastifyRequest): Promise<{ who: Viewer; id: number | null }> {
    const id = numberIn(fieldsOf(request.params).id);
    if (id === undefined) throw new DomainError('not_found', 'There is nothing here.');
    return { who: await viewer(request), id };
  }

  async function ownPhoto(
    request: FastifyRequest,
  ): Promise<{ who: Viewer; id: number; photo: PostView }> {
    const { who, id } = await ownNumber(request);
    if (id === null) throw fault(photoMissing);
    const photo = await posts.read(who, id).catch(refuseMissing);
    if (photo.author.id !== who.accountId || fileOf(photo) === null) throw fault(photoMissing);
    return { who, id, photo };
  }
}

function refuseMissing(error: unknown): never {
  throw isCode(error, 'not_found') ? fault(photoMissing) : error;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof DomainError && error.code === code;
}

function captionIn(body: unknown): string {
  const fields = fieldsOf(body);
  const { caption } = fields;
  const problem = Object.hasOwn(fields, 'caption') ? lengthProblemOf(caption) : null;
  if (problem) throw new WireFault(400, { message: problem });
  if (typeof caption !== 'string' || caption === '') throw fault('caption is missing');
  if (lengthOf(caption) > maxCaption) throw fault('caption is too long.');
  if (!isKeepable(caption)) throw fault('caption has characters that cannot be kept.');
  return caption;
}

function isDescendingIn(query: unknown): boolean {
  const order = (firstOf(fieldsOf(query).order) ?? 'asc').toLowerCase();
  if (order !== 'asc' && order !== 'desc') {
    throw fault('invalid order, must be one of asc or desc');
  }
  return order === 'desc';
}

/** If a parameter is in the query several times, the first counts. */
function firstOf(value: unknown): string | null {
  const first = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : null;
}
