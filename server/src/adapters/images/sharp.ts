import type { ImageFacts, Images } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { check } from './checking.ts';
import { photoFactsOf } from './exif.ts';
import { type Limits, pictureMaking, refuse } from './making.ts';
import { headerOf, isLarge } from './opening.ts';
import { makeApart } from './renderer.ts';

/** How long an upload may wait to be checked; what would wait longer is refused at once. */
const maxWaitMs = 10_000;

/**
 * Pictures by sharp (libvips), HEIC by libheif. Uploads are checked at once; sizes that somebody waits for have a pool of their
 * own, and all others are made in a process apart (`renderer.ts`), one at a time while uploads are being checked.
 */
export function sharpImages({ concurrency, maxPixels }: Limits): Images {
  const checks = boundedPool({
    name: 'image-checks',
    concurrency,
    maxWaiting: 1000,
    maxWaitingEach: 50,
    maxWaitMs,
  });
  const largeChecks = boundedPool({
    name: 'large-image-checks',
    concurrency: 1,
    maxWaiting: 100,
    maxWaitingEach: 10,
  });
  const making = pictureMaking({ concurrency, maxPixels });
  const background = boundedPool({
    name: 'background-images',
    concurrency,
    maxWaiting: 100,
    maxWaitingEach: 50,
    givesWayTo: checks,
  });

  async function inspect(path: string, accountId: number): Promise<ImageFacts> {
    const owner = String(accountId);
    const header = await checks(() => headerOf(path, maxPixels), owner);
    const pool = isLarge(header) ? largeChecks : checks;
    await pool(() => check(path, header, maxPixels).catch(refuse), owner);
    const { contentType, width, height, isAnimated, exif } = header;
    return { contentType, width, height, isAnimated, photo: await photoFactsOf(exif) };
  }

  const makeVariants: Images['makeVariants'] = (picture, options) => {
    const { accountId, keepsFormat = false, isAwaited = true } = options;
    const owner = String(accountId ?? '');
    if (isAwaited) return making(picture, { owner, keepsFormat });
    const order = { picture, keepsFormat, limits: { concurrency, maxPixels } };
    return background(() => makeApart(order), owner);
  };

  return { inspect, makeVariants };
}
