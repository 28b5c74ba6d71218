import { readFileSync } from 'node:fs';
import Fastify from 'fastify';

/**
 * What Fastify does alone, as the measure of everything else: `/hello`, and `/page`, a page of a timeline that never
 * changes. Run as a process of its own; the file that BENCH_PAGE names holds the page.
 */
const page: unknown = JSON.parse(readFileSync(process.env['BENCH_PAGE'] ?? '', 'utf8'));
const server = Fastify();
server.get('/hello', async () => ({ hello: 'world' }));
server.get('/page', async () => page);
const address = await server.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${address}\n`);
process.once('SIGTERM', () => void server.close());
