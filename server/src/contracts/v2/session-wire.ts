import { type Static, Type } from 'typebox';
import type { SessionTokens, SessionView } from '../../domain/sessions/session.ts';
import { longId, ref, time } from './fields.ts';

export const sampleTokens = {
  accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  tokenType: 'Bearer',
  expiresIn: 900,
  refreshToken: '1.0.5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  sessionId: 1,
};

const sampleSession = {
  id: 1,
  device: 'curl/8.5.0',
  address: '127.0.0.1',
  createdAt: '2026-06-01T12:00:00.000Z',
  lastUsedAt: '2026-06-01T12:00:00.000Z',
  expiresAt: '2026-07-01T12:00:00.000Z',
  isCurrent: true,
};

export const TokensSchema = Type.Object(
  {
    accessToken: Type.String({ description: 'Goes into `Authorization: Bearer …`.' }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
    refreshToken: Type.String({ description: 'Buys the next pair, once.' }),
    sessionId: longId('Number of the session behind the tokens.'),
  },
  {
    $id: 'Tokens',
    description: 'What a login or a refresh hands out.',
    examples: [sampleTokens],
  },
);

export const SessionSchema = Type.Object(
  {
    id: longId('Number of the session.'),
    device: Type.String({ description: 'What the client said it is.' }),
    address: Type.String(),
    createdAt: time('When somebody signed in.'),
    lastUsedAt: time('When it was refreshed last.'),
    expiresAt: time('When it ends unless it is refreshed.'),
    isCurrent: Type.Boolean({ description: 'Whether this request belongs to it.' }),
  },
  {
    $id: 'Session',
    description: 'A place where the account is signed in.',
    examples: [sampleSession],
  },
);

export const SessionListSchema = Type.Object(
  { items: Type.Array(ref(SessionSchema)) },
  {
    $id: 'SessionList',
    description: 'Every place where the account is signed in.',
    examples: [{ items: [sampleSession] }],
  },
);

/** What the OpenAPI document names of sessions. */
export const sessionSchemas = [TokensSchema, SessionSchema, SessionListSchema];

export function presentTokens(of: SessionTokens): Static<typeof TokensSchema> {
  return {
    accessToken: of.accessToken,
    tokenType: 'Bearer',
    expiresIn: of.accessTokenSeconds,
    refreshToken: of.refreshToken,
    sessionId: of.sessionId,
  };
}

export function presentSession(of: SessionView): Static<typeof SessionSchema> {
  return of;
}
