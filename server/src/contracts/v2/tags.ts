export const tags = [
  { name: 'accounts', description: 'Who somebody is, and whom they follow.' },
  { name: 'sessions', description: 'Signing in and out; where somebody is signed in.' },
  { name: 'second-factors', description: 'Authenticator apps and recovery codes.' },
  { name: 'passkeys', description: 'Signing in without a password.' },
  { name: 'app-passwords', description: 'For programs that cannot ask for a second factor.' },
  { name: 'media', description: 'Uploading and fetching pictures.' },
  { name: 'posts', description: 'Writing, changing, publishing and liking posts.' },
  { name: 'feeds', description: 'Lists of posts, newest first.' },
] as const;

export type Tag = (typeof tags)[number]['name'];
