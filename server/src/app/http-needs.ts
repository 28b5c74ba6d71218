import type { App } from './app.ts';
import type { Config } from './config.ts';

/** The settings that the HTTP side reads; no other changes what it builds. */
export type HttpConfig = Pick<
  Config,
  | 'contracts'
  | 'hasRateLimits'
  | 'hasStrictPasswords'
  | 'http'
  | 'instance'
  | 'serving'
  | 'media'
  | 'tokenLives'
>;

/** The parts of the program that the HTTP side uses. */
export type HttpNeeds = Pick<
  App,
  'database' | 'dependencies' | 'log' | 'requestCounters' | 'services'
> &
  Partial<Pick<App, 'metrics' | 'traces'>> & {
    config: HttpConfig;
  };
