import { channel } from 'node:diagnostics_channel';

/** A machine outside failed. */
export type Outage = {
  /** One of few. */
  machine: string;
  /** For how long it is not asked again; 0: it is asked at the next need. */
  restMs: number;
};

/** Hears of each outage, an `Outage`; without a listener nothing is made. */
export const machineChannel = channel('rookery:machine');

/** Tells metrics that a machine outside failed. */
export function noteOutage(machine: string, restMs = 0): void {
  if (machineChannel.hasSubscribers) machineChannel.publish({ machine, restMs } satisfies Outage);
}
