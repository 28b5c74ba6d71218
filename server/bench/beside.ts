import { execFile } from 'node:child_process';
import { access, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { benchFolder, type Program, thisProgram } from './cached-set.ts';

const run = promisify(execFile);

/**
 * Another version of the program, in a git worktree below data/bench that is kept. It shares this one's installed
 * packages when both ask for the same, and installs its own otherwise.
 * @throws Error when git knows no such commit
 */
export async function programAt(commit: string, say: (line: string) => void): Promise<Program> {
  const { stdout } = await run('git', ['rev-parse', '--short=10', `${commit}^{commit}`], {
    cwd: thisProgram.root,
  });
  const name = stdout.trim();
  const root = join(benchFolder, `beside-${name}`);
  const program = { root, label: `_${name}` };
  if (await isThere(join(root, 'node_modules'))) return program;
  say(`Checking out ${name} into ${root}; this is done once.`);
  await mkdir(benchFolder, { recursive: true });
  await run('git', ['worktree', 'prune'], { cwd: thisProgram.root });
  if (!(await isThere(root))) {
    await run('git', ['worktree', 'add', '--detach', root, name], { cwd: thisProgram.root });
  }
  if (await hasSamePackages(root)) await linkPackages(root);
  else await run('npm', ['ci'], { cwd: root });
  return program;
}

async function hasSamePackages(root: string): Promise<boolean> {
  const [own, other] = await Promise.all(
    [thisProgram.root, root].map((folder) => readFile(join(folder, 'package-lock.json'), 'utf8')),
  );
  return own === other;
}

async function linkPackages(root: string): Promise<void> {
  for (const folder of ['server', 'client', '.']) {
    const packages = join(thisProgram.root, folder, 'node_modules');
    if (await isThere(packages)) await symlink(packages, join(root, folder, 'node_modules'));
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
