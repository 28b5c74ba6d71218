import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { client } from './client';
import { SignIn } from './sign-in';
import './style.css';
import { Timeline } from './timeline';
import { useSessionId } from './use-rookery';

function App() {
  const sessionId = useSessionId();
  return sessionId === null ? <SignIn /> : <Timeline key={sessionId} />;
}

await client.session.ready();
createRoot(document.querySelector('#app')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
