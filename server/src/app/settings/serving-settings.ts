import { Type } from 'typebox';
import { usableBytes } from '../usable-memory.ts';

/** Settings of how requests and health checks are served. */
export const servingSettings = {
  REQUEST_DEADLINE_MS: Type.Integer({
    minimum: 1000,
    maximum: 60_000,
    default: 7000,
    description:
      'How long one request may wait for a server database, in all its statements and retries together, in milliseconds. Then it is answered with 503. The time that a body takes to arrive does not count.',
  }),
  WORK_HEALTH_PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 0,
    description:
      'Port of `/livez` and `/readyz` of a process that only runs jobs (`work`), at the address `HOST`. 0: none.',
  }),
  MEMORY_CACHE_MB: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'With SQLite: about how much memory may be used to keep what is read often, such as the newest posts, in MB. What was used least lately goes first. Default: a quarter of what the process may use.',
    }),
  ),
};

/** Of what the process may use, where nothing else is said. */
const memoryShare = 0.25;

export type ServingConfig = {
  requestDeadlineMs: number;
  workHealthPort: number;
  /** About. */
  memoryCacheBytes: number;
};

export function servingConfigOf(settings: {
  REQUEST_DEADLINE_MS: number;
  WORK_HEALTH_PORT: number;
  MEMORY_CACHE_MB?: number;
}): ServingConfig {
  const { MEMORY_CACHE_MB: cacheMb } = settings;
  return {
    requestDeadlineMs: settings.REQUEST_DEADLINE_MS,
    workHealthPort: settings.WORK_HEALTH_PORT,
    memoryCacheBytes: cacheMb === undefined ? memoryShare * usableBytes() : cacheMb * 1_000_000,
  };
}
