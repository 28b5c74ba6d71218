import { foldName } from '../accounts/account.ts';

/** How many people one post can call. */
const maxMentions = 30;

/** An `@` that follows a letter belongs to an e-mail, one after a slash to an address. */
const mention = /(?<![\p{L}\p{N}_.@/-])@([A-Za-z0-9_.-]{1,30})(?![A-Za-z0-9_@])/gu;

/**
 * Folded names that a text may mention, up to thirty people's. `@bob.` is a name and also bob at the end of a sentence:
 * each mention is a list, the likelier first.
 */
export function mentionsIn(text: string): string[][] {
  const mentions = new Map<string, string[]>();
  for (const [, written = ''] of text.matchAll(mention)) {
    const whole = foldName(written);
    const bare = whole.replace(/[.-]+$/, '');
    mentions.set(
      whole,
      [...new Set([whole, bare])].filter((name) => name !== ''),
    );
    if (mentions.size === maxMentions) break;
  }
  return [...mentions.values()];
}
