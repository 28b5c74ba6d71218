import type { Post } from 'rookery-client';
import { client } from './client';
import { element, errorLine } from './dom';

/** Writes a post, with a picture if somebody chose one. */
export function composer(onPost: (post: Post) => void): HTMLFormElement {
  const text = element('input', { name: 'text', placeholder: 'What do you see?' });
  text.ariaLabel = 'Text';
  const file = element('input', { type: 'file', name: 'picture', accept: 'image/*' });
  const fileName = element('span', {}, 'Add a picture');
  const bar = element('progress', { max: 1, value: 0, hidden: true });
  bar.ariaLabel = 'Upload';
  const publish = element('button', { className: 'primary' }, 'Publish');
  const error = errorLine();
  const form = element(
    'form',
    { className: 'card' },
    text,
    bar,
    error.line,
    element(
      'div',
      { className: 'row' },
      element('label', { className: 'file' }, file, fileName),
      element('span', { className: 'grow' }),
      publish,
    ),
  );

  async function post(): Promise<void> {
    const [picture] = file.files ?? [];
    const mediaIds: number[] = [];
    if (picture) {
      bar.hidden = false;
      const media = await client.upload(picture, {
        alt: text.value,
        onProgress: ({ ratio }) => (bar.value = ratio),
      });
      await client.waitUntilReady(media.id);
      mediaIds.push(media.id);
    }
    onPost(await client.call('createPost', { body: { text: text.value, mediaIds } }));
    form.reset();
    fileName.textContent = 'Add a picture';
  }

  file.addEventListener('change', () => {
    fileName.textContent = file.files?.[0]?.name ?? 'Add a picture';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    publish.disabled = true;
    void error.guard(post).then(() => {
      publish.disabled = false;
      bar.hidden = true;
    });
  });
  return form;
}
