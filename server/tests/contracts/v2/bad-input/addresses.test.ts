import { refusals, type Scenario } from '../../../support/scenarios.ts';

const problem = { 'content-type': 'application/problem+json; charset=utf-8' };

refusals('an id that is none', [
  ...['0', '-1', '1.5', '2147483648', '9007199254740992', 'abc', '%00', 'null', '1e400'].flatMap(
    (id): Scenario[] => [
      {
        name: `refuses the post ${id}`,
        send: ['GET', `/v2/posts/${id}`],
        expect: [422, { code: 'invalid', fields: [{ field: 'id' }] }],
        expectHeaders: problem,
      },
      {
        name: `refuses to end the session ${id}`,
        as: 'alice',
        send: ['DELETE', `/v2/sessions/${id}`],
        // Of sessions there may be more than 32 bits can count.
        expect: id === '2147483648' ? [404, { code: 'not_found' }] : [422, { code: 'invalid' }],
        expectHeaders: problem,
      },
    ],
  ),
  {
    name: 'finds no post 2147483647',
    send: ['GET', '/v2/posts/2147483647'],
    expect: [404, { code: 'not_found' }],
    expectHeaders: problem,
  },
  {
    name: 'finds no user of 101 characters',
    send: ['GET', `/v2/users/${'a'.repeat(101)}`],
    expect: [422, { fields: [{ field: 'username' }] }],
  },
  {
    name: 'finds no user by control characters',
    send: ['GET', '/v2/users/%00%1b'],
    expect: [404, { code: 'not_found' }],
  },
]);

refusals('an address that cannot be read', [
  ...['/v2/users/%ff', '/v2/users/%zz', '/v2/posts/%', '/v2/%E0%A4%A'].map(
    (path): Scenario => ({
      name: `answers ${path} as a problem`,
      send: ['GET', path],
      expect: [400, { type: 'urn:rookery:problem:malformed', status: 400 }],
      expectHeaders: { ...problem, 'x-content-type-options': 'nosniff' },
    }),
  ),
  {
    name: 'answers a part of 400 characters as a problem',
    send: ['GET', `/v2/users/${'a'.repeat(400)}`],
    expect: [400, { code: 'malformed' }],
    expectHeaders: problem,
  },
  {
    name: 'answers one outside every contract in plain JSON',
    send: ['GET', '/docs/%ff'],
    expect: [400, { error: 'malformed' }],
  },
  ...['/v2', '/v2/', '/v2/nothing', '/v2/me/', '/v2/me/nothing', '/v2/users/%2e%2e%2fme'].map(
    (path): Scenario => ({
      name: `finds nothing at ${path}`,
      as: 'alice',
      send: ['GET', path],
      expect: [404, { code: 'not_found' }],
      expectHeaders: problem,
    }),
  ),
]);

refusals('a method that is not meant', [
  {
    name: 'names those that are',
    send: ['GET', '/v2/accounts'],
    expect: [405, { code: 'method_not_allowed' }],
    expectHeaders: { ...problem, allow: 'POST' },
  },
  {
    name: 'answers OPTIONS as the preflight of a page, which may call in development',
    send: ['OPTIONS', '/v2/posts/1/like'],
    expect: [204],
    expectHeaders: { 'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE' },
  },
  {
    name: 'names them to HEAD',
    send: ['HEAD', '/v2/accounts'],
    expect: [405],
    expectHeaders: { allow: 'POST' },
  },
  {
    name: 'answers HEAD where GET is meant',
    as: 'alice',
    send: ['HEAD', '/v2/me'],
    expect: [200, ''],
  },
]);

refusals('a query', [
  ...(
    [
      ['limit=0', 'limit'],
      ['limit=-1', 'limit'],
      ['limit=101', 'limit'],
      ['limit=1e9', 'limit'],
      ['limit=1.5', 'limit'],
      ['limit=abc', 'limit'],
      ['limit=', 'limit'],
      ['limit=0&limit=2', 'limit'],
      ['limit[]=1', 'limit[]'],
      ['cursor=', 'cursor'],
      ['cursor=p', 'cursor'],
      ['cursor=abc', 'cursor'],
      ['cursor=pzzzzzzzzzzz', 'cursor'],
      ['cursor=p&cursor=p2', 'cursor'],
      [`cursor=${'p'.repeat(65)}`, 'cursor'],
      ['cursor=%ff', 'cursor'],
      ['cursor=%zz', 'cursor'],
      ['cursor=p1%00', 'cursor'],
      ["cursor=p1'--", 'cursor'],
      ['cursor=d1', 'cursor'],
      ['cursor=l1', 'cursor'],
      ['cursor=f1', 'cursor'],
      ['filter=none', 'filter'],
      ['filter=none&filter=all', 'filter'],
      ['__proto__=1', '__proto__'],
      ['constructor=1', 'constructor'],
      ['page=2', 'page'],
    ] as const
  ).map(
    ([query, field]): Scenario => ({
      name: `refuses ${query}`,
      send: ['GET', `/v2/explore?${query}`],
      expect: [422, { code: 'invalid', fields: [{ field }] }],
      expectHeaders: problem,
    }),
  ),
  {
    name: 'refuses a cursor of posts in the list of drafts',
    as: 'alice',
    send: ['GET', '/v2/drafts?cursor=p1'],
    expect: [422, { fields: [{ field: 'cursor' }] }],
  },
  {
    name: 'refuses a cursor of likes in a list of follows',
    given: async (server) => void (await server.tokens('alice')),
    send: ['GET', '/v2/users/alice/followers?cursor=l1'],
    expect: [422, { fields: [{ field: 'cursor' }] }],
  },
]);
