import type { Images } from '../domain/ports.ts';
import type { Config } from './config.ts';

/** Pictures by sharp, which is loaded with the first picture: many processes see none for days. */
export function openImages({
  concurrency,
  media: { maxPixels },
}: Pick<Config, 'concurrency' | 'media'>): Images {
  let opened: Promise<Images> | undefined;

  async function open(): Promise<Images> {
    const { sharpImages } = await import('../adapters/images/sharp.ts');
    return sharpImages({ concurrency, maxPixels });
  }

  function images(): Promise<Images> {
    opened ??= open();
    return opened;
  }

  return {
    inspect: async (...file) => (await images()).inspect(...file),
    makeVariants: async (...picture) => (await images()).makeVariants(...picture),
  };
}
