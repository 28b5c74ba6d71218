import { expect } from 'vitest';
import { olderScenarios } from '../../support/older-contracts.ts';
import { passwords } from '../../support/server.ts';
import { people } from './given.ts';

const json = { 'content-type': 'application/json' };
const failed = (message: string) => ({ message, status: 'error' });
const token = expect.any(String);

olderScenarios({
  contract: 'base-api',
  people,
  rows: [
    {
      name: 'answers ping',
      send: ['GET', '/v1/ping'],
      expect: [200, { status: 'success', message: 'pong!' }],
      expectHeaders: { ...json, 'access-control-allow-origin': '*' },
    },
    {
      name: 'registers, and signs in at once',
      send: ['POST', '/v1/auth/register', { username: 'alice', email: 'a@a.com', password: 'x' }],
      expect: [
        201,
        {
          status: 'success',
          message: 'Successfully registered.',
          auth_token: token,
          username: 'alice',
        },
      ],
      expectHeaders: json,
    },
    {
      name: 'signs in',
      send: ['POST', '/v1/auth/login', { email: 'Bob@example.com', password: passwords.bob }],
      expect: [200, { message: 'Successfully logged in.', auth_token: token, username: 'bob' }],
    },
    {
      name: 'shows one’s own account',
      token: '{alice}',
      send: ['GET', '/v1/auth/status'],
      expect: [
        200,
        { status: 'success', data: { email: 'alice@example.com', email_validation_date: null } },
      ],
    },
    {
      name: 'asks for a token',
      send: ['GET', '/v1/auth/status'],
      expect: [401, failed('Not authorized.')],
    },
  ],
});
