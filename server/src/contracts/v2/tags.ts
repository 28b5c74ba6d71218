export const tags = [
  { name: 'accounts', description: 'Who somebody is, and whom they follow.' },
  { name: 'sessions', description: 'Signing in and out; where somebody is signed in.' },
  { name: 'identities', description: 'Signing in with Google, Facebook and others.' },
  { name: 'second-factors', description: 'Authenticator apps and recovery codes.' },
  { name: 'passkeys', description: 'Signing in without a password.' },
  { name: 'app-passwords', description: 'For programs that cannot ask for a second factor.' },
  { name: 'media', description: 'Uploading and fetching pictures.' },
  { name: 'posts', description: 'Writing, changing, publishing and liking posts.' },
  { name: 'devices', description: 'Where pushes go.' },
  { name: 'feeds', description: 'Lists of posts, newest first.' },
  { name: 'admin', description: 'Looking after the accounts of others, and the audit log.' },
  { name: 'groups', description: 'Telling groups of accounts of events, by push.' },
  { name: 'notifications', description: 'What others did, as a list and live.' },
] as const;

export type Tag = (typeof tags)[number]['name'];
