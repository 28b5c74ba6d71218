/** Numbers from 0 to below 1 that look like chance and are the same on every run. */
export type Chance = () => number;

/** A stream of chance of its own for each name (mulberry32, seeded by FNV-1a of the name). */
export function chanceOf(name: string): Chance {
  let state = 0x811c9dc5;
  for (const char of name) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from 0 to below `count`. */
export function pick(chance: Chance, count: number): number {
  return Math.floor(chance() * count);
}

/** As `pick`, but the smaller the number, the likelier: few are popular, most are not. */
export function pickPopular(chance: Chance, count: number): number {
  return Math.floor(chance() ** 2 * count);
}

/** `count` different numbers below `total`, none of them `except`, each found by `draw` or the next free one after it. */
export function pickDifferent(
  draw: () => number,
  { count, total, except }: { count: number; total: number; except: number },
): Uint32Array {
  const taken = new Set([except]);
  const picked = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) {
    let candidate = draw();
    while (taken.has(candidate)) candidate = (candidate + 1) % total;
    taken.add(candidate);
    picked[i] = candidate;
  }
  return picked;
}

/** Splits `total` into `count` parts of very different sizes, none above `max`; `total` must not exceed `count * max`. */
export function spread(
  chance: Chance,
  { total, count, max }: { total: number; count: number; max: number },
): Uint32Array {
  const weights = Array.from({ length: count }, () => -Math.log(1 - chance()));
  const sum = weights.reduce((a, b) => a + b, 0);
  const parts = new Uint32Array(count);
  let weightSoFar = 0;
  let given = 0;
  for (const [i, weight] of weights.entries()) {
    weightSoFar += weight;
    const due = Math.round((weightSoFar / sum) * total);
    parts[i] = Math.min(due - given, max);
    given += parts[i] ?? 0;
  }
  // What the limit cut off goes to the first who have room.
  for (let i = 0; i < count && given < total; i += 1) {
    const room = Math.min(max - (parts[i] ?? 0), total - given);
    parts[i] = (parts[i] ?? 0) + room;
    given += room;
  }
  return parts;
}

/** 32 hex digits. */
export function hexKey(chance: Chance): string {
  let key = '';
  while (key.length < 32)
    key += pick(chance, 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return key;
}
