export const tags = [
  { name: 'accounts', description: 'Who somebody is, and whom they follow.' },
  { name: 'sessions', description: 'Signing in and out; where somebody is signed in.' },
  { name: 'media', description: 'Uploading and fetching pictures.' },
  { name: 'posts', description: 'Writing, changing, publishing and liking posts.' },
  { name: 'feeds', description: 'Lists of posts, newest first.' },
  { name: 'notifications', description: 'What others did, as a list and live.' },
] as const;

export type Tag = (typeof tags)[number]['name'];
