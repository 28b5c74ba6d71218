// Made from the OpenAPI document by `npm run generate`. Changes here are overwritten.

/** Addresses of a profile picture. */
export type Avatar = {
  /** 320 px on the long side; more for a long picture. */
  small: string;
  /** 640 px on the long side. */
  medium: string;
  /** 1280 px on the long side. */
  large: string;
  blurhash: string | null;
};

/** An account beside a post or in a list. */
export type AccountCard = {
  /** Number of the account. */
  id: number;
  username: string;
  displayName: string;
  avatar: null | Avatar;
};

/** The page of an account. */
export type Profile = {
  /** Number of the account. */
  id: number;
  username: string;
  displayName: string;
  avatar: null | Avatar;
  bio: string;
  postCount: number;
  followerCount: number;
  followingCount: number;
  /** When the account was made. */
  createdAt: string;
  /** Null for oneself and for strangers. */
  followedByMe: boolean | null;
  /** Null for oneself and for strangers. */
  blockedByMe: boolean | null;
};

/** An account as its owner sees it. */
export type Me = {
  /** Number of the account. */
  id: number;
  username: string;
  displayName: string;
  avatar: null | Avatar;
  bio: string;
  postCount: number;
  followerCount: number;
  followingCount: number;
  /** When the account was made. */
  createdAt: string;
  email: string | null;
  emailVerified: boolean;
  /** Of the mails that the account gets. */
  language: string;
  /** With its country code: `+59898765432`. */
  phone: string | null;
  phoneVerified: boolean;
  /** False when a provider is the only way in. */
  hasPassword: boolean;
  role: 'user' | 'moderator' | 'admin';
  /** Bytes that count against the quota. */
  mediaBytes: number;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type AccountCardPage = {
  items: Array<AccountCard>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** What a login or a refresh hands out. */
export type Tokens = {
  /** Goes into `Authorization: Bearer …`. */
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  expiresIn: number;
  /** Buys the next pair, once. */
  refreshToken: string;
  /** Number of the session behind the tokens. */
  sessionId: number;
};

/** A place where the account is signed in. */
export type Session = {
  /** Number of the session. */
  id: number;
  /** What the client said it is. */
  device: string;
  address: string;
  /** When somebody signed in. */
  createdAt: string;
  /** When it was refreshed last. */
  lastUsedAt: string;
  /** When it ends unless it is refreshed. */
  expiresAt: string;
  /** Whether this request belongs to it. */
  isCurrent: boolean;
};

/** Every place where the account is signed in. */
export type SessionList = {
  items: Array<Session>;
};

/** A code is on its way to a phone. */
export type PhoneAsked = {
  /** The number as it was understood. */
  phone: string;
  /** Until when the code is valid. */
  expiresAt: string;
};

/** One size of a picture, without metadata. */
export type Image = {
  /** `animated` moves; only pictures with `isAnimated` have it. `original` is for downloads: upright and in full size, up to 50 megapixels. */
  size: 'small' | 'medium' | 'large' | 'animated' | 'original';
  /** Absolute address of this size. While the picture is not for all to see, it is signed for you and for some minutes, and ends with your session: it needs no token, so it works in `<img>`. */
  url: string;
  width: number;
  height: number;
  contentType: string;
  bytes: number;
};

/** What took a photo, as the file says: plain text of at most 64 characters each. */
export type Camera = {
  make: string | null;
  model: string | null;
};

/** Where a photo was taken, in degrees. Kept only if the uploader asked for it, and shown to everyone who may see the picture. */
export type Location = {
  latitude: number;
  longitude: number;
};

/** A picture. */
export type Media = {
  /** Number of the picture, for `mediaIds`. */
  id: number;
  state: 'processing' | 'ready' | 'failed';
  /** What the picture shows, for those who do not see it. */
  alt: string;
  /** Of the original, upright. */
  width: number;
  /** Of the original, upright. */
  height: number;
  /** To paint while the picture loads. */
  blurhash: string | null;
  camera: null | Camera;
  /** When the photo was taken, by the clock of the camera: ISO 8601, with the distance from UTC only if the camera told it. */
  takenAt: string | null;
  location: null | Location;
  /** Whether it has a size that moves, `animated`. */
  isAnimated: boolean;
  /** Smallest first, `original` last; empty while processing. Pictures uploaded to older versions of the server have no `original`. */
  images: Array<Image>;
};

/** A post: text, pictures, or both. */
export type Post = {
  /** Number of the post. */
  id: number;
  state: 'draft' | 'published';
  text: string;
  author: AccountCard;
  media: Array<Media>;
  /** The post that it replies to, which may be deleted since. */
  replyToId: number | null;
  /** The post that began the conversation; null when it replies to none. */
  rootId: number | null;
  /** How many posts reply to this one directly. */
  replyCount: number;
  likeCount: number;
  likedByMe: boolean;
  /** When it was written. */
  createdAt: string;
  /** When it was changed last. */
  updatedAt: string;
  /** When it was published; null for a draft. */
  publishedAt: string | null;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type PostPage = {
  items: Array<Post>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** A page of a conversation, seen from one of its posts. */
export type Thread = {
  /** What the post replies to, and so on: at most 100, the beginning of the conversation first. Each page has them. */
  ancestors: Array<Post>;
  /** What was written below the post, the oldest first. */
  items: Array<Post>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** A report as the one who made it sees it. */
export type OwnReport = {
  /** Number of the report. */
  id: number;
  /** What is wrong. */
  category: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self-harm' | 'illegal' | 'other';
  /** When it was made. */
  createdAt: string;
};

/** A report as moderators see it. `reporter` is null when their account is gone. */
export type Report = {
  /** Number of the report. */
  id: number;
  state: 'open' | 'resolved';
  /** What is wrong. */
  category: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self-harm' | 'illegal' | 'other';
  comment: string;
  reporter: {
    /** Number of the account. */
    id: number;
    username: string;
  } | null;
  target: {
    /** Number of the account. */
    id: number;
    username: string;
  };
  posts: Array<{
    /** Number of the post. */
    id: number;
    /** As it was when it was reported. */
    text: string;
    /** False when it is deleted since. */
    isPublished: boolean;
  }>;
  action: null | 'none' | 'remove-posts';
  /** What a moderator wrote about it. */
  note: string | null;
  /** When it was made. */
  createdAt: string;
  /** When a moderator closed it. */
  resolvedAt: string | null;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type ReportPage = {
  items: Array<Report>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** What was found, the likeliest first. */
export type SearchResult = {
  accounts: Array<AccountCard>;
};

/** RFC 9457 problem details. */
export type Problem = {
  /** Stable name of the kind of problem, as a URN. */
  type: string;
  title: string;
  status: number;
  /** Stable; switch on this. */
  code: string;
  /** A sentence for people. */
  detail: string;
  /** Which inputs are wrong, and why. */
  fields?: Array<{
    field: string;
    message: string;
  }>;
  /** With `second_factor_required` alone: how to go on. */
  challenge?: {
    /** To be sent with the second factor; works once. */
    token: string;
    methods: Array<'totp' | 'recovery-code' | 'passkey'>;
    expiresAt: string;
  };
  /** As in the header `X-Request-Id`; the server’s log has it too. */
  requestId: string;
};

/** An account as moderators and admins see it. */
export type AdminAccount = {
  /** Number of the account. */
  id: number;
  username: string;
  displayName: string;
  email: string | null;
  emailVerified: boolean;
  phone: string | null;
  phoneVerified: boolean;
  role: 'user' | 'moderator' | 'admin';
  /** False after a forced reset, until one is chosen. */
  hasPassword: boolean;
  /** When the account was made. */
  createdAt: string;
  /** When somebody signed in last. */
  lastLoginAt: string | null;
  /** Since when nobody gets in; null while the account is active. */
  disabledAt: string | null;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type AdminAccountPage = {
  items: Array<AdminAccount>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** Something that concerns who may get in. */
export type AuditEntry = {
  /** Number of the entry; a later one is higher. */
  id: number;
  /** What happened. */
  action: string;
  /** Whom it happened to; the account may be gone. */
  accountId: number | null;
  /** Who did it; null for strangers and for the command line. */
  actorId: number | null;
  /** Where it was asked for. */
  address: string;
  /** More, by kind of action. */
  details: Record<string, unknown>;
  /** When it happened. */
  createdAt: string;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type AuditEntryPage = {
  items: Array<AuditEntry>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** Something that happened to the security of your account. */
export type SecurityEvent = {
  /** What happened. */
  action: string;
  /** `unknown`: somebody who was not signed in. */
  by: 'you' | 'staff' | 'unknown';
  /** Null for what the staff did. */
  address: string | null;
  /** When it happened. */
  createdAt: string;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type SecurityEventPage = {
  items: Array<SecurityEvent>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** A device that pushes reach. */
export type Device = {
  /** As the app names the device: random, made once per installation. */
  deviceId: string;
  /** `ios`, `android`, `web`, or what an older app called it. */
  type: string;
  /** Whether it is sent pushes: until the session ends that it was registered from. */
  isActive: boolean;
  /** When it came to the account. */
  createdAt: string;
  /** When it was registered last. */
  updatedAt: string;
};

/** Devices of an account, the one heard of last first. */
export type DeviceList = {
  items: Array<Device>;
};

/** What browsers subscribe with. */
export type PushKey = {
  /** For `applicationServerKey`; base64url. */
  publicKey: string;
};

/** Where the live events of an account are, for what cannot send headers. */
export type EventStreamUrl = {
  /** For `new EventSource(url)`. Tell it to nobody. */
  url: string;
  /** Until when it opens a stream; an open one ends then, too. */
  expiresAt: string;
};

/** Accounts that are told of the same events. */
export type Group = {
  /** Number of the group. */
  id: number;
  name: string;
  /** At most 10000. */
  memberCount: number;
  /** When the group was made. */
  createdAt: string;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type GroupPage = {
  items: Array<Group>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** What is said of an event, but for the words that differ. */
export type EventTemplate = {
  /** Number of the event template. */
  id: number;
  name: string;
  /** With its placeholders. */
  text: string;
  /** When the template was made. */
  createdAt: string;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type EventTemplatePage = {
  items: Array<EventTemplate>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** Something that the members of a group are told by push. */
export type GroupEvent = {
  /** Number of the event. */
  id: number;
  /** Number of the group. */
  groupId: number;
  /** Number of its template, which may be gone. */
  templateId: number;
  /** As the members read it. */
  text: string;
  /** Who made it, and is not told; null for the command line. */
  creatorId: number | null;
  /** When the event was made. */
  createdAt: string;
  /** When the push to the last member was set on its way; null until then. */
  pushedAt: string | null;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type GroupEventPage = {
  items: Array<GroupEvent>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** Who may vouch for people. */
export type IdentityProvider = {
  /** For the addresses: `google`. */
  name: string;
  /** What an app that signed somebody in at the provider sends. */
  credential: 'id-token' | 'access-token';
  /** Whether browsers can be sent there from here. */
  canAuthorize: boolean;
};

/** Every provider that this server offers. */
export type IdentityProviderList = {
  items: Array<IdentityProvider>;
};

/** A way into the account through a provider. */
export type Identity = {
  /** Number of the identity. */
  id: number;
  /** Null when the provider is not offered any more. */
  provider: string | null;
  /** What the provider named when it was linked. */
  email: string | null;
  /** When it was linked. */
  createdAt: string;
  /** When it was used last. */
  lastUsedAt: string;
};

/** Every provider that leads into the account. */
export type IdentityList = {
  items: Array<Identity>;
};

/** What signing in through a provider hands out. */
export type SignedIn = {
  /** Goes into `Authorization: Bearer …`. */
  accessToken: string;
  tokenType: 'Bearer';
  /** Seconds until the access token expires. */
  expiresIn: number;
  /** Buys the next pair, once. */
  refreshToken: string;
  /** Number of the session behind the tokens. */
  sessionId: number;
  /** Whether the account was made just now. */
  created: boolean;
};

/** A sign-in at a provider that has begun. */
export type Authorization = {
  /** Where the browser is to be sent. */
  authorizationUrl: string;
  /** Keep it, and take no answer from the browser that carries another. */
  state: string;
  /** When it is too late. */
  expiresAt: string;
};

/** Lets one person sign up. */
export type Invite = {
  /** Number of the invite. */
  id: number;
  /** The only address that it is for. */
  email: string | null;
  /** Number of the account that made it; null for the command line. */
  madeBy: number | null;
  /** When it was made. */
  createdAt: string;
  /** When it ends unless it is used. */
  expiresAt: string;
  /** For `invite` of the sign-up; works once. */
  token: string;
};

/** An invite that nobody has used yet. */
export type PendingInvite = {
  /** Number of the invite. */
  id: number;
  /** The only address that it is for. */
  email: string | null;
  /** Number of the account that made it; null for the command line. */
  madeBy: number | null;
  /** When it was made. */
  createdAt: string;
  /** When it ends unless it is used. */
  expiresAt: string;
};

/** Invites that nobody has used yet, the newest first. */
export type PendingInviteList = {
  items: Array<PendingInvite>;
};

/** A post beside a notification, with its first picture. */
export type NotificationPost = {
  /** Number of the post. */
  id: number;
  /** Its first 200 characters. */
  text: string;
  author: AccountCard;
  picture: null | Media;
};

/** Something that others did. */
export type Notification = {
  /** Stays while more people join. */
  id: string;
  /** All likes of a post are one notification. `replied`: somebody answered a post of yours, or a comment below it. */
  kind: 'followed' | 'liked' | 'mentioned' | 'replied';
  post: null | NotificationPost;
  /** Up to three of those who did it, the latest first. */
  actors: Array<AccountCard>;
  /** How many did it. */
  actorCount: number;
  /** When somebody joined last. */
  createdAt: string;
  isRead: boolean;
  /** Its place in the list, which is also the `id` of its live event. */
  cursor: string;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type NotificationPage = {
  items: Array<Notification>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** How much is unread. */
export type UnreadCount = {
  /** Notifications that were not read yet. */
  count: number;
};

/** Which notifications are pushed. */
export type NotificationSettings = {
  /** Which kinds are pushed to devices. The list has all of them. */
  push: {
    followed: boolean;
    liked: boolean;
    mentioned: boolean;
    replied: boolean;
  };
};

/** What an authenticator app needs; shown this once. */
export type TotpKey = {
  /** For those who type it into their app: base32. */
  secret: string;
  /** To be shown as a QR code. */
  otpauthUri: string;
};

/** Ways in without the authenticator; shown this once. */
export type RecoveryCodes = {
  /** Each works once; to be kept safe. */
  recoveryCodes: Array<string>;
};

/** What protects your account. */
export type Security = {
  hasPassword: boolean;
  /** Whether signing in needs a second factor. */
  hasTotp: boolean;
  recoveryCodesLeft: number;
  /** How many there are. */
  passkeys: number;
  /** How many there are. */
  appPasswords: number;
};

/** A passkey of yours. */
export type Passkey = {
  /** Number in the list. */
  id: number;
  name: string;
  /** When it was made. */
  createdAt: string;
  /** When it was used last; null: never. */
  lastUsedAt: string | null;
};

/** All of yours, the newest first. */
export type PasskeyList = {
  items: Array<Passkey>;
};

/** For `PublicKeyCredential.parseCreationOptionsFromJSON()`, whose result goes into `navigator.credentials.create()`; good for five minutes. */
export type PasskeyCreation = {
  challenge: string;
  rp: Record<string, unknown>;
};

/** For `PublicKeyCredential.parseRequestOptionsFromJSON()`, whose result goes into `navigator.credentials.get()`; good for five minutes. */
export type PasskeyRequest = {
  challenge: string;
  rpId: string;
};

/** A password for one program. */
export type AppPassword = {
  /** Number in the list. */
  id: number;
  name: string;
  /** When it was made. */
  createdAt: string;
  /** When it was used last; null: never. */
  lastUsedAt: string | null;
};

/** All of yours, the newest first. */
export type AppPasswordList = {
  items: Array<AppPassword>;
};

/** A password for one program, just made. */
export type NewAppPassword = {
  /** Number in the list. */
  id: number;
  name: string;
  /** When it was made. */
  createdAt: string;
  /** When it was used last; null: never. */
  lastUsedAt: string | null;
  /** Shown this once. */
  password: string;
};

/** What each operation takes and answers, by its `operationId`. */
export type Operations = {
  /** Make an account. With an e-mail, a mail is sent that confirms it. */
  signUp: {
    body: {
      /** 1 to 30 of A-Z a-z 0-9 _ . - */
      username: string;
      /** 8 to 128 characters. */
      password: string;
      email?: string;
      /** Need not be unique. */
      displayName?: string;
      /** Of the mails that you get. */
      language?: 'en' | 'es';
      /** Of a moderator; needed where sign-ups are closed. */
      invite?: string;
    };
    answer: Me;
  };
  /** Read your own account. */
  readMe: {
    answer: Me;
  };
  /** Change what others see of you. */
  updateMe: {
    body: {
      /** Need not be unique. */
      displayName?: string;
      /** A few words about oneself. */
      bio?: string;
      /** Of the mails that you get. */
      language?: 'en' | 'es';
    };
    answer: Me;
  };
  /** Close your account. Asks for a proof that the account is yours. Ends all sessions at once; posts, pictures, likes and follows are removed in the background. The last admin cannot go (`conflict`). */
  closeMe: {
    body: {
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: undefined;
  };
  /** Who got into your account or tried to, the latest first. */
  listSecurityEvents: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: SecurityEventPage;
  };
  /** Read the page of an account. */
  readProfile: {
    path: {
      username: string;
    };
    answer: Profile;
  };
  /** Follow an account. Doing it twice changes nothing. */
  follow: {
    path: {
      username: string;
    };
    answer: Profile;
  };
  /** Stop following an account. Doing it twice changes nothing. */
  unfollow: {
    path: {
      username: string;
    };
    answer: Profile;
  };
  /** Who follows an account, the latest first. */
  listFollowers: {
    path: {
      username: string;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AccountCardPage;
  };
  /** Whom an account follows, the latest first. */
  listFollowing: {
    path: {
      username: string;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AccountCardPage;
  };
  /** Change your e-mail address. Sends a mail to the new address; the account keeps the old one until that is confirmed. The old one is told, if it was confirmed. The answer does not tell whether somebody else has the address: the mail does, to its owner. The link ends with the session that asked for it, and with any change of the password or of the second factor. */
  changeEmail: {
    body: {
      email: string;
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: undefined;
  };
  /** Have the mail sent again that confirms your address. The one before works no more. */
  sendEmailVerification: {
    answer: undefined;
  };
  /** Confirm an e-mail address. By the `token` of the link, which needs no session, or signed in by the `code`, which works for ten minutes and five tries. */
  confirmEmail: {
    body: {
      /** Of the link in the mail. */
      token?: string;
      /** The code from the mail. Sign in to use it. */
      code?: string;
    };
    answer: undefined;
  };
  /** Change your password. Ends your other sessions. An account that has no password yet gets its first one within ten minutes after signing in. */
  changePassword: {
    body: {
      /** Left out by an account that has none. */
      oldPassword?: string;
      /** 8 to 128 characters. */
      newPassword: string;
    };
    answer: undefined;
  };
  /** Have a mail sent that lets you choose a new password. Answers the same whether anybody has the address or not. */
  askPasswordRecovery: {
    body: {
      email: string;
    };
    answer: undefined;
  };
  /** Choose a new password by the link of a mail. The token works once, for half an hour. All sessions end, and the e-mail counts as confirmed. */
  recoverPassword: {
    body: {
      /** Of the link in the mail. */
      token: string;
      /** 8 to 128 characters. */
      password: string;
      /** True: removes the linked providers and the passkeys that were added since the address was last confirmed by a mail. Where it never was, all of them go anyway. */
      removeNewLogins?: boolean;
    };
    answer: undefined;
  };
  /** Invite somebody, as a moderator or admin. The token makes one account, by `invite` of the sign-up, within seven days and although sign-ups are closed. With an `email`, only for that address. It is shown once, and sent to nobody. It ends when you lose the right to invite. At most a hundred of yours wait at a time (`conflict`). */
  createInvite: {
    body: {
      email?: string;
    };
    answer: Invite;
  };
  /** Invites that nobody has used yet, the newest first. Moderators see their own, admins those of everybody, at most a thousand. */
  listInvites: {
    answer: PendingInviteList;
  };
  /** Revoke an invite that nobody has used yet. Moderators revoke their own, admins those of everybody. */
  revokeInvite: {
    path: {
      /** Number of the invite. */
      id: number;
    };
    answer: undefined;
  };
  /** Sign in. An account with a second factor answers `second_factor_required` with a challenge, for `POST /v2/sessions/second-factor`. An app password stands in place of the password, and needs none. */
  logIn: {
    body: {
      /** Username or e-mail. */
      login: string;
      password: string;
    };
    answer: Tokens;
  };
  /** Where you are signed in. */
  listSessions: {
    answer: SessionList;
  };
  /** Exchange a refresh token for the next pair. A refresh token works once. Sent again before the pair that it gave is used, or within ten seconds, it gives the same refresh token again; later it ends the session. */
  refresh: {
    body: {
      refreshToken: string;
    };
    answer: Tokens;
  };
  /** Sign out, here (`current`) or elsewhere. Effective at the next request, in every process. */
  endSession: {
    path: {
      id: number | 'current';
    };
    answer: undefined;
  };
  /** Have a code sent to your phone. Six digits by text message, in place of any sent before. Whether another account has the number shows at confirmation alone. */
  askForPhoneCode: {
    body: {
      /** With its country code; spaces, dashes and brackets do not matter. */
      phone: string;
    };
    answer: PhoneAsked;
  };
  /** Remove your number. */
  removePhone: {
    answer: undefined;
  };
  /** Confirm your number by the code. A code can be tried five times and works once. */
  confirmPhone: {
    body: {
      /** The six digits of the message. */
      code: string;
    };
    answer: Me;
  };
  /** Whom this server lets vouch for people. */
  listIdentityProviders: {
    answer: IdentityProviderList;
  };
  /** Sign in, or up, with what an app got from the provider. An account is joined by its e-mail only when the provider and this server both know it to be verified; otherwise sign in and link the provider. */
  signInWithProvider: {
    path: {
      name: string;
    };
    body: {
      /** Of an OpenID Connect provider. */
      idToken?: string;
      /** Of Facebook. */
      accessToken?: string;
      /** What the app had put into the ID token; it must be there. */
      nonce?: string;
    };
    answer: SignedIn;
  };
  /** Begin a sign-in at the provider, in a browser. The browser comes back with `state` and `code`. Compare `state` with the one you kept, then confirm. */
  authorizeWithProvider: {
    path: {
      name: string;
    };
    body: {
      /** Where the browser comes back to: one that the operator has allowed. */
      redirectUri: string;
      /** True: for `POST /v2/me/identities`; this needs an access token. */
      link?: boolean;
    };
    answer: Authorization;
  };
  /** Sign in, or up, with what the browser brought back. Works once. If it fails, start the sign-in again. */
  confirmAuthorization: {
    path: {
      name: string;
    };
    body: {
      /** As it was given out. */
      state: string;
      /** From the provider. */
      code: string;
      /** From the provider, if it sent it. */
      iss?: string;
    };
    answer: SignedIn;
  };
  /** Which providers lead into your account. */
  listIdentities: {
    answer: IdentityList;
  };
  /** Link a provider to your account. By `idToken` or `accessToken`, or by `state` and `code` of an authorization that began with `link`. Asks for a proof that the account is yours as well. Doing it twice changes nothing. */
  linkIdentity: {
    body: {
      provider: string;
      /** Of an OpenID Connect provider. */
      idToken?: string;
      /** Of Facebook. */
      accessToken?: string;
      /** What the app had put into the ID token; it must be there. */
      nonce?: string;
      /** As it was given out. */
      state?: string;
      /** From the provider. */
      code?: string;
      /** From the provider, if it sent it. */
      iss?: string;
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: Identity;
  };
  /** Close a way into your account. Refused with `conflict` for the last one. */
  unlinkIdentity: {
    path: {
      id: number;
    };
    answer: undefined;
  };
  /** Sign in: show the second factor. After `second_factor_required`. A challenge has five tries and five minutes, and ends when the password is changed. */
  finishLogIn: {
    body: {
      /** `challenge.token` of the problem `second_factor_required`. */
      challenge: string;
      /** Six digits of the authenticator app, or a recovery code. */
      code?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
    };
    answer: Tokens;
  };
  /** What a browser needs to show a passkey as second factor. */
  askForPasskey: {
    body: {
      /** `challenge.token` of the problem `second_factor_required`. */
      challenge: string;
    };
    answer: PasskeyRequest;
  };
  /** What protects your account. */
  readSecurity: {
    answer: Security;
  };
  /** What a browser needs to show by a passkey that the account is yours. What `navigator.credentials.get()` gives is the `passkey` of what asks for a proof, in this session. */
  beginOwnerCheck: {
    answer: PasskeyRequest;
  };
  /** Set an authenticator app up. It protects nothing until a code was confirmed; until then a repeat replaces it. */
  beginTotp: {
    body: {
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: TotpKey;
  };
  /** Remove the second factor. The recovery codes end too; the password alone opens the account again. */
  removeTotp: {
    body: {
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      code: string;
    };
    answer: undefined;
  };
  /** Confirm the authenticator app by a code of it. From now on signing in needs a second factor, and your other sessions end. Programs that cannot ask for one need an app password. */
  confirmTotp: {
    body: {
      /** Six digits of the authenticator app, or a recovery code. */
      code: string;
    };
    answer: RecoveryCodes;
  };
  /** Make new recovery codes; the old ones end. */
  renewRecoveryCodes: {
    body: {
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: RecoveryCodes;
  };
  /** What a browser needs to sign somebody in by a passkey. */
  beginPasskeyLogIn: {
    answer: PasskeyRequest;
  };
  /** Sign in by a passkey. Needs no username: the passkey identifies the account. The authenticator must verify its user. */
  logInByPasskey: {
    body: {
      /** `toJSON()` of the credential. */
      response: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
    };
    answer: Tokens;
  };
  /** What a browser needs to make a passkey for you. */
  beginPasskey: {
    answer: PasskeyCreation;
  };
  /** Keep the passkey that the browser has made. */
  addPasskey: {
    body: {
      /** To tell it from the others. */
      name: string;
      /** `toJSON()` of the credential. */
      response: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          attestationObject: string;
        };
      };
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: Passkey;
  };
  /** Your passkeys. */
  listPasskeys: {
    answer: PasskeyList;
  };
  /** Remove a passkey. */
  removePasskey: {
    path: {
      /** Number in the list. */
      id: number;
    };
    body: {
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: undefined;
  };
  /** Make a password for one program. For programs that cannot ask for a second factor: it stands in place of the password wherever one signs in. Its sessions change nothing about how to get into the account, do not close it, and have the rights of a user whatever its role. */
  addAppPassword: {
    body: {
      /** To tell it from the others. */
      name: string;
      /** Your password. An account that has none needs no proof within ten minutes after signing in. */
      password?: string;
      /** `toJSON()` of the credential. */
      passkey?: {
        id: string;
        rawId: string;
        type: 'public-key';
        response: {
          clientDataJSON: string;
          authenticatorData: string;
          signature: string;
        };
      };
      /** Six digits of the authenticator app, or a recovery code. */
      secondFactorCode?: string;
    };
    answer: NewAppPassword;
  };
  /** Your app passwords. */
  listAppPasswords: {
    answer: AppPasswordList;
  };
  /** Take an app password away. The sessions that were opened with it end at once. */
  removeAppPassword: {
    path: {
      /** Number in the list. */
      id: number;
    };
    answer: undefined;
  };
  /** Upload a picture. A form with `file` (JPEG, PNG, GIF, WebP, AVIF or HEIC), and perhaps `alt` and `keepLocation`. Camera and date are read from its EXIF. Its sizes and its blurhash follow in the background. */
  uploadMedia: {
    form: {
      /** JPEG, PNG, GIF, WebP, AVIF or HEIC. */
      file: Blob;
      /** What the picture shows, for those who do not see it. */
      alt?: string;
      /** Whether the place in the EXIF of the photo is kept and shown with it. Default: false; then it is dropped. */
      keepLocation?: 'true' | 'false';
    };
    answer: Media;
  };
  /** Read how far a picture of yours is. */
  readMedia: {
    path: {
      id: number;
    };
    answer: Media;
  };
  /** Change what a picture of yours is said to show. Also after it was posted: the post shows the new text at once. */
  updateMedia: {
    path: {
      id: number;
    };
    body: {
      /** What the picture shows, for those who do not see it. */
      alt: string;
    };
    answer: Media;
  };
  /** Delete an upload of yours that nothing uses. Refused with `conflict` while a post, a draft or your profile uses it. Repeating it within a day is harmless. An upload that no post takes goes by itself after a day. */
  deleteMedia: {
    path: {
      id: number;
    };
    answer: undefined;
  };
  /** Fetch one size of a picture. Open to all once a published post shows it, and then cached for long; before that for its owner alone, by a token or by the signed address that a Media has. `original` is the whole picture, upright and without metadata, to be kept under its file name. Answers ranges and `If-None-Match`. May redirect to an address of the storage that lives for minutes. */
  fetchImage: {
    path: {
      key: string;
      /** small, medium, large, animated or original */
      size: string;
    };
    answer: Blob;
  };
  /** Set your profile picture. A form with `file`. The picture appears when its sizes are ready, usually within seconds. */
  setAvatar: {
    form: {
      /** JPEG, PNG, GIF, WebP, AVIF or HEIC. */
      file: Blob;
    };
    answer: Me;
  };
  /** Remove your profile picture. */
  removeAvatar: {
    answer: Me;
  };
  /** Write a post or a reply, as a draft or for all to see. */
  createPost: {
    body: {
      /** The text, or the caption of the pictures. */
      text?: string;
      /** Pictures uploaded before, in this order. */
      mediaIds?: Array<number>;
      /** The post that it replies to. Replies are shown in their thread, and in no feed. */
      replyToId?: number | null;
      state?: 'draft' | 'published';
    };
    answer: Post;
  };
  /** Read a post. */
  readPost: {
    path: {
      id: number;
    };
    answer: Post;
  };
  /** Change your post. The pictures can be changed only while it is a draft. */
  updatePost: {
    path: {
      id: number;
    };
    body: {
      /** The text, or the caption of the pictures. */
      text?: string;
      /** Pictures uploaded before, in this order. */
      mediaIds?: Array<number>;
    };
    answer: Post;
  };
  /** Delete your post. */
  deletePost: {
    path: {
      id: number;
    };
    answer: undefined;
  };
  /** Show your draft to all. Doing it twice changes nothing. */
  publishPost: {
    path: {
      id: number;
    };
    answer: Post;
  };
  /** Your drafts, newest first. */
  listDrafts: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: PostPage;
  };
  /** Like a post. Doing it twice changes nothing. */
  like: {
    path: {
      id: number;
    };
    answer: Post;
  };
  /** Take a like back. Doing it twice changes nothing. */
  unlike: {
    path: {
      id: number;
    };
    answer: Post;
  };
  /** Who likes a post, the latest first. */
  listLikes: {
    path: {
      id: number;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AccountCardPage;
  };
  /** Direct replies to a post, the oldest first. Replies are posts with `replyToId`; write one with `POST /posts`. */
  listReplies: {
    path: {
      id: number;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: PostPage;
  };
  /** The conversation around a post. What the post replies to, and everything below it, the oldest first. Below a reply, it goes down 500 levels. `replyToId` of each post tells how to draw it as a tree. */
  readThread: {
    path: {
      id: number;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: Thread;
  };
  /** Block an account. Neither of you sees the other in lists, follows the other, or is notified of the other, and they do not find you at all. Likes between you are removed. Doing it twice changes nothing. */
  block: {
    path: {
      username: string;
    };
    answer: Profile;
  };
  /** Take a block back. Follows and likes do not come back. Doing it twice changes nothing. */
  unblock: {
    path: {
      username: string;
    };
    answer: Profile;
  };
  /** Whom you have blocked, the latest first. */
  listBlocks: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AccountCardPage;
  };
  /** Report an account or its posts to the moderators. The moderators get the posts as they are now. The account that is reported does not learn of it. */
  report: {
    body: {
      /** 1 to 30 of A-Z a-z 0-9 _ . - */
      username: string;
      /** Posts of this account that show what is wrong. */
      postIds?: Array<number>;
      /** What is wrong. */
      category: 'spam' | 'harassment' | 'hate' | 'sexual' | 'violence' | 'self-harm' | 'illegal' | 'other';
      /** For the moderators. Needed when no post is named. */
      comment?: string;
    };
    answer: OwnReport;
  };
  /** Reports, the latest first. */
  listReports: {
    query?: {
      state?: 'open' | 'resolved';
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: ReportPage;
  };
  /** Read a report. */
  readReport: {
    path: {
      /** Number of the report. */
      id: number;
    };
    answer: Report;
  };
  /** Close a report, with or without removing its posts. Only admins remove posts of moderators and admins. */
  resolveReport: {
    path: {
      /** Number of the report. */
      id: number;
    };
    body: {
      /** `remove-posts`: as `DELETE /admin/posts/{id}`, with `note` as the reason. */
      action: 'none' | 'remove-posts';
      /** For the other moderators. When posts are removed: one line, which their author gets by mail. */
      note?: string;
    };
    answer: Report;
  };
  /** Open a closed report again. Posts that were removed stay so. */
  reopenReport: {
    path: {
      /** Number of the report. */
      id: number;
    };
    answer: Report;
  };
  /** Find people by their names. The account with this very username comes first, then those with the most followers. There are no pages: ask for a longer beginning. */
  search: {
    query: {
      /** How a username or a display name begins, in any case, with or without `@`. */
      q: string;
      limit?: number;
    };
    answer: SearchResult;
  };
  /** Posts of yours and of those whom you follow, newest first. */
  readTimeline: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: PostPage;
  };
  /** Posts of everybody, newest first. */
  readExplore: {
    query?: {
      /** `with-media`: only posts with pictures. */
      filter?: 'all' | 'with-media';
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: PostPage;
  };
  /** Posts of an account, newest first. */
  listPostsOfUser: {
    path: {
      username: string;
    };
    query?: {
      /** `with-media`: only posts with pictures. */
      filter?: 'all' | 'with-media';
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: PostPage;
  };
  /** Accounts, the newest first. For moderators and admins. */
  listAccounts: {
    query?: {
      /** How a username, an e-mail or a display name begins, in any case. */
      q?: string;
      role?: 'user' | 'moderator' | 'admin';
      state?: 'active' | 'disabled';
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AdminAccountPage;
  };
  /** Make an account for somebody. For admins, whether sign-ups are open or not. Without a password its owner is mailed a way to choose one. */
  createAccount: {
    body: {
      /** 1 to 30 of A-Z a-z 0-9 _ . - */
      username: string;
      /** 8 to 128 characters. */
      password?: string;
      email?: string;
      /** Need not be unique. */
      displayName?: string;
      role?: 'user' | 'moderator' | 'admin';
    };
    answer: AdminAccount;
  };
  /** Read an account. For moderators and admins. */
  readAccount: {
    path: {
      /** Number of the account. */
      id: number;
    };
    answer: AdminAccount;
  };
  /** Disable or enable an account, change its role, force a new password. Moderators disable and enable users; admins do all of it to all but themselves. Effective at the next request, in every process. There is always an admin left (`conflict`). */
  updateAccount: {
    path: {
      /** Number of the account. */
      id: number;
    };
    body: {
      role?: 'user' | 'moderator' | 'admin';
      /** True: nobody gets in any more. */
      disabled?: boolean;
      /** Makes the password worthless, ends all sessions, mails a way to choose another, and removes the passkeys and linked providers that were added since the address was last confirmed by a mail. */
      forceReset?: true;
    };
    answer: AdminAccount;
  };
  /** Close an account, with all that it has posted. For admins; not for their own account (`conflict`). */
  deleteAccount: {
    path: {
      /** Number of the account. */
      id: number;
    };
    answer: undefined;
  };
  /** Who got in, and who changed that, the latest first. For admins. Entries are kept for a year, also of accounts that are gone. */
  listAuditLog: {
    query?: {
      /** Only what happened to this account, even if it is gone. */
      accountId?: number;
      /** Only this: `session.refused`, `account.disabled` … */
      action?: string;
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AuditEntryPage;
  };
  /** Remove a post of somebody else, and tell its author why. For moderators and admins; only admins remove posts of moderators and admins. The post is gone everywhere at once and cannot be restored. Drafts are not found. */
  removePost: {
    path: {
      /** Number of the post. */
      id: number;
    };
    body: {
      /** One line; the author gets it by mail, and it is kept in the audit log. */
      reason: string;
    };
    answer: undefined;
  };
  /** Remove a picture of a post, or a profile picture, and tell its owner why. For moderators and admins; only admins remove pictures of moderators and admins. A post without a text goes with its last picture. Pictures of drafts and unused uploads are not found. */
  removePicture: {
    path: {
      /** Number of the picture. */
      id: number;
    };
    body: {
      /** One line; the author gets it by mail, and it is kept in the audit log. */
      reason: string;
    };
    answer: undefined;
  };
  /** Groups, the newest first. For admins. */
  listGroups: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: GroupPage;
  };
  /** Make a group. For admins. No two groups have the same name, so a repeat makes no second one. */
  createGroup: {
    body: {
      /** No two have the same, in any case. */
      name: string;
    };
    answer: Group;
  };
  /** Delete a group, with its events. For admins. Its members stay; who was not told of an event yet is not told. */
  deleteGroup: {
    path: {
      /** Number of the group. */
      id: number;
    };
    answer: undefined;
  };
  /** Members of a group, the latest first. For admins. */
  listMembers: {
    path: {
      /** Number of the group. */
      id: number;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: AdminAccountPage;
  };
  /** Make an account a member of a group. For admins. Harmless when it is one already; `conflict` when the group is full. */
  addMember: {
    path: {
      /** Number of the group. */
      id: number;
      /** Number of the account. */
      accountId: number;
    };
    answer: undefined;
  };
  /** Take an account out of a group. For admins. */
  removeMember: {
    path: {
      /** Number of the group. */
      id: number;
      /** Number of the account. */
      accountId: number;
    };
    answer: undefined;
  };
  /** Event templates, the newest first. For admins. */
  listEventTemplates: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: EventTemplatePage;
  };
  /** Make an event template. For admins. No two templates have the same name, so a repeat makes no second one. */
  createEventTemplate: {
    body: {
      /** No two have the same, in any case. */
      name: string;
      /** With up to three placeholders: `{1}`, `{2}`, `{3}`. */
      text: string;
    };
    answer: EventTemplate;
  };
  /** Delete an event template. For admins. Events that were made of it stay as they are. */
  deleteEventTemplate: {
    path: {
      /** Number of the event template. */
      id: number;
    };
    answer: undefined;
  };
  /** Events that a group was told of, the newest first. For admins. They are kept for a year. */
  listGroupEvents: {
    path: {
      /** Number of the group. */
      id: number;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: GroupEventPage;
  };
  /** Tell the members of a group of an event, by push. For admins. All devices of all members but your own are told in the background, each once. 60 an hour and group. */
  createGroupEvent: {
    path: {
      /** Number of the group. */
      id: number;
    };
    body: {
      /** Number of the event template. */
      templateId: number;
      /** For `{1}`, `{2}` and `{3}`, as many as the template has. */
      values: Array<string>;
    };
    answer: GroupEvent;
  };
  /** Let pushes reach a device. To be repeated at each start of the app. A device, or a token, that was another account’s moves to yours. An account keeps its latest 50. */
  registerDevice: {
    path: {
      /** As the app names the device: random, made once per installation. */
      deviceId: string;
    };
    body: {
      type: 'ios' | 'android' | 'web';
      /** Where pushes go. `ios`, `android`: the token of Firebase Cloud Messaging. `web`: the `PushSubscription`, as JSON. */
      token: string | {
        /** An https address. */
        endpoint: string;
        expirationTime?: number | null;
        keys: {
          p256dh: string;
          auth: string;
        };
      };
    };
    answer: Device;
  };
  /** Let no more pushes reach a device. */
  removeDevice: {
    path: {
      /** As the app names the device: random, made once per installation. */
      deviceId: string;
    };
    answer: undefined;
  };
  /** Devices that pushes reach. */
  listDevices: {
    answer: DeviceList;
  };
  /** Send a push to a device, to see that it arrives. It is sent in the background. 20 an hour. */
  testPush: {
    path: {
      /** As the app names the device: random, made once per installation. */
      deviceId: string;
    };
    answer: undefined;
  };
  /** Read the key that browsers subscribe with. */
  readPushKey: {
    answer: PushKey;
  };
  /** What others did, the latest first. All likes of a post are one notification, which moves to the top when somebody joins. A walk through the pages shows none twice. */
  listNotifications: {
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
    };
    answer: NotificationPage;
  };
  /** How many notifications were not read yet. */
  countUnreadNotifications: {
    answer: UnreadCount;
  };
  /** Mark notifications as read, up to one. The mark only moves forward. Answers how many are unread after it. */
  markNotificationsRead: {
    body: {
      /** `cursor` of the latest notification that was seen. */
      upTo: string;
    };
    answer: UnreadCount;
  };
  /** Read which notifications are pushed to your devices. */
  readNotificationSettings: {
    answer: NotificationSettings;
  };
  /** Change which notifications are pushed to your devices. */
  updateNotificationSettings: {
    body: {
      push: {
        followed?: boolean;
        liked?: boolean;
        mentioned?: boolean;
        replied?: boolean;
      };
    };
    answer: NotificationSettings;
  };
  /** What happens to your account, live. Server-Sent Events. `notification` carries a Notification, `unread-count` an UnreadCount, first of all when the stream opens; `gap` says that more was missed than is sent again: read the list. The stream ends with the session and when the access token expires: refresh it and come back with `Last-Event-ID`. An account has at most ten; the oldest makes room. */
  streamEvents: {
    query?: {
      /** As the header `Last-Event-ID`, for a new `EventSource`; the header counts first. */
      lastEventId?: string;
    };
    answer: string;
  };
  /** Get an address of your live events for `EventSource`. `EventSource` cannot send a token. The address needs none; it is good for 15 to 20 minutes, opens nothing else, and ends with the session. When the stream has ended, ask for another address, and add `lastEventId` to it. */
  readEventStreamUrl: {
    answer: EventStreamUrl;
  };
};

/** Method and path of each operation. */
export const routes = {
  signUp: ['POST', '/v2/accounts'],
  readMe: ['GET', '/v2/me'],
  updateMe: ['PATCH', '/v2/me'],
  closeMe: ['DELETE', '/v2/me'],
  listSecurityEvents: ['GET', '/v2/me/audit-log'],
  readProfile: ['GET', '/v2/users/{username}'],
  follow: ['PUT', '/v2/users/{username}/follow'],
  unfollow: ['DELETE', '/v2/users/{username}/follow'],
  listFollowers: ['GET', '/v2/users/{username}/followers'],
  listFollowing: ['GET', '/v2/users/{username}/following'],
  changeEmail: ['POST', '/v2/me/email'],
  sendEmailVerification: ['POST', '/v2/email-verifications'],
  confirmEmail: ['POST', '/v2/email-verifications/confirm'],
  changePassword: ['PUT', '/v2/me/password'],
  askPasswordRecovery: ['POST', '/v2/password-recoveries'],
  recoverPassword: ['POST', '/v2/password-recoveries/confirm'],
  createInvite: ['POST', '/v2/invites'],
  listInvites: ['GET', '/v2/invites'],
  revokeInvite: ['DELETE', '/v2/invites/{id}'],
  logIn: ['POST', '/v2/sessions'],
  listSessions: ['GET', '/v2/sessions'],
  refresh: ['POST', '/v2/sessions/refresh'],
  endSession: ['DELETE', '/v2/sessions/{id}'],
  askForPhoneCode: ['POST', '/v2/me/phone'],
  removePhone: ['DELETE', '/v2/me/phone'],
  confirmPhone: ['POST', '/v2/me/phone/confirm'],
  listIdentityProviders: ['GET', '/v2/identity-providers'],
  signInWithProvider: ['POST', '/v2/identity-providers/{name}/sign-in'],
  authorizeWithProvider: ['POST', '/v2/identity-providers/{name}/authorizations'],
  confirmAuthorization: ['POST', '/v2/identity-providers/{name}/authorizations/confirm'],
  listIdentities: ['GET', '/v2/me/identities'],
  linkIdentity: ['POST', '/v2/me/identities'],
  unlinkIdentity: ['DELETE', '/v2/me/identities/{id}'],
  finishLogIn: ['POST', '/v2/sessions/second-factor'],
  askForPasskey: ['POST', '/v2/sessions/second-factor/options'],
  readSecurity: ['GET', '/v2/me/security'],
  beginOwnerCheck: ['POST', '/v2/me/owner-check/options'],
  beginTotp: ['POST', '/v2/me/totp'],
  removeTotp: ['DELETE', '/v2/me/totp'],
  confirmTotp: ['POST', '/v2/me/totp/confirm'],
  renewRecoveryCodes: ['POST', '/v2/me/recovery-codes'],
  beginPasskeyLogIn: ['POST', '/v2/sessions/passkey/options'],
  logInByPasskey: ['POST', '/v2/sessions/passkey'],
  beginPasskey: ['POST', '/v2/me/passkeys/options'],
  addPasskey: ['POST', '/v2/me/passkeys'],
  listPasskeys: ['GET', '/v2/me/passkeys'],
  removePasskey: ['DELETE', '/v2/me/passkeys/{id}'],
  addAppPassword: ['POST', '/v2/me/app-passwords'],
  listAppPasswords: ['GET', '/v2/me/app-passwords'],
  removeAppPassword: ['DELETE', '/v2/me/app-passwords/{id}'],
  uploadMedia: ['POST', '/v2/media'],
  readMedia: ['GET', '/v2/media/{id}'],
  updateMedia: ['PATCH', '/v2/media/{id}'],
  deleteMedia: ['DELETE', '/v2/media/{id}'],
  fetchImage: ['GET', '/v2/media/{key}/{size}'],
  setAvatar: ['PUT', '/v2/me/avatar'],
  removeAvatar: ['DELETE', '/v2/me/avatar'],
  createPost: ['POST', '/v2/posts'],
  readPost: ['GET', '/v2/posts/{id}'],
  updatePost: ['PATCH', '/v2/posts/{id}'],
  deletePost: ['DELETE', '/v2/posts/{id}'],
  publishPost: ['POST', '/v2/posts/{id}/publish'],
  listDrafts: ['GET', '/v2/drafts'],
  like: ['PUT', '/v2/posts/{id}/like'],
  unlike: ['DELETE', '/v2/posts/{id}/like'],
  listLikes: ['GET', '/v2/posts/{id}/likes'],
  listReplies: ['GET', '/v2/posts/{id}/replies'],
  readThread: ['GET', '/v2/posts/{id}/thread'],
  block: ['PUT', '/v2/users/{username}/block'],
  unblock: ['DELETE', '/v2/users/{username}/block'],
  listBlocks: ['GET', '/v2/me/blocks'],
  report: ['POST', '/v2/reports'],
  listReports: ['GET', '/v2/admin/reports'],
  readReport: ['GET', '/v2/admin/reports/{id}'],
  resolveReport: ['POST', '/v2/admin/reports/{id}/resolve'],
  reopenReport: ['POST', '/v2/admin/reports/{id}/reopen'],
  search: ['GET', '/v2/search'],
  readTimeline: ['GET', '/v2/timeline'],
  readExplore: ['GET', '/v2/explore'],
  listPostsOfUser: ['GET', '/v2/users/{username}/posts'],
  listAccounts: ['GET', '/v2/admin/accounts'],
  createAccount: ['POST', '/v2/admin/accounts'],
  readAccount: ['GET', '/v2/admin/accounts/{id}'],
  updateAccount: ['PATCH', '/v2/admin/accounts/{id}'],
  deleteAccount: ['DELETE', '/v2/admin/accounts/{id}'],
  listAuditLog: ['GET', '/v2/admin/audit-log'],
  removePost: ['DELETE', '/v2/admin/posts/{id}'],
  removePicture: ['DELETE', '/v2/admin/media/{id}'],
  listGroups: ['GET', '/v2/admin/groups'],
  createGroup: ['POST', '/v2/admin/groups'],
  deleteGroup: ['DELETE', '/v2/admin/groups/{id}'],
  listMembers: ['GET', '/v2/admin/groups/{id}/members'],
  addMember: ['PUT', '/v2/admin/groups/{id}/members/{accountId}'],
  removeMember: ['DELETE', '/v2/admin/groups/{id}/members/{accountId}'],
  listEventTemplates: ['GET', '/v2/admin/event-templates'],
  createEventTemplate: ['POST', '/v2/admin/event-templates'],
  deleteEventTemplate: ['DELETE', '/v2/admin/event-templates/{id}'],
  listGroupEvents: ['GET', '/v2/admin/groups/{id}/events'],
  createGroupEvent: ['POST', '/v2/admin/groups/{id}/events'],
  registerDevice: ['PUT', '/v2/me/devices/{deviceId}'],
  removeDevice: ['DELETE', '/v2/me/devices/{deviceId}'],
  listDevices: ['GET', '/v2/me/devices'],
  testPush: ['POST', '/v2/me/devices/{deviceId}/test-push'],
  readPushKey: ['GET', '/v2/push-key'],
  listNotifications: ['GET', '/v2/notifications'],
  countUnreadNotifications: ['GET', '/v2/notifications/unread-count'],
  markNotificationsRead: ['PUT', '/v2/notifications/read'],
  readNotificationSettings: ['GET', '/v2/me/notification-settings'],
  updateNotificationSettings: ['PATCH', '/v2/me/notification-settings'],
  streamEvents: ['GET', '/v2/events'],
  readEventStreamUrl: ['GET', '/v2/events/url'],
} as const;
