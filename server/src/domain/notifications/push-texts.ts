import type { LanguageCode } from '../language-code.ts';
import type { NotificationKind } from './notification.ts';

type Texts = { title: string; body: (who: string, others: number) => string };

const texts: Record<LanguageCode, Record<NotificationKind, Texts>> = {
  en: {
    followed: { title: 'New follower', body: (who) => `${who} follows you.` },
    liked: {
      title: 'New like',
      body: (who, others) =>
        others === 0 ? `${who} likes your post.` : `${who} and ${others} more like your post.`,
    },
    mentioned: { title: 'You were mentioned', body: (who) => `${who} mentioned you in a post.` },
    replied: { title: 'New comment', body: (who) => `${who} commented on your post.` },
  },
  es: {
    followed: { title: 'Nuevo seguidor', body: (who) => `${who} te sigue.` },
    liked: {
      title: 'Nuevo me gusta',
      body: (who, others) =>
        others === 0
          ? `A ${who} le gusta tu publicación.`
          : `A ${who} y a ${others} más les gusta tu publicación.`,
    },
    mentioned: {
      title: 'Te mencionaron',
      body: (who) => `${who} te mencionó en una publicación.`,
    },
    replied: {
      title: 'Nuevo comentario',
      body: (who) => `${who} comentó tu publicación.`,
    },
  },
};

/** What a device shows, in the language of its owner. */
export function pushText(
  language: LanguageCode,
  kind: NotificationKind,
  { who, others }: { who: string; others: number },
): { title: string; body: string } {
  const { title, body } = texts[language][kind];
  return { title, body: body(who, others) };
}
