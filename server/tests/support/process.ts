import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programFile } from './program.ts';
import type { Answer } from './server.ts';

export type Exit = { code: number | null; signal: NodeJS.Signals | null };

export type Sent = { token?: string; body?: unknown; headers?: Record<string, string> };

/** The real program in a process of its own, on real files and a real port. */
export type Program = {
  url: string;
  pid: number;
  /** What was printed so far, to both outputs. */
  printed(): string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Sends a signal and resolves when the process is gone. */
  kill(signal: NodeJS.Signals): Promise<Exit>;
  exited: Promise<Exit>;
};

export type ProgramOptions = {
  dataDir: string;
  environment?: Record<string, string>;
  /** A program that runs ours, with its arguments. */
  through?: readonly string[];
  /** Another build of the program. */
  file?: string;
};

export type CommandOptions = {
  environment?: Record<string, string>;
  input?: string;
  through?: readonly string[];
};

/** What a finished command left behind. */
export type Output = { code: number | null; stdout: string; stderr: string };

export const rootDir = fileURLToPath(new URL('../../../', import.meta.url));

const startLimitMs = 20_000;
const children = new Set<ChildProcess>();
const folders = new Set<string>();

// Whatever happens to a test, its processes end with it.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Ends every process that still runs, and removes the folders. For `afterEach` and `afterAll`. */
export async function cleanUp(): Promise<void> {
  const running = [...children].map(async (child) => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
  await Promise.all(running);
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  folders.clear();
}

/** A folder that `cleanUp` removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-process-'));
  folders.add(folder);
  return folder;
}

/** Starts the server on a free port and waits until it has said where it is. */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  const { dataDir, environment = {}, through = [], file = programFile } = options;
  const child = run([...through, process.execPath, file, 'start'], {
    PORT: '0',
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    DATA_DIR: dataDir,
    ...environment,
  });
  const output = collect(child);
  const exited = once(child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
  const url = await addressOf(child, output, exited);
  return {
    url,
    pid: child.pid ?? 0,
    printed: () => output.stdout + output.stderr,
    exited,
    send: (method, path, sent) => send(`${url}${path}`, method, sent),
    kill(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs a command of the program to its end. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<Output> {
  const { environment = {}, input = '', through = [] } = options;
  return finish(run([...through, process.execPath, programFile, ...args], environment), input);
}

/** Runs any other program to its end, with nothing but these variables. */
export function runFile(
  argv: readonly string[],
  environment: Record<string, string>,
): Promise<Output> {
  return finish(run(argv, environment), '');
}

function run(argv: readonly string[], environment: Record<string, string>): ChildProcess {
  const [file = '', ...args] = argv;
  const inherited = { PATH: process.env.PATH, HOME: process.env.HOME };
  const child = spawn(file, args, { env: { ...inherited, ...environment }, stdio: 'pipe' });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

async function finish(child: ChildProcess, input: string): Promise<Output> {
  const output = collect(child);
  // A command that ends without reading its input closes the pipe first.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const [code] = await once(child, 'close');
  return { code, ...output };
}

function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  return output;
}

async function addressOf(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  exited: Promise<Exit>,
): Promise<string> {
  const end = Date.now() + startLimitMs;
  let isGone = false;
  void exited.then(() => {
    isGone = true;
  });
  for (;;) {
    const url = /running at (http\S+)/.exec(output.stdout)?.[1];
    if (url) return url;
    if (isGone || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`The program did not start.\n${output.stdout}${output.stderr}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Sends one request and reads the whole answer. */
export async function send(url: string, method: string, sent: Sent = {}): Promise<Answer> {
  const headers = new Headers(sent.headers);
  if (sent.token) headers.set('authorization', `Bearer ${sent.token}`);
  const isForm = sent.body instanceof FormData;
  if (sent.body !== undefined && !isForm) headers.set('content-type', 'application/json');
  const body = isForm ? (sent.body as FormData) : JSON.stringify(sent.body);
  const response = await fetch(url, {
    method,
    headers,
    ...(sent.body === undefined ? {} : { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const plain = Object.fromEntries(response.headers);
  const isJson = /json/.test(plain['content-type'] ?? '');
  const text = bytes.toString('utf8');
  return { status: response.status, headers: plain, body: isJson ? JSON.parse(text) : text, bytes };
}
