import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { createFeed, type InputArguments, type LiveEvent, type PagedId } from 'rookery-client';
import { client } from './client';

/** Number of the session; null when nobody is signed in, in whichever tab that changes. */
export function useSessionId(): number | null {
  return useSyncExternalStore(client.session.subscribe, () => client.session.id);
}

/** A list that grows: its state and how to change it. */
export function useFeed<Id extends PagedId>(id: Id, ...input: InputArguments<Id>) {
  const [feed] = useState(() => createFeed(client, id, ...input));
  const state = useSyncExternalStore(feed.subscribe, feed.getState);
  useEffect(() => feed.close, [feed]);
  return { ...state, feed };
}

/** Calls a function with what happens, as long as the component is shown. */
export function useLiveEvents(onEvent: (event: LiveEvent) => unknown): void {
  const handle = useEffectEvent(onEvent);
  useEffect(() => {
    const ended = new AbortController();
    const listen = async () => {
      for await (const event of client.events({ signal: ended.signal })) await handle(event);
    };
    // It ends with the session, which `useSessionId` notices.
    listen().catch(() => {});
    return () => ended.abort();
  }, []);
}
