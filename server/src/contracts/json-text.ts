/** `application/json` and what has its suffix, such as `application/vnd.example+json` (RFC 6839). */
export const jsonTypes = /^application\/([^;\s]+\+)?json\s*(;|$)/i;

/**
 * The text of a JSON body, which begins with an ASCII character whatever its encoding: UTF-8, or UTF-16 of either order, with
 * or without a byte order mark. What the content type says of it does not matter.
 * @throws TypeError for bytes that are no text
 */
export function jsonTextOf(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
}

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (second === undefined) return 'utf-8';
  if (second === 0 || (first === 0xff && second === 0xfe)) return 'utf-16le';
  return first === 0 || (first === 0xfe && second === 0xff) ? 'utf-16be' : 'utf-8';
}
