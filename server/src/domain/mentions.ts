import { foldName } from './accounts/account.ts';

/** How many people one post can call. */
const maxMentions = 30;

/** An `@` in an address belongs to it: `https://example.com/@bob`, `?u=@bob`. */
const address = /\b[a-z][a-z0-9+.-]*:\/\/[\w.~:/?#[\]@!$&'()*+,;=%-]*/giu;

/** Scripts that put no spaces between words. */
const unspaced = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{Script_Extensions=${script}}`)
  .join('');

/** An `@` that follows a letter or a digit belongs to an e-mail; one after `=` or `/` to an address. */
const before = String.raw`(?<![[\p{L}\p{N}_@＠\/=&#%+]--[${unspaced}]]\p{M}*)`;

/** The name must not go on in another script's letters: `@josé` is not `@jos`. Korean puts its particles there. */
const after = String.raw`(?![[\p{L}\p{M}\p{N}_@＠]--[${unspaced}\p{Script=Hangul}]])`;

const mention = new RegExp(String.raw`${before}[@＠]([A-Za-z0-9_.\-]{1,30})${after}`, 'gv');

/**
 * Folded names that a text may mention, up to thirty people's. `@bob.` is a name and also bob at the end of a sentence:
 * each mention is a list, the likelier first.
 */
export function mentionsIn(text: string): string[][] {
  const mentions = new Map<string, string[]>();
  for (const [, written = ''] of text.replace(address, ' ').matchAll(mention)) {
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
