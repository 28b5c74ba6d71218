import { client } from './client';
import { element, errorLine } from './dom';

/** One form for both: the second button makes the account first. */
export function signInView() {
  const username = element('input', {
    name: 'username',
    placeholder: 'Username',
    autocomplete: 'username',
    required: true,
  });
  const password = element('input', {
    name: 'password',
    type: 'password',
    placeholder: 'Password',
    autocomplete: 'current-password',
    required: true,
    minLength: 8,
  });
  username.ariaLabel = 'Username';
  password.ariaLabel = 'Password';
  const error = errorLine();
  const form = element(
    'form',
    { className: 'card sign-in' },
    element('h1', {}, 'Dunes'),
    element('p', {}, 'Pictures of people you like.'),
    username,
    password,
    error.line,
    element(
      'div',
      { className: 'row' },
      element('button', { className: 'primary', value: 'sign-in' }, 'Sign in'),
      element('button', { value: 'sign-up' }, 'Sign up'),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const who = { username: username.value, password: password.value };
    const isNew = (event.submitter as HTMLButtonElement | null)?.value === 'sign-up';
    void error.guard(() =>
      isNew ? client.signUp(who) : client.logIn({ login: who.username, password: who.password }),
    );
  });
  return { nodes: [element('main', {}, form)], leave() {} };
}
