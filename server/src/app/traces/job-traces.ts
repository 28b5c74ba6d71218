import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import { type Cause, currentCause } from '../../db/cause.ts';
import { jobTracing, type RunningJob } from '../../jobs/worker.ts';
import type { Stop } from '../listen-to.ts';
import { contextOf, traceParentOf } from './trace-parent.ts';

type Run = { span: Span; cause: Cause; before: string | null };

/** A span for each run of a subscriber, below that of the request that caused its event, in whichever process. */
export function traceJobs(tracer: Tracer): Stop {
  const runs = new WeakMap<RunningJob, Run>();
  const listeners = {
    start(job: RunningJob): void {
      const cause = currentCause();
      if (!cause?.traceParent) return;
      const { subscriber, topic, eventId, attempts } = job;
      const attributes = {
        'messaging.destination.name': topic,
        'messaging.message.id': String(eventId),
        'rookery.attempts': attempts,
        'rookery.request_id': cause.requestId,
      };
      const options = { kind: SpanKind.CONSUMER, attributes };
      const span = tracer.startSpan(`job ${subscriber}`, options, contextOf(cause.traceParent));
      runs.set(job, { span, cause, before: cause.traceParent });
      // What the job asks and causes is below its own span.
      cause.traceParent = traceParentOf(span.spanContext());
    },
    error(job: RunningJob): void {
      runs.get(job)?.span.setStatus({ code: SpanStatusCode.ERROR });
    },
    asyncEnd(job: RunningJob): void {
      const run = runs.get(job);
      if (!run) return;
      run.cause.traceParent = run.before;
      run.span.end();
    },
  };
  jobTracing.subscribe(listeners as never);
  return () => {
    jobTracing.unsubscribe(listeners as never);
  };
}
