import { type Static, type TSchema, Type } from 'typebox';
import type { AccountCard, Avatar, OwnAccount, Profile } from '../../domain/accounts/account.ts';
import { languageCodes } from '../../domain/language-code.ts';
import type { Page } from '../../domain/paging.ts';
import { isForAll, type PostView } from '../../domain/posts/post.ts';
import type { SessionTokens, SessionView } from '../../domain/sessions/session.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { imageUrl, MediaSchema, mediaPresenter, mediaSchemas } from './media-wire.ts';
import * as sample from './samples.ts';
import { id, nullable, ref, time } from './schema-parts.ts';
import type { ImageSigner } from './signed-links.ts';

export { id, nullable, ref, text, time } from './schema-parts.ts';

/** The answer of what has nothing to tell. */
export const NoContent = Type.Null({ description: 'Done; there is no body.' });

/** The answer of what follows by mail. */
export const Accepted = Type.Null({ description: 'Under way; there is no body.' });

export const email = Type.String({ format: 'idn-email', maxLength: 254 });

export const newPassword = Type.String({
  maxLength: 1000,
  'x-text': true,
  description: '8 to 128 characters.',
});

/** A password that exists, to be compared. */
export const password = (description: string) =>
  Type.String({ minLength: 1, maxLength: 1000, description });

export const oneTimeToken = (description: string) =>
  Type.String({ minLength: 1, maxLength: 100, description });

/** One that mails are written in. */
export const language = Type.Enum(languageCodes, { description: 'Of the mails that you get.' });

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
    examples: [sample.avatar],
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
    examples: [sample.card],
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
  },
  {
    $id: 'Profile',
    description: 'The page of an account.',
    examples: [{ ...sample.profile, followedByMe: true }],
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
    examples: [sample.me],
  },
);

export const TokensSchema = Type.Object(
  {
    accessToken: Type.String({ description: 'Goes into `Authorization: Bearer …`.' }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.' }),
    refreshToken: Type.String({ description: 'Buys the next pair, once.' }),
    sessionId: id('Number of the session behind the tokens.'),
  },
  {
    $id: 'Tokens',
    description: 'What a login or a refresh hands out.',
    examples: [sample.tokens],
  },
);

export const PhoneAskedSchema = Type.Object(
  {
    phone: Type.String({ description: 'The number as it was understood.' }),
    expiresAt: time('Until when the code is valid.'),
  },
  {
    $id: 'PhoneAsked',
    description: 'A code is on its way to a phone.',
    examples: [{ phone: '+59898765432', expiresAt: '2026-06-01T12:10:00.000Z' }],
  },
);

export const SessionSchema = Type.Object(
  {
    id: id('Number of the session.'),
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
    examples: [sample.session],
  },
);

export const PostSchema = Type.Object(
  {
    id: id('Number of the post.'),
    state: Type.Enum(['draft', 'published']),
    text: Type.String(),
    author: ref(AccountCardSchema),
    media: Type.Array(ref(MediaSchema)),
    likeCount: Type.Integer(),
    likedByMe: Type.Boolean(),
    createdAt: time('When it was written.'),
    updatedAt: time('When it was changed last.'),
    publishedAt: nullable(time('When it was published; null for a draft.')),
  },
  {
    $id: 'Post',
    description: 'A post: text, pictures, or both.',
    examples: [sample.post],
  },
);

const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Stable name of the kind of problem, as a URN.' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable; switch on this.' }),
    detail: Type.String({ description: 'A sentence for people.' }),
    fields: Type.Optional(
      Type.Array(Type.Object({ field: Type.String(), message: Type.String() }), {
        description: 'Which inputs are wrong, and why.',
      }),
    ),
    challenge: Type.Optional(
      Type.Object(
        {
          token: Type.String({ description: 'To be sent with the second factor; works once.' }),
          methods: Type.Array(Type.Enum(['totp', 'recovery-code', 'passkey'])),
          expiresAt: Type.String({ format: 'date-time' }),
        },
        { description: 'With `second_factor_required` alone: how to go on.' },
      ),
    ),
  },
  {
    $id: 'Problem',
    description: 'RFC 9457 problem details.',
    examples: [sample.problem],
  },
);

export const SessionListSchema = Type.Object(
  { items: Type.Array(ref(SessionSchema)) },
  {
    $id: 'SessionList',
    description: 'Every place where the account is signed in.',
    examples: [{ items: [sample.session] }],
  },
);

/** A page of a list. */
export function pageSchema<T extends TSchema & { $id?: string; examples?: unknown }>(item: T) {
  return Type.Object(
    {
      items: Type.Array(ref(item)),
      nextCursor: nullable(
        Type.String({ description: 'For `cursor` of the next page; null on the last.' }),
      ),
    },
    {
      $id: `${item.$id}Page`,
      description: 'A page of a list; `Link: rel="next"` says the same.',
      examples: [{ items: item.examples, nextCursor: '7f3k2m9q0x' }],
    },
  );
}

export const PostPageSchema = pageSchema(PostSchema);
export const AccountPageSchema = pageSchema(AccountCardSchema);

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    cursor: Type.Optional(
      Type.String({ maxLength: 64, description: '`nextCursor` of the page before.' }),
    ),
  },
  { additionalProperties: false },
);

/** All that the OpenAPI document names. */
export const sharedSchemas = [
  AvatarSchema,
  AccountCardSchema,
  ProfileSchema,
  MeSchema,
  TokensSchema,
  SessionSchema,
  SessionListSchema,
  PhoneAskedSchema,
  ...mediaSchemas,
  PostSchema,
  ProblemSchema,
  PostPageSchema,
  AccountPageSchema,
];

/** Turns what the domain returns into what `/v2` says. Only what shows posts that are not for all signs addresses. */
export function presenter(publicUrl: string, sign: ImageSigner | null = null) {
  const addressOf = imageUrl(publicUrl);
  const media = mediaPresenter(publicUrl, sign);

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

  /** Field by field: a copy of all but one takes far longer. */
  function post(of: PostView, viewer: Viewer | null): Static<typeof PostSchema> {
    const privateTo = isForAll(of) ? null : viewer;
    return {
      id: of.id,
      state: of.state,
      text: of.text,
      author: card(of.author),
      media: of.media.map((picture) => media(picture, privateTo)),
      likeCount: of.likeCount,
      likedByMe: of.likedByMe,
      createdAt: of.createdAt,
      updatedAt: of.updatedAt,
      publishedAt: of.publishedAt,
    };
  }

  function tokens(of: SessionTokens): Static<typeof TokensSchema> {
    return {
      accessToken: of.accessToken,
      tokenType: 'Bearer',
      expiresIn: of.accessTokenSeconds,
      refreshToken: of.refreshToken,
      sessionId: of.sessionId,
    };
  }

  function session(of: SessionView): Static<typeof SessionSchema> {
    return of;
  }

  function posts(page: Page<PostView>, viewer: Viewer | null): Static<typeof PostPageSchema> {
    return { items: page.items.map((it) => post(it, viewer)), nextCursor: page.nextCursor };
  }

  function cards(page: Page<AccountCard>): Static<typeof AccountPageSchema> {
    return { items: page.items.map(card), nextCursor: page.nextCursor };
  }

  return { card, profile, me, media, post, tokens, session, posts, cards };
}
