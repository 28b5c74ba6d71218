import { endOfSegment, fillBefore, isAlone, nextMarker } from './jpeg-markers.ts';

/** Far more than photos have; a file of nothing else would keep everybody waiting. */
const maxMarkers = 100_000;

const isRestart = (code: number) => code >= 0xd0 && code <= 0xd7;

/**
 * The same JPEG without what cameras leave between its segments, so that what the decoder still warns of is damage. Cut off
 * where it makes no sense.
 * @param dropsFill whether fill bytes and zeros after scans go, too: coded data may end with zeros as well
 */
export function withoutStrayBytes(
  bytes: Uint8Array,
  { dropsFill }: { dropsFill: boolean },
): Buffer {
  const tidy = Buffer.alloc(bytes.length);
  let length = 0;
  const keep = (from: number, to: number) => {
    const kept = bytes.subarray(from, to);
    tidy.set(kept, length);
    length += kept.length;
  };
  keep(0, 2);
  for (let at = 2, markers = 0, isInScan = false; markers < maxMarkers; markers += 1) {
    const marker = nextMarker(bytes, at);
    const code = bytes[marker + 1];
    if (isInScan && isRestart(code ?? 0)) {
      keep(at, marker + 2);
      at = marker + 2;
      continue;
    }
    if (isInScan) keep(at, dropsFill ? marker - fillBefore(bytes, at, marker) : marker);
    if (code === undefined) break;
    at = isAlone(code) || code === 0xd9 ? marker + 2 : endOfSegment(bytes, marker);
    keep(marker, at);
    if (code === 0xd9) break;
    isInScan = code === 0xda;
  }
  return tidy.subarray(0, length);
}
