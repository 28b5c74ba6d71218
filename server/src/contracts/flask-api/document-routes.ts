import type { FastifyRequest } from 'fastify';
import { checkMay } from '../../domain/authority.ts';
import { DomainError } from '../../domain/errors.ts';
import { isObject } from '../../domain/json.ts';
import { isKeepable } from '../../domain/text.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { fieldsOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import { documentChange } from './user-document.ts';
import { answer, documentOf, fault, listOf, takes, withToken } from './wire.ts';

const badRequest =
  '400 Bad Request: The browser (or proxy) sent a request that this server could not understand.';
const updated = 'You information has been updated.';
const missing = { inRead: 'User NOT FOUND.', inDelete: 'User not Found.' };

/** The README of the older server read by PUT what the server itself read by GET: both are served. */
const reading = ['GET', 'PUT'] as const;

export function documentRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  const { accounts, accountAdmin, userDocuments } = services;

  app.put(
    '/api/user',
    {
      schema: {
        operationId: 'updateOwn',
        summary: 'Replace keys of one’s own document',
        ...takes(keys),
        ...withToken,
      },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      const change = changeIn(request.body);
      const actor = { who, address: request.ip };
      const view = await userDocuments.update(actor, who.accountId, change);
      return answer(updated, { results: documentOf(view) });
    },
  );

  app.get(
    '/api/user/me',
    { schema: { operationId: 'readOwn', summary: 'One’s own document', ...withToken } },
    async (request) => {
      const who = await viewer(request);
      const results = documentOf(await userDocuments.read(who, who.accountId));
      return answer('User found.', { results });
    },
  );

  for (const method of reading) {
    app.route({
      method,
      url: '/api/user/all',
      schema: { operationId: `listAll${method}`, summary: 'Documents of all', ...withToken },
      ...tokenFirst(viewer),
      handler: async (request) =>
        listOf('Users have been collected.', await userDocuments.list(await viewer(request))),
    });

    app.route({
      method,
      url: '/api/user/active',
      schema: {
        operationId: `listActive${method}`,
        summary: 'Documents of those who are signed in',
        ...withToken,
      },
      ...tokenFirst(viewer),
      handler: async (request) =>
        listOf(
          'Active users have been collected.',
          await userDocuments.listActive(await viewer(request)),
        ),
    });
  }

  app.get(
    '/api/user/:username',
    { schema: { operationId: 'read', summary: 'Somebody’s document', ...withToken } },
    readOne,
  );

  app.put(
    '/api/user/:username',
    {
      schema: {
        operationId: 'update',
        summary: 'The same; with a body, replace keys of it: one’s own, or as an admin',
        ...takes(keys),
        ...withToken,
      },
      ...tokenFirst(viewer),
    },
    async (request) => {
      if (isNothing(request.body)) return readOne(request);
      const who = await viewer(request);
      const id = await idOf(request, missing.inRead);
      const actor = { who, address: request.ip };
      const view = await userDocuments.update(actor, id, changeIn(request.body));
      return answer(updated, { results: documentOf(view) });
    },
  );

  app.delete(
    '/api/user/:username',
    {
      schema: { operationId: 'delete', summary: 'Delete a user, as an admin', ...withToken },
      ...tokenFirst(viewer),
    },
    async (request) => {
      const who = await viewer(request);
      checkMay(who.role, 'govern');
      const id = await idOf(request, missing.inDelete);
      await accountAdmin
        .remove({ who, address: request.ip }, id)
        .catch((error: unknown) => nameMissing(error, missing.inDelete));
      const username = usernameIn(request);
      return answer(`Username [${username}] has been deleted.`, {
        results: { deleted_username: username },
      });
    },
  );

  async function readOne(request: FastifyRequest) {
    const who = await viewer(request);
    const id = await idOf(request, missing.inRead);
    return answer('User found.', { results: documentOf(await userDocuments.read(who, id)) });
  }

  async function idOf(request: FastifyRequest, message: string): Promise<number> {
    const username = usernameIn(request);
    if (!isKeepable(username)) throw fault(404, message, { results: null });
    return accounts
      .findIdByLoginName(username)
      .catch((error: unknown) => nameMissing(error, message));
  }
}

const keys = {
  profile: { type: 'object' },
  accounts: { type: 'object' },
  user_type: { type: 'object' },
  played_games: { type: 'array', items: { type: 'string' } },
  favorites: { type: 'object' },
};

function changeIn(body: unknown) {
  if (!isObject(body)) throw fault(400, badRequest);
  return documentChange(body);
}

/** Some clients cannot send a PUT without a body. */
function isNothing(body: unknown): boolean {
  return body === undefined || (isObject(body) && Object.keys(body).length === 0);
}

function usernameIn({ params }: FastifyRequest): string {
  return String(fieldsOf(params).username);
}

function nameMissing(error: unknown, message: string): never {
  const isMissing = error instanceof DomainError && error.code === 'not_found';
  throw isMissing ? fault(404, message, { results: null }) : error;
}
