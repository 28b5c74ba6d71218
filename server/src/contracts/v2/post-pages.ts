import type { Static } from 'typebox';
import type { Page } from '../../domain/paging.ts';
import { isForAll, type PostView } from '../../domain/posts/post.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { fragments, pageOf, Written, writerOf } from '../fragments.ts';
import { PostPageSchema, PostSchema, postPresenter } from './post-wire.ts';
import type { V2App } from './route.ts';
import { imageSigner } from './signed-links.ts';

type PostBody = Static<typeof PostSchema> | Written<Static<typeof PostSchema>>;
type PageBody = Static<typeof PostPageSchema> | Written<Static<typeof PostPageSchema>>;

/** Turns posts into the body of a response: by fragments where the domain shares its views, and by the presenter elsewhere. */
export type PostBodies = {
  post(view: PostView, viewer: Viewer | null): PostBody;
  posts(page: Page<PostView>, viewer: Viewer | null): PageBody;
};

export function postBodies(app: V2App): PostBodies {
  const present = postPresenter(app.publicUrl, imageSigner(app.services));
  if (!app.areViewsShared) return present;
  const writePost = writerOf(app.fastify, PostSchema);
  const writePage = writerOf(app.fastify, PostPageSchema);
  const kept = fragments<PostView>((view) => writePost(present.post(view, null)));

  function bytesOf(view: PostView, viewer: Viewer | null): Buffer {
    // The addresses of its pictures are signed for the viewer.
    if (!isForAll(view)) return Buffer.from(writePost(present.post(view, viewer)));
    return kept(view);
  }

  return {
    post: (view, viewer) => new Written(bytesOf(view, viewer)),
    posts({ items, nextCursor }, viewer) {
      const parts = items.map((view) => bytesOf(view, viewer));
      return new Written(pageOf(writePage({ items: [], nextCursor }), parts), nextCursor);
    },
  };
}
