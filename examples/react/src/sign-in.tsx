import { type FormEvent, useState } from 'react';
import { client } from './client';

/** One form for both: the second button makes the account first. */
export function SignIn() {
  const [error, setError] = useState('');

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const { submitter } = event.nativeEvent as SubmitEvent;
    const isNew = (submitter as HTMLButtonElement | null)?.value === 'sign-up';
    const username = String(form.get('username'));
    const password = String(form.get('password'));
    setError('');
    try {
      if (isNew) await client.signUp({ username, password });
      else await client.logIn({ login: username, password });
    } catch (error) {
      setError(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <main>
      <form className="card sign-in" onSubmit={(event) => void submit(event)}>
        <h1>Dunes</h1>
        <p>Pictures of people you like.</p>
        <input
          name="username"
          placeholder="Username"
          aria-label="Username"
          autoComplete="username"
          required
        />
        <input
          name="password"
          type="password"
          placeholder="Password"
          aria-label="Password"
          autoComplete="current-password"
          minLength={8}
          required
        />
        {error && (
          <p className="error" role="alert">
            {error}
          </p>
        )}
        <div className="row">
          <button className="primary" value="sign-in">
            Sign in
          </button>
          <button value="sign-up">Sign up</button>
        </div>
      </form>
    </main>
  );
}
