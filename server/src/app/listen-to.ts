import type { Channel } from 'node:diagnostics_channel';

/** Ends a subscription. */
export type Stop = () => void;

/** Listens to one of the program's own channels; each says which messages it has. */
export function listenTo(channel: Channel, listener: (message: never) => void): Stop {
  const heard = (message: unknown) => listener(message as never);
  channel.subscribe(heard);
  return () => {
    channel.unsubscribe(heard);
  };
}
