import { expect } from 'vitest';
import { refusals, type Scenario } from '../../../support/scenarios.ts';
import { expectNoTraces } from '../../../support/traces.ts';

const json = { 'content-type': 'application/json' };

function malformed(name: string, body: string, expected: object = {}): Scenario {
  return {
    name,
    as: 'alice',
    send: ['POST', '/v2/posts', body],
    headers: json,
    expect: [400, { status: 400, code: 'malformed', ...expected }],
    expectHeaders: { 'content-type': 'application/problem+json; charset=utf-8' },
    after: expectNoTraces,
  };
}

function invalid(name: string, body: unknown, field: string): Scenario {
  return {
    name,
    as: 'alice',
    send: ['POST', '/v2/posts', body],
    headers: json,
    expect: [422, { code: 'invalid', fields: [{ field }] }],
    expectHeaders: { 'content-type': 'application/problem+json; charset=utf-8' },
    after: expectNoTraces,
  };
}

refusals('a body that cannot be read', [
  malformed('refuses a body that is cut short', '{"text":"a'),
  malformed('refuses a comma too many', '{"text":"a",}'),
  malformed('refuses two values', '{"text":"a"}{"text":"b"}'),
  malformed('refuses a key that stands twice', '{"text":"a","text":"b"}', {
    fields: [{ field: 'text' }],
  }),
  malformed('sees an equal key through its escapes', '{"text":"a","t\\u0065xt":"b"}', {
    fields: [{ field: 'text' }],
  }),
  malformed('refuses 40 levels', `${'[1,'.repeat(40)}1${']'.repeat(40)}`),
  malformed('refuses 100,000 levels', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  malformed('refuses 100,000 brackets that stay open', '['.repeat(100_000)),
  malformed(
    'refuses 40,000 objects in one another',
    `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`,
  ),
]);

refusals('a body of the wrong form', [
  { ...invalid('needs a body', '', 'body') },
  invalid('refuses null', 'null', 'body'),
  invalid('refuses a list', [], 'body'),
  invalid('refuses text', '"a"', 'body'),
  invalid('refuses a number for a text', { text: 1 }, 'text'),
  invalid('refuses null for a text', { text: null }, 'text'),
  invalid('refuses text for a list', { text: 'a', mediaIds: '1' }, 'mediaIds'),
  invalid('refuses text for a number', { text: 'a', mediaIds: ['1'] }, 'mediaIds.0'),
  invalid('refuses a fraction', { text: 'a', mediaIds: [1.5] }, 'mediaIds.0'),
  invalid('refuses id 0', { text: 'a', mediaIds: [0] }, 'mediaIds.0'),
  invalid('refuses a negative id', { text: 'a', mediaIds: [-1] }, 'mediaIds.0'),
  invalid('refuses an id of 2^31', { text: 'a', mediaIds: [2 ** 31] }, 'mediaIds.0'),
  invalid('refuses an id of 2^53', { text: 'a', mediaIds: [2 ** 53] }, 'mediaIds.0'),
  invalid('refuses a number beyond all', '{"text":"a","mediaIds":[1e400]}', 'mediaIds.0'),
  invalid('refuses eleven pictures', { text: 'a', mediaIds: Array(11).fill(1) }, 'mediaIds'),
  invalid('refuses one picture twice', { text: 'a', mediaIds: [1, 1] }, 'mediaIds'),
  invalid('refuses a picture that is not there', { text: 'a', mediaIds: [77] }, 'mediaIds.0'),
  invalid('refuses an unknown state', { text: 'a', state: 'deleted' }, 'state'),
  invalid('refuses an unknown field', { text: 'a', textt: 'b' }, 'textt'),
  invalid('refuses an empty post', {}, 'text'),
  invalid('refuses a post of spaces', { text: ' \n ' }, 'text'),
  invalid('refuses NUL', { text: 'a\u0000b' }, 'text'),
  invalid('refuses a control character', { text: 'a\u001bb' }, 'text'),
  invalid('refuses half a surrogate pair', '{"text":"a\\ud800"}', 'text'),
  invalid('refuses 5001 characters', { text: 'a'.repeat(5001) }, 'text'),
  invalid('refuses a very long text', { text: 'a'.repeat(250_000) }, 'text'),
  invalid('refuses a very long text of escapes', { text: '\\"'.repeat(60_000) }, 'text'),
  invalid('takes __proto__ as any unknown key', '{"__proto__":{"text":"a"}}', '__proto__'),
  invalid('takes constructor as any unknown key', { text: 'a', constructor: {} }, 'constructor'),
]);

refusals('a body with many problems', [
  {
    name: 'names every wrong field at once',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 1, mediaIds: [1, 'a', 0], state: 'gone', more: true }],
    expect: [
      422,
      {
        fields: [
          { field: 'more', message: 'is unknown' },
          { field: 'text', message: 'must be string' },
          { field: 'mediaIds.1', message: 'must be integer' },
          { field: 'mediaIds.2', message: 'must be >= 1' },
          { field: 'state', message: 'must be one of draft, published' },
        ],
      },
    ],
  },
  {
    name: 'names the wrong parts of the request together',
    as: 'alice',
    send: ['PATCH', '/v2/posts/0', { text: 1 }],
    expect: [422, { detail: 'id must be >= 1.', fields: [{ field: 'id' }, { field: 'text' }] }],
  },
  {
    name: 'names a wrong Idempotency-Key beside the fields',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 1 }],
    headers: { 'idempotency-key': 'a b' },
    expect: [422, { fields: [{ field: 'text' }, { field: 'idempotency-key' }] }],
  },
  {
    name: 'lists twenty problems at most',
    as: 'alice',
    send: ['POST', '/v2/posts', { mediaIds: Array(50).fill('a') }],
    expect: [
      422,
      { fields: Array.from({ length: 20 }, () => ({ field: expect.stringMatching(/^mediaIds/) })) },
    ],
  },
  {
    name: 'lists the first problem alone of a body that is full of them',
    as: 'alice',
    send: ['POST', '/v2/posts', { mediaIds: Array(60_000).fill('a'), more: true }],
    expect: [422, { fields: [{ field: 'more' }] }],
  },
]);

