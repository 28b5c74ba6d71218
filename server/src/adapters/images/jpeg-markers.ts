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
