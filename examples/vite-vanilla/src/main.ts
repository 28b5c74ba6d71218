import { client } from './client';
import { signInView } from './sign-in';
import './style.css';
import { timelineView } from './timeline';

const app = document.querySelector<HTMLDivElement>('#app')!;
let shown: number | null | undefined;
let leave = () => {};

/** Shows the timeline of the signed-in account, also after a sign-in in another tab. */
function show(): void {
  if (shown === client.session.id) return;
  shown = client.session.id;
  leave();
  const view = shown === null ? signInView() : timelineView();
  leave = view.leave;
  app.replaceChildren(...view.nodes);
}

client.session.subscribe(show);
await client.session.ready();
show();
