import type { FastifyInstance, FastifyReply } from 'fastify';
import { type LanguageCode, languageOf } from '../../domain/language-code.ts';
import { oneTimePage, oneTimePolicy } from './one-time-page.ts';
import { labels, words } from './words.ts';

type Asked = { Querystring: { lang?: unknown } };

/** The pages that links in mails lead to. @param publicUrl whose path, if any, stands before `/v2` */
export function oneTimeRoutes(server: FastifyInstance, publicUrl: string): void {
  const base = new URL(publicUrl).pathname.replace(/\/$/, '');

  server.get<Asked>('/verify-email', async (request, reply) => {
    const language = languageAsked(request.query.lang);
    const page = words[language]['verify-email'];
    const action = `${base}/v2/email-verifications/confirm`;
    return answer(reply, oneTimePage({ words: page, language, action }));
  });

  server.get<Asked>('/reset-password', async (request, reply) => {
    const language = languageAsked(request.query.lang);
    const page = words[language]['reset-password'];
    const action = `${base}/v2/password-recoveries/confirm`;
    return answer(reply, oneTimePage({ words: page, language, action, labels: labels[language] }));
  });
}

function languageAsked(lang: unknown): LanguageCode {
  return languageOf(typeof lang === 'string' ? lang : '');
}

function answer(reply: FastifyReply, page: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', oneTimePolicy)
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .send(page);
}
