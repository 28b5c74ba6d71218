import { changeAccount } from '../../support/given.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import type { Post, World } from './cases.ts';
import { postAll, uploadAll } from './content.ts';
import { type Account, anAccount, expectOk, send, tokensOf } from './people.ts';

/**
 * Accounts, and every kind of post and picture of each author. Alice is active, another author was disabled and is enabled
 * again, a third is disabled, and the account of a fourth is closed. The last two were hidden and some posts were deleted a moment ago, and no job has run since.
 */
export async function makeWorld(): Promise<World> {
  const server = await testServer({ contracts: 'all' });
  const person = (name: string) => anAccount(server, name);
  const [alice, enabled] = [await person('alice'), await person('enabled-again')];
  const [disabled, closed] = [await person('disabled-one'), await person('closed-one')];
  const [bob, carla] = [await person('bob'), await person('carla')];
  const moderator = await aStaffMember(server, 'the-moderator', 'moderator');
  const admin = await aStaffMember(server, 'the-admin', 'admin');
  const authors = [alice, enabled, disabled, closed];
  const accounts = [...authors, bob, carla, moderator, admin];
  const readers = accounts.map((account) => ({ name: account.name, account }));
  const world: World = {
    server,
    address: await server.listen(),
    readers: [...readers, { name: 'anonymous', account: null }],
    accounts,
    authors,
    posts: [],
    media: [],
    follows: [],
    likes: [],
    blocks: [],
  };
  await fill(world, { alice, bob });
  await changeAccount(server, enabled.name, { disabled: true });
  await server.work();
  await changeAccount(server, enabled.name, { disabled: false });
  await server.work();
  enabled.tokens = await tokensOf(server, enabled.name);
  // They ended with the session that requested them.
  for (const medium of world.media.filter(({ owner }) => owner === enabled)) medium.signed = [];
  await hide(world, { disabled, closed, admin });
  await block(world, alice, enabled);
  await block(world, admin, enabled);
  await block(world, alice, moderator);
  return world;
}

/** Signs in again, because a change of the role ends sessions. */
async function aStaffMember(server: TestServer, name: string, role: 'moderator' | 'admin') {
  const account = await anAccount(server, name);
  await changeAccount(server, name, { role });
  return { ...account, tokens: await tokensOf(server, name) };
}

async function fill(world: World, { alice, bob }: Record<'alice' | 'bob', Account>): Promise<void> {
  const { server, authors } = world;
  for (const author of authors) await uploadAll(world, author);
  await server.work();
  for (const author of authors) await postAll(world, author);
  for (const author of authors) {
    if (author !== alice) await follow(world, author, alice);
    await follow(world, bob, author);
    await follow(world, author, bob);
  }
  for (const name of ['text of alice', 'deleted text of alice']) {
    const post = postNamed(world, name);
    for (const liker of [...authors.slice(1), bob]) await like(world, liker, post);
  }
  await server.work();
}

/** Deletes posts, disables an account and closes another. No job runs. */
async function hide(
  { server, posts }: World,
  { disabled, closed, admin }: Record<'disabled' | 'closed' | 'admin', Account>,
): Promise<void> {
  for (const post of posts.filter(({ name }) => name.startsWith('deleted'))) {
    expectOk(await send(server, post.author, 'DELETE', `/v2/posts/${post.id}`));
    post.state = 'deleted';
  }
  const accountPath = ({ id }: Account) => `/v2/admin/accounts/${id}`;
  expectOk(await send(server, admin, 'PATCH', accountPath(disabled), { body: { disabled: true } }));
  disabled.standing = 'disabled';
  expectOk(await send(server, admin, 'DELETE', accountPath(closed)));
  closed.standing = 'closed';
}

async function follow(world: World, follower: Account, followee: Account): Promise<void> {
  expectOk(await send(world.server, follower, 'PUT', `/v2/users/${followee.name}/follow`));
  world.follows.push([follower, followee]);
}

/** Ends follows at once; what the block removes by a job stays to be removed. */
async function block(world: World, blocker: Account, blocked: Account): Promise<void> {
  expectOk(await send(world.server, blocker, 'PUT', `/v2/users/${blocked.name}/block`));
  world.blocks.push([blocker, blocked]);
  const areBoth = (pair: readonly [Account, Account]) =>
    pair.includes(blocker) && pair.includes(blocked);
  world.follows = world.follows.filter((pair) => !areBoth(pair));
  world.likes = world.likes.filter(([liker, post]) => !areBoth([liker, post.author]));
}

async function like(world: World, liker: Account, post: Post): Promise<void> {
  expectOk(await send(world.server, liker, 'PUT', `/v2/posts/${post.id}/like`));
  world.likes.push([liker, post]);
}

function postNamed({ posts }: World, name: string): Post {
  const found = posts.find((post) => post.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found;
}
