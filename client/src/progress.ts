import type { Fetch } from './transport.ts';

/** How far an upload is. It starts again from 0 when the request is sent again. */
export type UploadProgress = {
  /** Bytes that were sent. */
  loaded: number;
  /** Bytes in all. */
  total: number;
  /** From 0 to 1. */
  ratio: number;
};

/** Called while an upload is sent. */
export type ProgressListener = (progress: UploadProgress) => void;

/** What is used of an `XMLHttpRequest`. A type of our own: not every program has the DOM's. */
type Xhr = {
  status: number;
  responseText: string;
  upload: {
    addEventListener(
      type: 'progress',
      listener: (event: { loaded: number; total: number }) => void,
    ): void;
  };
  addEventListener(type: 'load' | 'error' | 'abort' | 'loadend', listener: () => void): void;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: unknown): void;
  abort(): void;
};

type NewXhr = new () => Xhr;

const chunkBytes = 64 * 1024;

/**
 * A `fetch` that tells how much of a form was sent. Browsers and React Native tell it of an `XMLHttpRequest` only;
 * elsewhere the bytes are counted as they are read.
 * @param own the app's own `fetch`; in a browser it is told the beginning and the end only
 */
export function progressFetch(onProgress: ProgressListener, own: Fetch | undefined): Fetch {
  const { XMLHttpRequest } = globalThis as unknown as { XMLHttpRequest?: NewXhr };
  if (XMLHttpRequest && !own) {
    return (url, init) => sendByXhr(new XMLHttpRequest(), url, init, onProgress);
  }
  const fetch: Fetch = own ?? ((url, init) => globalThis.fetch(url, init));
  return async (url, init) => {
    const body = await new Response(init.body).blob();
    const tell = (loaded: number) => onProgress(progressOf(loaded, body.size));
    tell(0);
    const response = await fetch(url, XMLHttpRequest ? init : counted(init, body, tell));
    tell(body.size);
    return response;
  };
}

/** The same request with a body that is counted while it is read. */
function counted(init: RequestInit, body: Blob, tell: (loaded: number) => void): RequestInit {
  let loaded = 0;
  let isEnded = false;
  // Not the stream of a `Response` of the form: that of Node 24 fails where nobody can catch it when it is cancelled.
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const chunk = await body.slice(loaded, loaded + chunkBytes).arrayBuffer();
      if (isEnded) return;
      loaded += chunk.byteLength;
      if (chunk.byteLength === 0) controller.close();
      else controller.enqueue(new Uint8Array(chunk));
      tell(loaded);
    },
    cancel() {
      isEnded = true;
    },
  });
  const headers = { ...(init.headers as Record<string, string>), 'content-type': body.type };
  // The DOM's types do not know `duplex`, which Node and Deno ask for.
  const streamed = { ...init, headers, body: stream, duplex: 'half' as const };
  return streamed;
}

function sendByXhr(
  xhr: Xhr,
  url: string,
  init: RequestInit,
  onProgress: ProgressListener,
): Promise<Response> {
  const { method = 'GET', signal, body } = init;
  return new Promise((resolve, reject) => {
    const abort = () => xhr.abort();
    xhr.open(method, url);
    for (const [name, value] of Object.entries(init.headers as Record<string, string>)) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(progressOf(loaded, total)),
    );
    xhr.addEventListener('load', () => resolve(responseOf(xhr)));
    xhr.addEventListener('error', () => reject(new TypeError('The upload failed.')));
    xhr.addEventListener('abort', () => reject(signal?.reason as Error));
    xhr.addEventListener('loadend', () => signal?.removeEventListener('abort', abort));
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) reject(signal.reason as Error);
    else xhr.send(body);
  });
}

function responseOf(xhr: Xhr): Response {
  const headers: Record<string, string> = {};
  for (const name of ['content-type', 'retry-after']) {
    const value = xhr.getResponseHeader(name);
    if (value !== null) headers[name] = value;
  }
  const hasBody = xhr.status !== 204;
  return new Response(hasBody ? xhr.responseText : null, { status: xhr.status, headers });
}

function progressOf(loaded: number, total: number): UploadProgress {
  return { loaded, total, ratio: total === 0 ? 1 : loaded / total };
}
