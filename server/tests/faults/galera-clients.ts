import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../support/process.ts';
import type { Answer } from '../support/server.ts';

/** Processes, and the access tokens of those who write to them. */
export type Target = { programs: readonly Program[]; tokens: readonly string[] };

/** What clients saw. */
export type Figures = {
  /** How many answers had each status. */
  answers: Map<number, number>;
  /** Posts that were acknowledged, each with one like. */
  kept: number;
  longestAnswerMs: number;
  /** From the first attempt at a post to its acknowledgement. */
  longestUntilKeptMs: number;
  /** Answers that no client can make sense of. */
  surprises: string[];
};

export function newFigures(): Figures {
  return { answers: new Map(), kept: 0, longestAnswerMs: 0, longestUntilKeptMs: 0, surprises: [] };
}

type Client = { target: Target; client: number; figures: Figures };

/** Writes posts and likes them; what fails is sent again, with the same key, to the other process. */
export async function writeUntil(isOver: () => boolean, needs: Client): Promise<void> {
  const { client, figures } = needs;
  for (let n = client; !isOver(); n += 1) {
    const since = Date.now();
    const body = { text: `Post ${n} of client ${client}.` };
    const headers = { 'idempotency-key': randomUUID() };
    const { id } = (await untilDone(needs, n, 201, ['POST', '/v2/posts', { body, headers }])).body;
    figures.longestUntilKeptMs = Math.max(figures.longestUntilKeptMs, Date.now() - since);
    await untilDone(needs, n, 200, ['PUT', `/v2/posts/${id}/like`, {}]);
    figures.kept += 1;
  }
}

type Request = [
  method: string,
  path: string,
  sent: { body?: unknown; headers?: Record<string, string> },
];

async function untilDone(
  { target, client, figures }: Client,
  n: number,
  expected: number,
  [method, path, sent]: Request,
): Promise<Answer> {
  const token = target.tokens[client % target.tokens.length] ?? '';
  for (let attempt = 0; ; attempt += 1) {
    const program = target.programs[(n + attempt) % target.programs.length];
    if (!program) throw new Error('There is no process to write to.');
    const since = Date.now();
    const answer = await program.send(method, path, { ...sent, token });
    figures.longestAnswerMs = Math.max(figures.longestAnswerMs, Date.now() - since);
    figures.answers.set(answer.status, (figures.answers.get(answer.status) ?? 0) + 1);
    if (answer.status === expected) return answer;
    const isClear = answer.status === 503 && answer.headers['retry-after'] !== undefined;
    // A node that has not yet heard of the post.
    const isEarly = answer.status === 404 && method === 'PUT';
    if (!isClear && !isEarly) figures.surprises.push(`${method}: ${JSON.stringify(answer.body)}`);
    await sleep(200);
  }
}
