import { Type } from 'typebox';

const url = '^https?://.+$';

/** Where traces are sent. The other standard variables of OpenTelemetry are read by its library. */
export const tracesSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: url,
      description:
        'Sends traces by OpenTelemetry (OTLP over HTTP, JSON) to `…/v1/traces` there: `http://localhost:4318`. The standard `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES` and others apply. Without it, nothing is traced.',
    }),
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(
    Type.String({ pattern: url, description: 'The same as a complete URL, for traces alone.' }),
  ),
  OTEL_SERVICE_NAME: Type.String({
    minLength: 1,
    default: 'rookery',
    description: 'What this program is called in traces.',
  }),
  OTEL_SDK_DISABLED: Type.Enum(['true', 'false'], {
    default: 'false',
    description: '`true` switches traces off, whatever else is set.',
  }),
};

/** Null: nothing is traced. */
export type TracesConfig = { serviceName: string } | null;

export function tracesConfigOf(settings: {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string;
  OTEL_SERVICE_NAME: string;
  OTEL_SDK_DISABLED: 'true' | 'false';
}): TracesConfig {
  const endpoint =
    settings.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? settings.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined || settings.OTEL_SDK_DISABLED === 'true') return null;
  return { serviceName: settings.OTEL_SERVICE_NAME };
}
