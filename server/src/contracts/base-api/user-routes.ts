import type { FastifyRequest } from 'fastify';
import { isNewUsername } from '../../domain/accounts/account.ts';
import type { AccountRecord } from '../../domain/administration/account-admin.ts';
import type { Actor } from '../../domain/authority.ts';
import type { ContractApp, RouteContext } from '../contract.ts';
import { anyPassword, fieldsOf, idOf } from '../older.ts';
import { tokenFirst } from '../token-first.ts';
import {
  dateOf,
  done,
  emailOf,
  fault,
  isGiven,
  payloadOf,
  prefix,
  refusing,
  shown,
  textIn,
  usernameIn,
} from './wire.ts';

/** Far above what a client of it ever showed. */
const maxUsers = 10_000;
const noUser: [status: number, message: string] = [404, 'User does not exist.'];

/** Accounts, for those whose role is the highest. */
export function userRoutes(
  app: ContractApp,
  { services, passwordRuleFor, viewer }: RouteContext,
): void {
  const { accountAdmin } = services;

  app.post(
    `${prefix}/users`,
    {
      schema: { operationId: 'addUser', summary: 'Make an account for somebody' },
      ...tokenFirst(adminOf),
    },
    async (request, reply) => {
      const actor = await adminOf(request);
      const fields = payloadOf(request.body);
      const username = usernameIn(fields);
      const email = textIn(fields, 'email');
      await accountAdmin
        .create(actor, {
          // Claimed as a name, so that no two are made with the same.
          ...(isNewUsername(username) ? { username } : { username: null, loginName: username }),
          displayName: username,
          email,
          password: isGiven(fields.password) ? textIn(fields, 'password') : null,
          role: 'user',
          idempotencyKey: null,
          passwordRule: passwordRuleFor(anyPassword),
        })
        .catch(refusing({ taken: [400, 'Sorry. That email or username already exists.'] }));
      reply.code(201);
      return done(`${email} was added!`);
    },
  );

  app.get(
    `${prefix}/users`,
    { schema: { operationId: 'listUsers', summary: 'All accounts, the newest first' } },
    async (request) => {
      const actor = await adminOf(request);
      const { skip, limit } = pageIn(fieldsOf(request.query));
      const page = { before: null, limit };
      const { items } = limit > 0 ? await accountAdmin.list(actor, { skip }, page) : { items: [] };
      return shown({ users: items.map((user) => ({ id: user.id, ...userOf(user) })) });
    },
  );

  app.get(
    `${prefix}/users/:id`,
    { schema: { operationId: 'readUser', summary: 'One account' } },
    async (request) => {
      const actor = await adminOf(request);
      const id = idOf(fieldsOf(request.params).id);
      if (id === null) throw fault(...noUser);
      const user = await accountAdmin.read(actor, id).catch(refusing({ not_found: noUser }));
      return shown(userOf(user));
    },
  );

  /** Elsewhere moderators may look, too. */
  async function adminOf(request: FastifyRequest): Promise<Actor> {
    const who = await viewer(request);
    if (who.role !== 'admin') throw fault(403, 'Forbidden.');
    return { who, address: request.ip };
  }
}

function userOf(user: AccountRecord) {
  const { displayName: username, createdAt } = user;
  return { username, email: emailOf(user), created_at: dateOf(createdAt) };
}

/** The page that a query asks for; all users, up to the maximum, when it asks for none. */
function pageIn({ page, per_page: size }: Readonly<Record<string, unknown>>): {
  skip: number;
  limit: number;
} {
  if (page === undefined && size === undefined) return { skip: 0, limit: maxUsers };
  const perPage = Math.min(idOf(size ?? 20) ?? 0, maxUsers);
  const number = idOf(page ?? 1);
  if (perPage === 0 || number === null)
    throw fault(400, 'page and per_page are numbers from 1 on.');
  const skip = (number - 1) * perPage;
  return { skip, limit: Math.max(0, Math.min(perPage, maxUsers - skip)) };
}
