// Made from the OpenAPI document by `npm run generate`. Changes here are overwritten.

/** One size of a picture, without metadata. */
export type Image = {
  size: 'small' | 'medium' | 'large';
  /** Absolute address of this size. */
  url: string;
  width: number;
  height: number;
  contentType: string;
  bytes: number;
};

/** Addresses of a profile picture. */
export type Avatar = {
  /** 320 px on the long side. */
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
  role: 'user' | 'moderator' | 'admin';
  /** Bytes that count against the quota. */
  mediaBytes: number;
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
  /** Smallest first; empty while processing. */
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
  likeCount: number;
  likedByMe: boolean;
  /** When it was written. */
  createdAt: string;
  /** When it was changed last. */
  updatedAt: string;
  /** When it was published; null for a draft. */
  publishedAt: string | null;
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
};

/** A page of a list; `Link: rel="next"` says the same. */
export type PostPage = {
  items: Array<Post>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
};

/** A page of a list; `Link: rel="next"` says the same. */
export type AccountCardPage = {
  items: Array<AccountCard>;
  /** For `cursor` of the next page; null on the last. */
  nextCursor: string | null;
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
  /** All likes of a post are one notification. */
  kind: 'followed' | 'liked' | 'mentioned';
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
  };
};

/** What each operation takes and answers, by its `operationId`. */
export type Operations = {
  /** Make an account. */
  signUp: {
    body: {
      /** 1 to 30 of A-Z a-z 0-9 _ . - */
      username: string;
      /** 8 to 128 characters. */
      password: string;
      email?: string;
      /** Need not be unique. */
      displayName?: string;
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
    };
    answer: Me;
  };
  /** Close your account. Ends all sessions at once; posts, pictures, likes and follows are removed in the background. */
  closeMe: {
    answer: undefined;
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
  /** Sign in. */
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
  /** Exchange a refresh token for the next pair. A refresh token works once. Sent again within ten seconds it answers with the same pair; later it ends the session. */
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
  /** Upload a picture. A form with `file` (JPEG, PNG, GIF, WebP or AVIF) and perhaps `alt`. Its sizes and its blurhash follow within moments. */
  uploadMedia: {
    form: {
      /** JPEG, PNG, GIF, WebP or AVIF. */
      file: Blob;
      /** What the picture shows, for those who do not see it. */
      alt?: string;
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
  /** Fetch one size of a picture. Open to all once a published post shows it, and then cached for long; before that for its owner alone. Answers ranges and `If-None-Match`. May redirect to an address of the storage that lives for minutes. */
  fetchImage: {
    path: {
      key: string;
      /** small, medium or large */
      size: string;
    };
    answer: Blob;
  };
  /** Set your profile picture. A form with `file`. It shows as soon as its sizes are made, within moments. */
  setAvatar: {
    form: {
      /** JPEG, PNG, GIF, WebP or AVIF. */
      file: Blob;
    };
    answer: Me;
  };
  /** Remove your profile picture. */
  removeAvatar: {
    answer: Me;
  };
  /** Write a post, as a draft or for all to see. */
  createPost: {
    body: {
      /** The text, or the caption of the pictures. */
      text?: string;
      /** Pictures uploaded before, in this order. */
      mediaIds?: Array<number>;
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
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
      /** `with-media`: only posts with pictures. */
      filter?: 'all' | 'with-media';
    };
    answer: PostPage;
  };
  /** Posts of an account, newest first. */
  listPostsOfUser: {
    path: {
      username: string;
    };
    query?: {
      limit?: number;
      /** `nextCursor` of the page before. */
      cursor?: string;
      /** `with-media`: only posts with pictures. */
      filter?: 'all' | 'with-media';
    };
    answer: PostPage;
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
      };
    };
    answer: NotificationSettings;
  };
  /** What happens to your account, live. Server-Sent Events. `notification` carries a Notification, `unread-count` an UnreadCount, first of all when the stream opens; `gap` says that more was missed than is sent again: read the list. The stream ends with the session and when the access token expires: refresh it and come back with `Last-Event-ID`. An account has at most ten; the oldest makes room. */
  streamEvents: {
    answer: string;
  };
};

/** Method and path of each operation. */
export const routes = {
  signUp: ['POST', '/v2/accounts'],
  readMe: ['GET', '/v2/me'],
  updateMe: ['PATCH', '/v2/me'],
  closeMe: ['DELETE', '/v2/me'],
  readProfile: ['GET', '/v2/users/{username}'],
  follow: ['PUT', '/v2/users/{username}/follow'],
  unfollow: ['DELETE', '/v2/users/{username}/follow'],
  listFollowers: ['GET', '/v2/users/{username}/followers'],
  listFollowing: ['GET', '/v2/users/{username}/following'],
  logIn: ['POST', '/v2/sessions'],
  listSessions: ['GET', '/v2/sessions'],
  refresh: ['POST', '/v2/sessions/refresh'],
  endSession: ['DELETE', '/v2/sessions/{id}'],
  uploadMedia: ['POST', '/v2/media'],
  readMedia: ['GET', '/v2/media/{id}'],
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
  readTimeline: ['GET', '/v2/timeline'],
  readExplore: ['GET', '/v2/explore'],
  listPostsOfUser: ['GET', '/v2/users/{username}/posts'],
  listNotifications: ['GET', '/v2/notifications'],
  countUnreadNotifications: ['GET', '/v2/notifications/unread-count'],
  markNotificationsRead: ['PUT', '/v2/notifications/read'],
  readNotificationSettings: ['GET', '/v2/me/notification-settings'],
  updateNotificationSettings: ['PATCH', '/v2/me/notification-settings'],
  streamEvents: ['GET', '/v2/events'],
} as const;
