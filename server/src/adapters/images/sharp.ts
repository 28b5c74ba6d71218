import { DomainError } from '../../domain/errors.ts';
import type { ImageFacts, Images } from '../../domain/ports.ts';
import { boundedPool } from '../pool.ts';
import { check } from './checking.ts';
import { photoFactsOf } from './exif.ts';
import { brokenPicture, type Header } from './header.ts';
import { checkJpegFile } from './jpeg-check.ts';
import { type Limits, largePool, pictureMaking, refuse } from './making.ts';
import { headerOf, isLarge } from './opening.ts';
import { makeApart } from './renderer.ts';

/** How long an upload may wait to be checked. */
const maxWaitMs = 15_000;

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
    isUneven: true,
  });
  const large = largePool();
  const making = pictureMaking({ concurrency, maxPixels }, large);
  const background = boundedPool({
    name: 'background-images',
    concurrency,
    maxWaiting: 100,
    maxWaitingEach: 50,
    givesWayTo: checks,
  });

  async function inspect(path: string, accountId: number): Promise<ImageFacts> {
    const owner = `checks for ${accountId}`;
    const { header, isChecked } = await checks(() => checkUnlessLarge(path), owner);
    if (!isChecked) await large(() => check(path, header, maxPixels).catch(refuse), owner);
    const { contentType, width, height, isAnimated, exif } = header;
    return { contentType, width, height, isAnimated, photo: await photoFactsOf(exif) };
  }

  /** In one turn, for who was let in is not to be refused half way. */
  async function checkUnlessLarge(path: string): Promise<Look> {
    const verdict = await checkJpegFile(path, maxPixels).catch(tryLater);
    const isWhole = verdict !== 'unknown' && 'header' in verdict;
    if (isWhole && verdict.header) {
      return { header: { ...plainJpeg, ...verdict.header }, isChecked: true };
    }
    const header = await headerOf(path, maxPixels);
    if (verdict !== 'unknown' && 'broken' in verdict) throw brokenPicture(verdict.broken);
    if (!isWhole && isLarge(header)) return { header, isChecked: false };
    if (!isWhole) await check(path, header, maxPixels).catch(refuse);
    return { header, isChecked: true };
  }

  const makeVariants: Images['makeVariants'] = (picture, options) => {
    const { accountId, keepsFormat = false, isAwaited = true } = options;
    // Apart from checks, so that sizes of earlier uploads are no reason to refuse the next.
    const owner = accountId === null ? '' : `sizes for ${accountId}`;
    if (isAwaited) return making(picture, { owner, keepsFormat });
    const order = { picture, keepsFormat, limits: { concurrency, maxPixels } };
    return background(() => makeApart(order), owner);
  };

  return { inspect, makeVariants };
}

const plainJpeg = { contentType: 'image/jpeg', isAnimated: false } as const;

type Known = Omit<ImageFacts, 'photo'> & { exif: Uint8Array | undefined };
type Look = { header: Header; isChecked: false } | { header: Known; isChecked: true };

/** Of what says nothing about the picture. */
function tryLater(cause: unknown): never {
  const message = 'The server cannot check pictures now. Try again in a moment.';
  throw new DomainError('unavailable', message, { retryAfterSeconds: 2, cause });
}
