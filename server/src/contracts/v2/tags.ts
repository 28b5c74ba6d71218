export const tags = [
  { name: 'accounts', description: 'Who somebody is, and whom they follow.' },
  { name: 'sessions', description: 'Signing in and out; where somebody is signed in.' },
  { name: 'media', description: 'Uploading and fetching pictures.' },
  { name: 'posts', description: 'Writing, changing, publishing and liking posts.' },
  { name: 'feeds', description: 'Lists of posts, newest first.' },
  { name: 'admin', description: 'Looking after the accounts of others, and the audit log.' },
] as const;

export type Tag = (typeof tags)[number]['name'];
