import { execFile, execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What a finished program left behind. */
export type Result = { code: number; stdout: string; stderr: string };

/** Containers with files, networks and images of their own. */
export type Podman = {
  /** Kept from run to run: making the base image takes two minutes. */
  folder: string;
  /** What programs need to talk to this podman. */
  environment: Record<string, string>;
  /** Runs `podman ARGS`. @throws when it fails */
  run(...args: string[]): Promise<string>;
  /** The same, for what may fail. */
  attempt(...args: string[]): Promise<Result>;
  /** Makes an image of the Dockerfile in a folder, or of one of its targets. */
  build(tag: string, context: string, target?: string): Promise<void>;
};

const baseImage = 'localhost/node:24-slim';
const script = join(import.meta.dirname, 'podman.sh');
const maxBuffer = 64 * 1024 * 1024;

/** Installs podman where it is missing, which needs root, and makes the base image where it is missing. */
export async function openPodman(folder = join(tmpdir(), 'rookery-containers')): Promise<Podman> {
  execFileSync(script, ['install'], { stdio: 'inherit' });
  const settings = execFileSync(script, ['environment', folder], { encoding: 'utf8' });
  const environment = Object.fromEntries(
    settings
      .trim()
      .split('\n')
      .map((line) => line.split('=', 2)),
  );
  execFileSync(script, ['base', folder], { stdio: ['ignore', 'ignore', 'inherit'] });

  const attempt = (...args: string[]) => execute('podman', args, { environment });
  const run = (...args: string[]) => succeed('podman', args, { environment });

  return {
    folder,
    environment,
    run,
    attempt,
    async build(tag, context, target) {
      // Docker's format: the other one has no HEALTHCHECK.
      const options = ['--network', 'host', '--format', 'docker', '--tag', tag];
      options.push('--build-arg', `BASE=${baseImage}`);
      if (target) options.push('--target', target);
      await run('build', ...options, context);
    },
  };
}

type Options = { cwd?: string; environment?: Record<string, string> };

/** Runs a program to its end, whatever its exit code. */
export async function execute(
  file: string,
  args: readonly string[],
  { cwd, environment }: Options = {},
): Promise<Result> {
  const env = { ...process.env, ...environment };
  try {
    const done = await promisify(execFile)(file, args, { cwd, env, maxBuffer });
    return { code: 0, ...done };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Partial<Result> & { code: unknown };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

/** Runs a program and returns its standard output. @throws when it fails */
export async function succeed(
  file: string,
  args: readonly string[],
  options: Options = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(file, args, options);
  if (code === 0) return stdout;
  throw new Error(`${file} ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
}
