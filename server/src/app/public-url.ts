import type { Config } from './config.ts';

/** Where clients reach the server, without a slash at the end. */
export function publicUrlOf({ http: { host, port, publicUrl } }: Pick<Config, 'http'>): string {
  return publicUrl ?? `http://${host}:${port}`;
}
