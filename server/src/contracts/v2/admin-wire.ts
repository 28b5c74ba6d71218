import { type Static, Type } from 'typebox';
import type { AccountRecord } from '../../domain/administration/account-admin.ts';
import type { AuditEntryView, OwnAuditEntry } from '../../domain/audit/audit-service.ts';
import type { Page } from '../../domain/paging.ts';
import { id, nullable, pageSchema, time } from './fields.ts';

const sampleAdminAccount = {
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

const sampleAuditEntry = {
  id: 312274944001234,
  action: 'account.role-changed',
  accountId: 2,
  actorId: 1,
  address: '127.0.0.1',
  details: { from: 'user', to: 'moderator' },
  createdAt: '2026-06-01T12:00:00.000Z',
};

const sampleSecurityEvent = {
  action: 'session.opened',
  by: 'you',
  address: '127.0.0.1',
  createdAt: '2026-06-01T12:00:00.000Z',
};

export const RoleSchema = Type.Enum(['user', 'moderator', 'admin']);

export const AdminAccountSchema = Type.Object(
  {
    id: id('Number of the account.'),
    username: Type.String(),
    displayName: Type.String(),
    email: nullable(Type.String()),
    emailVerified: Type.Boolean(),
    phone: nullable(Type.String()),
    phoneVerified: Type.Boolean(),
    role: RoleSchema,
    hasPassword: Type.Boolean({ description: 'False after a forced reset, until one is chosen.' }),
    createdAt: time('When the account was made.'),
    lastLoginAt: nullable(time('When somebody signed in last.')),
    disabledAt: nullable(time('Since when nobody gets in; null while the account is active.')),
  },
  {
    $id: 'AdminAccount',
    description: 'An account as moderators and admins see it.',
    examples: [sampleAdminAccount],
  },
);

const AuditEntrySchema = Type.Object(
  {
    id: Type.Integer({ description: 'Number of the entry; a later one is higher.' }),
    action: Type.String({ description: 'What happened.' }),
    accountId: nullable(id('Whom it happened to; the account may be gone.')),
    actorId: nullable(id('Who did it; null for strangers and for the command line.')),
    address: Type.String({ description: 'Where it was asked for.' }),
    details: Type.Object(
      {},
      {
        additionalProperties: Type.Unsafe<string | number | boolean | null>({
          type: ['string', 'number', 'boolean', 'null'],
        }),
        description: 'More, by kind of action.',
      },
    ),
    createdAt: time('When it happened.'),
  },
  {
    $id: 'AuditEntry',
    description: 'Something that concerns who may get in.',
    examples: [sampleAuditEntry],
  },
);

const SecurityEventSchema = Type.Object(
  {
    action: Type.String({ description: 'What happened.' }),
    by: Type.Enum(['you', 'staff', 'unknown'], {
      description: '`unknown`: somebody who was not signed in.',
    }),
    address: nullable(Type.String({ description: 'Null for what the staff did.' })),
    createdAt: time('When it happened.'),
  },
  {
    $id: 'SecurityEvent',
    description: 'Something that happened to the security of your account.',
    examples: [sampleSecurityEvent],
  },
);

export const AdminAccountPageSchema = pageSchema(AdminAccountSchema);
export const AuditEntryPageSchema = pageSchema(AuditEntrySchema);
export const SecurityEventPageSchema = pageSchema(SecurityEventSchema);

export const adminSchemas = [
  AdminAccountSchema,
  AdminAccountPageSchema,
  AuditEntrySchema,
  AuditEntryPageSchema,
  SecurityEventSchema,
  SecurityEventPageSchema,
];

export function presentRecords(page: Page<AccountRecord>): Static<typeof AdminAccountPageSchema> {
  return page;
}

export function presentRecord(of: AccountRecord): Static<typeof AdminAccountSchema> {
  return of;
}

export function presentEntries(page: Page<AuditEntryView>): Static<typeof AuditEntryPageSchema> {
  return page;
}

export function presentOwnEntries(
  page: Page<OwnAuditEntry>,
): Static<typeof SecurityEventPageSchema> {
  return page;
}
