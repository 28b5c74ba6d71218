import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isReached } from './databases.ts';
import { rootDir } from './process.ts';

/** An nginx of our own with the file that is shipped: its ports, addresses and folders are those of the test. */
export type ShippedNginx = {
  url: string;
  /** What it logged so far. */
  log(name: 'access' | 'error'): string;
  close(): Promise<void>;
};

export const hasNginx = spawnSync('nginx', ['-v']).status === 0;

type Places = { port: number; webs: readonly [string, string] };

/** What `nginx -t` says of the shipped file, with its other files beside it. @param extra content of rookery.d/extra.conf */
export function checkShippedNginx(places: Places, extra = ''): { text: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-nginx-'));
  try {
    const file = write(folder, places, extra);
    const { stderr } = spawnSync('nginx', ['-t', '-c', file, '-p', folder], {
      encoding: 'utf8',
    });
    return { text: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function startShippedNginx(places: Places): Promise<ShippedNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'rookery-nginx-'));
  const file = write(folder, places, '');
  const child: ChildProcess = spawn('nginx', ['-c', file, '-p', folder], { stdio: 'inherit' });
  while (!(await isReached({ host: '127.0.0.1', port: places.port }))) {
    if (child.exitCode !== null) throw new Error('nginx did not start.');
  }
  return {
    url: `http://127.0.0.1:${places.port}`,
    log: (name) => readFileSync(join(folder, `${name}.log`), 'utf8'),
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Installs nginx by apt-get when it is missing, which needs root. */
export function requireNginx(): void {
  if (spawnSync('nginx', ['-v']).status === 0) return;
  process.stdout.write('nginx is installed …\n');
  execFileSync('apt-get', ['update', '-qq']);
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'nginx-light'];
  execFileSync('apt-get', install, { stdio: 'ignore' });
}

function write(folder: string, { port, webs }: Places, extra: string): string {
  const shipped = readFileSync(join(rootDir, 'deploy/nginx/rookery.conf'), 'utf8')
    .replace('listen 80 ', `listen 127.0.0.1:${port} `)
    .replace('server web1:3000 ', `server ${new URL(webs[0]).host} `)
    .replace('server web2:3000 ', `server ${new URL(webs[1]).host} `)
    .replaceAll('/var/cache/nginx/', `${folder}/cache/`)
    .replaceAll('/var/log/nginx/', `${folder}/`)
    .replaceAll('/etc/nginx/rookery.d/', `${folder}/rookery.d/`);
  mkdirSync(join(folder, 'rookery.d'));
  mkdirSync(join(folder, 'cache'));
  writeFileSync(join(folder, 'rookery.d/extra.conf'), extra);
  writeFileSync(join(folder, 'rookery.conf'), shipped);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const file = join(folder, 'nginx.conf');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  writeFileSync(
    file,
    `daemon off; ${user} worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { ${temporary} include ${folder}/rookery.conf; }
`,
  );
  return file;
}
