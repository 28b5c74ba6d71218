import { Type } from 'typebox';

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
};

export type ServingConfig = { requestDeadlineMs: number; workHealthPort: number };

export function servingConfigOf(settings: {
  REQUEST_DEADLINE_MS: number;
  WORK_HEALTH_PORT: number;
}): ServingConfig {
  return {
    requestDeadlineMs: settings.REQUEST_DEADLINE_MS,
    workHealthPort: settings.WORK_HEALTH_PORT,
  };
}
