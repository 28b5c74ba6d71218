import { existsSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, type Program, startProgram, temporaryFolder } from '../support/process.ts';

const clients = 40;
const megabyte = Buffer.alloc(1024 * 1024, 'a');
const bodyMegabytes = 24;
/** Of 960 that all bodies together have. */
const mostGrowth = 150;

const json = 'application/json';
const form = 'multipart/form-data; boundary=b';
const partHead = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';

describe.skipIf(!existsSync('/proc/self/status'))(
  'many large bodies of strangers',
  { timeout: 60_000 },
  () => {
    let program: Program;

    beforeAll(async () => {
      program = await startProgram({ dataDir: temporaryFolder() });
    });

    afterAll(cleanUp);

    it.each([
      ['POST /api/picture', json, 403],
      ['POST /v2/posts', json, 401],
      ['POST /v2/media', form, 401],
    ])('%s are answered at once and take no memory', async (line, type, status) => {
      const before = peakMegabytes();
      const statuses = await Promise.all(Array.from({ length: clients }, () => flood(line, type)));

      expect(statuses).toEqual(statuses.map(() => status));
      expect(peakMegabytes() - before).toBeLessThan(mostGrowth);
    });

    /** Sends a large body on, whatever comes back meanwhile, and returns the status. The server ends what takes too long. */
    async function flood(line: string, type: string): Promise<number> {
      const { hostname, port } = new URL(program.url);
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
      });
      const ended = new Promise<void>((resolve) =>
        socket.on('error', () => {}).on('close', resolve),
      );
      const length = bodyMegabytes * megabyte.length;
      socket.write(
        `${line} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`,
      );
      if (type === form) socket.write(partHead);
      await Promise.race([ended, write(socket, length - (type === form ? partHead.length : 0))]);
      socket.end();
      await ended;
      return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
    }

    async function write(socket: Socket, length: number): Promise<void> {
      for (let left = length; left > 0 && !socket.destroyed; left -= megabyte.length) {
        const isTaken = socket.write(megabyte.subarray(0, left));
        if (!isTaken) await new Promise((resolve) => socket.once('drain', resolve));
      }
    }

    /** The most memory that the program has used since its start. */
    function peakMegabytes(): number {
      const text = readFileSync(`/proc/${program.pid}/status`, 'utf8');
      return Number(/VmHWM:\s+(\d+) kB/.exec(text)?.[1]) / 1024;
    }
  },
);
