import { DomainError } from '../../domain/errors.ts';
import { jsonTextOf } from '../json-text.ts';

/** The type of responses. */
export const jsonType = 'application/json; charset=utf-8';

const maxDepth = 32;

/**
 * Parses a body strictly: it is one encoding throughout, a key may stand once in an object, and nesting is bounded. Plain `JSON.parse` would let the last
 * of two equal keys win, so that two readers of one body could see two things.
 * @throws DomainError `malformed`
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parse(text);
  checkStructure(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return jsonTextOf(bytes);
  } catch (cause) {
    throw new DomainError('malformed', 'The body is not valid UTF-8.', { cause });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('malformed', 'The body is not valid JSON.', { cause });
  }
}

/**
 * Looks at the brackets and keys of a text that is known to be JSON; on any other this expression could be made to take
 * very long. A string before a colon is a key of the innermost object.
 */
function checkStructure(text: string): void {
  const open: Array<Set<string>> = [];
  for (const [token, key] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '{' || token === '[') {
      open.push(new Set());
      if (open.length > maxDepth) {
        throw new DomainError('malformed', `The body is nested deeper than ${maxDepth} levels.`);
      }
    } else if (token === '}' || token === ']') open.pop();
    else if (key !== undefined) addKey(open.at(-1), String(JSON.parse(key)));
  }
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (!keys?.has(key)) {
    keys?.add(key);
    return;
  }
  const field = key.slice(0, 200);
  throw new DomainError('malformed', `The key “${field}” appears twice in the body.`, {
    fields: [{ field, message: 'stands twice' }],
  });
}
