import { photoStory } from '../../support/story.ts';

photoStory('two people share a photo', async () => ({}));