refusals('a body of another kind', [
  {
    name: 'refuses what is larger than 256 kB',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'a'.repeat(300_000) }],
    expect: [413, { code: 'too_large' }],
    after: expectNoTraces,
  },
  ...['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'].map(
    (type): Scenario => ({
      name: `refuses ${type}`,
      as: 'alice',
      send: ['POST', '/v2/posts', 'text=a'],
      headers: { 'content-type': type },
      expect: [415, { code: 'unsupported' }],
      after: expectNoTraces,
    }),
  ),
  {
    name: 'refuses a form where JSON is expected',
    as: 'alice',
    send: ['POST', '/v2/posts', '--x--'],
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    expect: [422, { code: 'invalid', fields: [{ field: 'body' }] }],
  },
]);

refusals('sign-up', [
  ...(
    [
      ['no username', { password: 'a-long-walk-home' }, 'username'],
      ['a username with a slash', { username: 'a/b', password: 'a-long-walk-home' }, 'username'],
      ['a username with NUL', { username: 'a\u0000', password: 'a-long-walk-home' }, 'username'],
      ['a username in Cyrillic', { username: 'аlice', password: 'a-long-walk-home' }, 'username'],
      ['a reserved username', { username: 'me', password: 'a-long-walk-home' }, 'username'],
      ['a password as a number', { username: 'bob', password: 1234567890 }, 'password'],
      ['a password with NUL', { username: 'bob', password: 'a-long\u0000walk' }, 'password'],
      [
        'an e-mail without a domain',
        { username: 'bob', password: 'a-long-walk-home', email: 'bob@' },
        'email',
      ],
      [
        'an e-mail with a line break',
        { username: 'bob', password: 'a-long-walk-home', email: 'bob@example.com\r\nBcc: a@b.c' },
        'email',
      ],
      [
        'a display name of 250,000 characters',
        { username: 'bob', password: 'a-long-walk-home', displayName: 'a'.repeat(250_000) },
        'displayName',
      ],
      [
        'a blank display name',
        { username: 'bob', password: 'a-long-walk-home', displayName: ' ' },
        'displayName',
      ],
      [
        'a display name that nobody sees',
        { username: 'bob', password: 'a-long-walk-home', displayName: '\u200b\u2060' },
        'displayName',
      ],
    ] as const
  ).map(
    ([what, body, field]): Scenario => ({
      name: `refuses ${what}`,
      send: ['POST', '/v2/accounts', body],
      expect: [422, { code: 'invalid', fields: [{ field }] }],
    }),
  ),
  {
    name: 'names every field that is wrong',
    send: ['POST', '/v2/accounts', { username: 'a/b', password: 'short', displayName: ' ' }],
    expect: [
      422,
      { fields: [{ field: 'username' }, { field: 'password' }, { field: 'displayName' }] },
    ],
  },
  {
    name: 'lets nobody gain anything by being called __proto__',
    send: ['POST', '/v2/accounts', { username: '__proto__', password: 'a-long-walk-home' }],
    expect: [201, { username: '__proto__', role: 'user', postCount: 0 }],
  },
]);

refusals('an Idempotency-Key', [
  {
    name: 'is refused when it has spaces',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'a' }],
    headers: { 'idempotency-key': 'a b' },
    expect: [422, { fields: [{ field: 'idempotency-key' }] }],
    after: expectNoTraces,
  },
  {
    name: 'is refused when it is too long',
    as: 'alice',
    send: ['POST', '/v2/posts', { text: 'a' }],
    headers: { 'idempotency-key': 'k'.repeat(65) },
    expect: [422, { fields: [{ field: 'idempotency-key' }] }],
    after: expectNoTraces,
  },
]);
