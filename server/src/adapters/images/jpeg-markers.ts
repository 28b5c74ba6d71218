/** How many of the bytes before a marker only fill the file up to a length, as some cameras do: zeros, or 0xff. */
export function fillBefore(bytes: Uint8Array, start: number, marker: number): number {
  const fill = bytes[marker - 1];
  if (fill !== 0 && fill !== 0xff) return 0;
  let at = marker;
  while (at > start && bytes[at - 1] === fill) at -= 1;
  return marker - at;
}

/** Where the next marker begins, after any number of fill bytes; the end of the file when there is none. */
export function nextMarker(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const next = bytes.indexOf(0xff, at);
    if (next < 0 || next + 1 >= bytes.length) return bytes.length;
    if (bytes[next + 1] === 0) at = next + 2;
    else if (bytes[next + 1] === 0xff) at = next + 1;
    else return next;
  }
  return bytes.length;
}

/** Whether a marker of this code stands alone: no segment belongs to it. */
export function isAlone(code: number): boolean {
  return code === 0x01 || (code >= 0xd0 && code <= 0xd8);
}

/** Where the segment ends that begins with a marker. */
export function endOfSegment(bytes: Uint8Array, marker: number): number {
  const [high = 0, low = 0] = bytes.subarray(marker + 2, marker + 4);
  return marker + 2 + Math.max(2, (high << 8) + low);
}
