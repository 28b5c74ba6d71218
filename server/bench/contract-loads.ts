import { allPhotos, uploads as hmletUploads, myPhotos } from './hmlet-loads.ts';
import type { PairMaker } from './load-needs.ts';
import { shortTimelines, wholeTimelines } from './mini-sns-loads.ts';
import { everybodysPictures, uploads as mithrilUploads, ownPictures } from './mithril-loads.ts';

/** By contract and by the name of its load. */
export const contractLoads: Record<string, Record<string, PairMaker>> = {
  'mini-sns': { 'mini-sns-timeline-20': shortTimelines, 'mini-sns-timeline': wholeTimelines },
  hmlet: {
    'hmlet-my-photos': myPhotos,
    'hmlet-all-photos': allPhotos,
    'hmlet-upload': hmletUploads,
  },
  mithril: {
    'mithril-pictures': ownPictures,
    'mithril-pictures-all': everybodysPictures,
    'mithril-upload': mithrilUploads,
  },
};
