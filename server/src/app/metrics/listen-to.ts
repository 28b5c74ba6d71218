import type { Channel } from 'node:diagnostics_channel';

/** Ends a subscription. */
export type Stop = () => void;

/** Listens to one of the program's own channels; each says which messages it has. */
export function listenTo<T>(channel: Channel, listener: (message: T) => void): Stop {
  const heard = (message: unknown) => listener(message as T);
  channel.subscribe(heard);
  return () => void channel.unsubscribe(heard);
}
