import { Type } from 'typebox';

/** Where metrics are read. */
export const metricsSettings = {
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description:
        'Port for Prometheus (`/metrics`), apart from `PORT` so that it is never public. With `start --processes N`, the processes use this port and the N − 1 after it, and one more during a restart. Without it, nothing is measured.',
    }),
  ),
  METRICS_HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address that `METRICS_PORT` listens on. No login is asked for there.',
  }),
};

/** Null: nothing is measured. */
export type MetricsConfig = { host: string; port: number } | null;

export function metricsConfigOf(settings: {
  METRICS_PORT?: number;
  METRICS_HOST: string;
}): MetricsConfig {
  const { METRICS_PORT: port, METRICS_HOST: host } = settings;
  return port === undefined ? null : { host, port };
}
