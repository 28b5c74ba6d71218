/**
 * Foreign machines, as the domain sees them: one file per subject. Each port has adapters in `adapters/` and one
 * conformance suite.
 */
export type * from './ports/archive.ts';
export type * from './ports/blobs.ts';
export type * from './ports/broadcast.ts';
export type * from './ports/bus.ts';
export type * from './ports/clock.ts';
export type * from './ports/counters.ts';
export type * from './ports/identity.ts';
export * from './ports/images.ts';
export type * from './ports/messages.ts';
export type * from './ports/passkeys.ts';
export type * from './ports/secrets.ts';
