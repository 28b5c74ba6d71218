import { type Static, Type } from 'typebox';
import type { AccountCard, Avatar, OwnAccount, Profile } from '../../domain/accounts/account.ts';
import type { Page } from '../../domain/paging.ts';
import { id, nullable, pageSchema, ref, text, time } from './fields.ts';
import { imageUrl, sampleImage } from './media-wire.ts';

const sampleAvatar = {
  small: `${sampleImage}/small`,
  medium: `${sampleImage}/medium`,
  large: `${sampleImage}/large`,
  blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
};

export const sampleCard = { id: 1, username: 'alice', displayName: 'Alice', avatar: null };

const sampleProfile = {
  id: 1,
  username: 'alice',
  displayName: 'Alice',
  avatar: null,
  bio: 'Light and shadow.',
  postCount: 2,
  followerCount: 1,
  followingCount: 1,
  createdAt: '2026-06-01T12:00:00.000Z',
};

const sampleMe = {
  ...sampleProfile,
  email: 'alice@example.com',
  emailVerified: false,
  language: 'en',
  phone: null,
  phoneVerified: false,
  hasPassword: true,
  role: 'user',
  mediaBytes: 0,
};

export const displayName = text({
  minLength: 1,
  maxLength: 50,
  description: 'Need not be unique.',
});

export const username = Type.String({
  maxLength: 100,
  description: '1 to 30 of A-Z a-z 0-9 _ . -',
});

export const UsernameParams = Type.Object({ username: Type.String({ maxLength: 100 }) });

const AvatarSchema = Type.Object(
  {
    small: Type.String({ description: '320 px on the long side; more for a long picture.' }),
    medium: Type.String({ description: '640 px on the long side.' }),
    large: Type.String({ description: '1280 px on the long side.' }),
    blurhash: nullable(Type.String()),
  },
  {
    $id: 'Avatar',
    description: 'Addresses of a profile picture.',
    examples: [sampleAvatar],
  },
);

export const AccountCardSchema = Type.Object(
  {
    id: id('Number of the account.'),
    username: Type.String(),
    displayName: Type.String(),
    avatar: nullable(ref(AvatarSchema)),
  },
  {
    $id: 'AccountCard',
    description: 'An account beside a post or in a list.',
    examples: [sampleCard],
  },
);

const publicFields = {
  ...AccountCardSchema.properties,
  bio: Type.String(),
  postCount: Type.Integer(),
  followerCount: Type.Integer(),
  followingCount: Type.Integer(),
  createdAt: time('When the account was made.'),
};

export const ProfileSchema = Type.Object(
  {
    ...publicFields,
    followedByMe: nullable(Type.Boolean({ description: 'Null for oneself and for strangers.' })),
    blockedByMe: nullable(Type.Boolean({ description: 'Null for oneself and for strangers.' })),
  },
  {
    $id: 'Profile',
    description: 'The page of an account.',
    examples: [{ ...sampleProfile, followedByMe: true, blockedByMe: false }],
  },
);

export const MeSchema = Type.Object(
  {
    ...publicFields,
    email: nullable(Type.String()),
    emailVerified: Type.Boolean(),
    language: Type.String({ description: 'Of the mails that the account gets.' }),
    phone: nullable(Type.String({ description: 'With its country code: `+59898765432`.' })),
    phoneVerified: Type.Boolean(),
    hasPassword: Type.Boolean({ description: 'False when a provider is the only way in.' }),
    role: Type.Enum(['user', 'moderator', 'admin']),
    mediaBytes: Type.Integer({ description: 'Bytes that count against the quota.' }),
  },
  {
    $id: 'Me',
    description: 'An account as its owner sees it.',
    examples: [sampleMe],
  },
);

export const AccountPageSchema = pageSchema(AccountCardSchema);

/** What the OpenAPI document names of accounts. */
export const accountSchemas = [
  AvatarSchema,
  AccountCardSchema,
  ProfileSchema,
  MeSchema,
  AccountPageSchema,
];

/** Turns accounts of the domain into what `/v2` says. */
export function accountPresenter(publicUrl: string) {
  const addressOf = imageUrl(publicUrl);

  function avatar(of: Avatar | null): Static<typeof AvatarSchema> | null {
    if (!of) return null;
    return {
      small: addressOf(of.publicKey, 'small'),
      medium: addressOf(of.publicKey, 'medium'),
      large: addressOf(of.publicKey, 'large'),
      blurhash: of.blurhash,
    };
  }

  function card(of: AccountCard): Static<typeof AccountCardSchema> {
    const { id, username, displayName } = of;
    return { id, username, displayName, avatar: avatar(of.avatar) };
  }

  function profile(of: Profile): Static<typeof ProfileSchema> {
    return { ...of, avatar: avatar(of.avatar) };
  }

  function me({ emailVerifiedAt, phoneVerifiedAt, ...of }: OwnAccount): Static<typeof MeSchema> {
    const proved = {
      emailVerified: emailVerifiedAt !== null,
      phoneVerified: phoneVerifiedAt !== null,
    };
    return { ...of, ...proved, avatar: avatar(of.avatar) };
  }

  function cards(page: Page<AccountCard>): Static<typeof AccountPageSchema> {
    return { items: page.items.map(card), nextCursor: page.nextCursor };
  }

  return { card, profile, me, cards };
}
