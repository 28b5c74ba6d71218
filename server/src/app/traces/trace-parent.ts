import { type Context, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';

/** Source: W3C Trace Context, 3.2. */
const form = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})/;

/** The context in which a child of a `traceparent` begins; without a valid one, that of a new trace. */
export function contextOf(traceParent: string | null | undefined): Context {
  const [, traceId, spanId, flags = '00'] = form.exec(traceParent ?? '') ?? [];
  if (!traceId || !spanId) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

export function traceParentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}
