// Examples of the OpenAPI document, in the shape of admin-wire.ts; a test checks each against its schema.

export const adminAccount = {
  id: 1,
  username: 'alice',
  displayName: 'Alice',
  email: 'alice@example.com',
  emailVerified: true,
  phone: null,
  phoneVerified: false,
  role: 'user',
  hasPassword: true,
  createdAt: '2026-06-01T12:00:00.000Z',
  lastLoginAt: '2026-06-01T12:00:00.000Z',
  disabledAt: null,
};

export const auditEntry = {
  id: 312274944001234,
  action: 'account.role-changed',
  accountId: 2,
  actorId: 1,
  address: '127.0.0.1',
  details: { from: 'user', to: 'moderator' },
  createdAt: '2026-06-01T12:00:00.000Z',
};

export const securityEvent = {
  action: 'session.opened',
  by: 'you',
  address: '127.0.0.1',
  createdAt: '2026-06-01T12:00:00.000Z',
};
