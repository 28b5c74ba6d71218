/** The largest id of an account, a post, a picture or a group: clients of the older servers keep it in 32 signed bits. */
export const maxId = 2 ** 31 - 1;

/** The largest id of what no older client keeps: sessions, links, devices. Numbers in JSON are exact up to here. */
export const maxLongId = Number.MAX_SAFE_INTEGER;

/** The id that a text is, in digits; null when it is none that a row could have. */
export function idIn(text: string): number | null {
  return numberIn(text, maxId);
}

/** The same for ids up to `maxLongId`. */
export function longIdIn(text: string): number | null {
  return numberIn(text, maxLongId);
}

function numberIn(text: string, max: number): number | null {
  return /^[1-9]\d{0,15}$/.test(text) && Number(text) <= max ? Number(text) : null;
}
