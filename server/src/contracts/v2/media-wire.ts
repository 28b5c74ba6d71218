import { type Static, Type } from 'typebox';
import type { MediaView } from '../../domain/media/media.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { id, nullable, ref } from './fields.ts';
import { type ImageSigner, signedUrl } from './signed-links.ts';

/** Where the pictures of the examples are. */
export const sampleImage = 'http://127.0.0.1:3000/v2/media/9f86d081884c7d659a2feaa0c55ad015';

const sampleSmall = {
  size: 'small',
  url: `${sampleImage}/small`,
  width: 320,
  height: 240,
  contentType: 'image/jpeg',
  bytes: 14200,
};

const sampleCamera = { make: 'Rookery', model: 'Sample camera' };

const sampleLocation = { latitude: 51.508972, longitude: -0.1275 };

const sampleMedia = {
  id: 1,
  state: 'ready',
  alt: 'A dune at noon',
  width: 4000,
  height: 3000,
  isAnimated: false,
  blurhash: 'LEHV6nWB2yk8pyo0adR*.7kCMdnj',
  camera: sampleCamera,
  takenAt: '2026-06-01T12:00:00+01:00',
  location: null,
  images: [sampleSmall],
};

const Image = Type.Object(
  {
    size: Type.Enum(['small', 'medium', 'large', 'animated', 'original'], {
      description:
        '`animated` moves; only pictures with `isAnimated` have it. `original` is for downloads: upright and in full size, up to 50 megapixels.',
    }),
    url: Type.String({
      description:
        'Absolute address of this size. While the picture is not for all to see, it is signed for you and for some minutes, and ends with your session: it needs no token, so it works in `<img>`.',
    }),
    width: Type.Integer(),
    height: Type.Integer(),
    contentType: Type.String(),
    bytes: Type.Integer(),
  },
  {
    $id: 'Image',
    description: 'One size of a picture, without metadata.',
    examples: [sampleSmall],
  },
);

const Camera = Type.Object(
  { make: nullable(Type.String()), model: nullable(Type.String()) },
  {
    $id: 'Camera',
    description: 'What took a photo, as the file says: plain text of at most 64 characters each.',
    examples: [sampleCamera],
  },
);

const Location = Type.Object(
  { latitude: Type.Number(), longitude: Type.Number() },
  {
    $id: 'Location',
    description:
      'Where a photo was taken, in degrees. Kept only if the uploader asked for it, and shown to everyone who may see the picture.',
    examples: [sampleLocation],
  },
);

export const MediaSchema = Type.Object(
  {
    id: id('Number of the picture, for `mediaIds`.'),
    state: Type.Enum(['processing', 'ready', 'failed']),
    alt: Type.String({ description: 'What the picture shows, for those who do not see it.' }),
    width: Type.Integer({ description: 'Of the original, upright.' }),
    height: Type.Integer({ description: 'Of the original, upright.' }),
    blurhash: nullable(Type.String({ description: 'To paint while the picture loads.' })),
    camera: nullable(ref(Camera)),
    takenAt: nullable(
      Type.String({
        description:
          'When the photo was taken, by the clock of the camera: ISO 8601, with the distance from UTC only if the camera told it.',
      }),
    ),
    location: nullable(ref(Location)),
    isAnimated: Type.Boolean({ description: 'Whether it has a size that moves, `animated`.' }),
    images: Type.Array(ref(Image), {
      description:
        'Smallest first, `original` last; empty while processing. Pictures uploaded to older versions of the server have no `original`.',
    }),
  },
  {
    $id: 'Media',
    description: 'A picture.',
    examples: [sampleMedia],
  },
);

/** Media as the OpenAPI document names it. */
export const mediaSchemas = [Image, Camera, Location, MediaSchema];

/** Makes the absolute address of one size of a picture. */
export function imageUrl(publicUrl: string): (publicKey: string, size: string) => string {
  return (publicKey, size) => `${publicUrl}/v2/media/${publicKey}/${size}`;
}

/**
 * Turns a picture of the domain into what `/v2` says. For one that is not public, `privateTo` is the viewer:
 * its addresses are signed for them.
 */
export function mediaPresenter(publicUrl: string, sign: ImageSigner | null) {
  const urlOf = imageUrl(publicUrl);

  return function media(of: MediaView, privateTo: Viewer | null): Static<typeof MediaSchema> {
    const { id, state, alt, width, height, isAnimated, blurhash, camera, takenAt, location } = of;
    const { publicKey, variants } = of;
    const images = variants.map((v) => {
      const url = urlOf(publicKey, v.size);
      const isSigned = sign && privateTo;
      return { ...v, url: isSigned ? signedUrl(url, sign(privateTo, publicKey, v.size)) : url };
    });
    return {
      id,
      state,
      alt,
      width,
      height,
      isAnimated,
      blurhash,
      camera,
      takenAt,
      location,
      images,
    };
  };
}
