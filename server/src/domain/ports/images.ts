/** Decodes pictures. Both functions run in bounded pools and throw `unavailable` when one is full. */
export type Images = {
  /**
   * Tells what the bytes are, by decoding all of them.
   * @param accountId whose upload it is: accounts take turns
   * @throws DomainError `unsupported` (no picture of a known format) · `too_large` (pixels) · `invalid` (broken) ·
   *   `rate_limited` (too many of the account wait) · `unavailable` (too many of all)
   */
  inspect(path: string, accountId: number): Promise<ImageFacts>;
  /**
   * Makes the public variants: upright, in sRGB, without any metadata. One decode for all of them. With `keepsFormat`, PNG,
   * GIF and WebP stay what they are, for clients that expect what they sent; otherwise all become JPEG or WebP. Takes
   * what `inspect` took, as a file or as its bytes; a file is read only when its turn has come.
   * @param options.accountId null: the server’s own picture
   * @param options.isAwaited whether somebody waits for them; if not, they give way to everything else. Default: true
   * @throws DomainError as `inspect` · Error when the decoder broke down
   */
  makeVariants(
    picture: string | Uint8Array,
    options: { accountId: number | null; keepsFormat?: boolean; isAwaited?: boolean },
  ): Promise<ImageVariants>;
};

export type ImageFacts = {
  contentType:
    | 'image/jpeg'
    | 'image/png'
    | 'image/gif'
    | 'image/webp'
    | 'image/avif'
    | 'image/heic';
  /** As it is seen, after turning it upright. */
  width: number;
  height: number;
  /** Whether its variants will move: it has several frames, and not more than are kept. */
  isAnimated: boolean;
  photo: PhotoFacts;
};

/** What a photo tells of itself, safe to show: short plain text, a date that exists, a place on Earth. */
export type PhotoFacts = {
  cameraMake: string | null;
  cameraModel: string | null;
  /** ISO 8601 by the camera's clock; with the distance from UTC if the camera told it. */
  takenAt: string | null;
  /** In degrees; north and east are positive. */
  location: { latitude: number; longitude: number } | null;
};

/** Smallest first. `animated` exists where the picture moves; all others are stills, except the `original` of one that moves. */
export const variantSizes = ['small', 'medium', 'large', 'animated', 'original'] as const;

export type VariantSize = (typeof variantSizes)[number];

export type ImageVariant = {
  size: VariantSize;
  width: number;
  height: number;
  contentType: 'image/jpeg' | 'image/webp' | 'image/png' | 'image/gif';
  bytes: Uint8Array;
};

export type ImageVariants = { blurhash: string; variants: ImageVariant[] };
