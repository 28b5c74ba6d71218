import { setFlagsFromString } from 'node:v8';

/**
 * A start makes much garbage, for which V8 doubles the room of young objects up to 32 MB and keeps it. A server that then has
 * little to do would hold that for nothing. So it grows only from the end of the start on, when requests need it.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** As V8 does by default. */
export function letYoungHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
