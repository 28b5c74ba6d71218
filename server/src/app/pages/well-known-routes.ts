import type { FastifyInstance } from 'fastify';
import { dayMs } from '../../domain/durations.ts';
import { textOn } from '../../domain/mails/colors.ts';
import type { InstanceConfig } from '../settings/instance-settings.ts';
import { birdFile } from './logo.ts';

/** RFC 9116 recommends less than a year. The text is built for each request, so it never expires. */
const securityTextLifeMs = 180 * dayMs;

/** Photos belong to those who share them; an app decides itself what search engines find. */
const robots = 'User-agent: *\nAllow: /$\nDisallow: /\n';

/** Small files that browsers, search engines and security researchers look for. */
export function wellKnownRoutes(
  server: FastifyInstance,
  { instance, publicUrl }: { instance: InstanceConfig; publicUrl: string },
): void {
  const { accent, securityContact } = instance;
  const icon = birdFile(accent, textOn(accent));

  for (const path of ['/favicon.svg', '/favicon.ico']) {
    server.get(path, async (_request, reply) =>
      reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
    );
  }

  server.get('/robots.txt', async (_request, reply) =>
    reply.type('text/plain; charset=utf-8').send(robots),
  );

  if (securityContact === null) return;
  server.get('/.well-known/security.txt', async (_request, reply) => {
    const expires = new Date(Date.now() + securityTextLifeMs).toISOString();
    const lines = [
      `Contact: ${securityContact}`,
      `Expires: ${expires}`,
      `Canonical: ${publicUrl}/.well-known/security.txt`,
    ];
    return reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
  });
}
