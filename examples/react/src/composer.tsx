import { type FormEvent, useState } from 'react';
import type { Post } from 'rookery-client';
import { client } from './client';

/** Writes a post, with a picture if somebody chose one. */
export function Composer({ onPost }: { onPost: (post: Post) => void }) {
  const [fileName, setFileName] = useState<string | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState('');

  async function post(form: FormData): Promise<void> {
    const text = String(form.get('text'));
    const picture = form.get('picture');
    const mediaIds: number[] = [];
    if (picture instanceof File && picture.size > 0) {
      const onProgress = ({ ratio }: { ratio: number }) => setProgress(ratio);
      const media = await client.upload(picture, { alt: text, onProgress });
      await client.waitUntilReady(media.id);
      mediaIds.push(media.id);
    }
    onPost(await client.call('createPost', { body: { text, mediaIds } }));
  }

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    setIsBusy(true);
    setError('');
    try {
      await post(new FormData(form));
      form.reset();
      setFileName(null);
    } catch (error) {
      setError(error instanceof Error ? error.message : String(error));
    }
    setIsBusy(false);
    setProgress(null);
  }

  return (
    <form className="card" onSubmit={(event) => void submit(event)}>
      <input name="text" placeholder="What do you see?" aria-label="Text" />
      {progress !== null && <progress max={1} value={progress} aria-label="Upload" />}
      {error && (
        <p className="error" role="alert">
          {error}
        </p>
      )}
      <div className="row">
        <label className="file">
          <input
            type="file"
            name="picture"
            accept="image/*"
            onChange={(event) => setFileName(event.target.files?.[0]?.name ?? null)}
          />
          <span>{fileName ?? 'Add a picture'}</span>
        </label>
        <span className="grow" />
        <button className="primary" disabled={isBusy}>
          Publish
        </button>
      </div>
    </form>
  );
}
