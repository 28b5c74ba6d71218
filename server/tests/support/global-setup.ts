import type { TestProject } from 'vitest/node';
import { dropTestDatabases, type ServerEngine } from './databases.ts';
import { bundleProgram } from './program.ts';

/** Once before a project's tests: bundles the program, and removes databases that earlier runs left. */
export async function setup(project: TestProject): Promise<void> {
  await bundleProgram();
  const engine = project.config.env.TEST_DATABASE;
  if (engine && engine !== 'sqlite') await dropTestDatabases(engine as ServerEngine);
}
