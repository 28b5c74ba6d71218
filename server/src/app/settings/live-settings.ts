import { Type } from 'typebox';

/** Settings of live events. */
export const liveSettings = {
  EVENT_STREAMS: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    default: 10_000,
    description: 'Maximum number of live connections (`GET /v2/events`) of one process.',
  }),
};

export type LiveConfig = { maxStreams: number };

export function liveConfigOf(settings: { EVENT_STREAMS: number }): LiveConfig {
  return { maxStreams: settings.EVENT_STREAMS };
}
