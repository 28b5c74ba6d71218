import { setFlagsFromString } from 'node:v8';

/**
 * A start makes much garbage, for which V8 doubles the room of young objects up to 32 MB and keeps it. A server that then has
 * little to do would hold 50 MB for nothing. So it grows only from the end of the start on, and as soon as requests need it. It
 * costs no time: what the start leaves behind is old anyway.
 */
export function keepYoungHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** As V8 does by default. */
export function letYoungHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
