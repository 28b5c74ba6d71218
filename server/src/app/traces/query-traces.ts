import { SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { currentCause } from '../../db/cause.ts';
import { type QueryRun, queryChannel } from '../../db/query-channel.ts';
import { listenTo, type Stop } from '../listen-to.ts';
import { contextOf } from './trace-parent.ts';

/** A span for each query of a request or a job. What the program asks for itself, again and again, has none. */
export function traceQueries(tracer: Tracer): Stop {
  return listenTo(queryChannel, ({ sql, ms, error }: QueryRun) => {
    const traceParent = currentCause()?.traceParent;
    if (!traceParent) return;
    const endTime = Date.now();
    const options = {
      kind: SpanKind.CLIENT,
      startTime: endTime - ms,
      // Values are parameters, so the text shows none.
      attributes: { 'db.query.text': sql.slice(0, 2000) },
    };
    const span = tracer.startSpan(nameOf(sql), options, contextOf(traceParent));
    if (error) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(endTime);
  });
}

/** `select posts`. */
function nameOf(sql: string): string {
  const [verb = 'query'] = sql.trimStart().split(/\s/, 1);
  const table = /\b(?:from|into|update)\s+["`]?(\w+)/i.exec(sql)?.[1] ?? '';
  return `${verb.toLowerCase()} ${table}`.trim();
}
