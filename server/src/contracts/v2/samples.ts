// Examples of the OpenAPI document, in the shape of wire.ts; a test checks each against its schema.

const sampleImage = 'http://127.0.0.1:3000/v2/media/9f86d081884c7d659a2feaa0c55ad015';

export const small = {
  size: 'small',
  url: `${sampleImage}/small`,
  width: 320,
  height: 240,
  contentType: 'image/jpeg',
  bytes: 14200,
};

export const avatar = {
  small: `${sampleImage}/small`,
  medium: `${sampleImage}/medium`,
  large: `${sampleImage}/large`,
  blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
};

export const profile = {
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

export const session = {
  id: 1,
  device: 'curl/8.5.0',
  address: '127.0.0.1',
  createdAt: '2026-06-01T12:00:00.000Z',
  lastUsedAt: '2026-06-01T12:00:00.000Z',
  expiresAt: '2026-07-01T12:00:00.000Z',
  isCurrent: true,
};

export const card = { id: 1, username: 'alice', displayName: 'Alice', avatar: null };

export const me = {
  ...profile,
  email: 'alice@example.com',
  emailVerified: false,
  language: 'en',
  phone: null,
  phoneVerified: false,
  hasPassword: true,
  role: 'user',
  mediaBytes: 0,
};

export const tokens = {
  accessToken: 'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  tokenType: 'Bearer',
  expiresIn: 900,
  refreshToken: '1.0.5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  sessionId: 1,
};

export const camera = { make: 'Rookery', model: 'Sample camera' };

export const location = { latitude: 51.508972, longitude: -0.1275 };

export const media = {
  id: 1,
  state: 'ready',
  alt: 'A dune at noon',
  width: 4000,
  height: 3000,
  isAnimated: false,
  blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  camera,
  takenAt: '2026-06-01T12:00:00+01:00',
  location: null,
  images: [small],
};

export const post = {
  id: 1,
  state: 'published',
  text: 'First light.',
  author: card,
  media: [],
  likeCount: 1,
  likedByMe: false,
  createdAt: '2026-06-01T12:00:00.000Z',
  updatedAt: '2026-06-01T12:00:00.000Z',
  publishedAt: '2026-06-01T12:00:00.000Z',
};

export const problem = {
  type: 'urn:rookery:problem:taken',
  title: 'Conflict',
  status: 409,
  code: 'taken',
  detail: 'The username is taken.',
  fields: [{ field: 'username', message: 'is taken' }],
};
