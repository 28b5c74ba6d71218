import type { Image, Media } from './generated.ts';

/** Name of a size of a picture. */
export type ImageSize = Image['size'];

type Pictured = Pick<Media, 'images'>;

/** From small to large; `animated` stands aside. */
const stillSizes: readonly ImageSize[] = ['small', 'medium', 'large', 'original'];

/**
 * Address of a picture, for `<img>`; null while it is processed.
 * @param size one by name, or the width in pixels that is needed. The nearest one there is: small pictures have no large sizes
 * @example <img src={imageUrl(media, 640)} srcset={srcset(media)} sizes="100vw" alt={media.alt}>
 */
export function imageUrl(media: Pictured, size: ImageSize | number = 'medium'): string | null {
  const stills = stillsOf(media);
  if (typeof size === 'number') {
    return (stills.find(({ width }) => width >= size) ?? stills.at(-1))?.url ?? null;
  }
  const named = media.images.find((image) => image.size === size);
  if (named) return named.url;
  const wanted = stillSizes.indexOf(size === 'animated' ? 'large' : size);
  const smaller = stills.filter((image) => stillSizes.indexOf(image.size) <= wanted).at(-1);
  return (smaller ?? stills[0])?.url ?? null;
}

/** All sizes but the original, for `srcset` of `<img>`; use it with `sizes`. Empty while the picture is processed. */
export function srcset(media: Pictured): string {
  return stillsOf(media)
    .filter(({ size }) => size !== 'original')
    .map(({ url, width }) => `${url} ${width}w`)
    .join(', ');
}

/** When the addresses of a protected picture expire, in ms since 1970; null for a picture that everybody may see. */
export function linksExpireAt(media: Pictured): number | null {
  const ends = media.images.map(({ url }) => /[?&]signature=\d+\.\d+\.(\d+)\./.exec(url)?.[1]);
  const known = ends.filter((end) => end !== undefined).map((end) => Number(end) * 1000);
  return known.length === 0 ? null : Math.min(...known);
}

function stillsOf({ images }: Pictured): Image[] {
  const stills = images.filter(({ size }) => stillSizes.includes(size));
  return stills.sort((a, b) => a.width - b.width);
}
