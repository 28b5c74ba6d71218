import type { FastifyInstance, FastifyReply } from 'fastify';
import { type LanguageCode, languageOf } from '../../domain/language-code.ts';
import type { Look } from './layout.ts';
import { oneTimePage, oneTimePolicy } from './one-time-page.ts';
import { labels, words } from './words.ts';

type Asked = { Querystring: { lang?: unknown } };

/** The pages that links in mails lead to. */
export function oneTimeRoutes(server: FastifyInstance, look: Look): void {
  const policy = oneTimePolicy(look);

  server.get<Asked>('/verify-email', async (request, reply) => {
    const language = languageAsked(request.query.lang);
    const page = words[language]['verify-email'];
    const action = `${look.base}/v2/email-verifications/confirm`;
    const parts = { look, words: page, labels: labels[language], language, action };
    return answer(reply, oneTimePage(parts));
  });

  server.get<Asked>('/reset-password', async (request, reply) => {
    const language = languageAsked(request.query.lang);
    const page = words[language]['reset-password'];
    const action = `${look.base}/v2/password-recoveries/confirm`;
    const parts = { look, words: page, labels: labels[language], language, action };
    return answer(reply, oneTimePage({ ...parts, asksPassword: true }));
  });

  function answer(reply: FastifyReply, page: string): FastifyReply {
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(page);
  }
}

function languageAsked(lang: unknown): LanguageCode {
  return languageOf(typeof lang === 'string' ? lang : '');
}
