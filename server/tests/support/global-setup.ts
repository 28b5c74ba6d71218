import type { TestProject } from 'vitest/node';
import { dropTestDatabases, type ServerEngine } from './databases.ts';

/** Once before a project's tests: removes databases that earlier runs left. */
export async function setup(project: TestProject): Promise<void> {
  const engine = project.config.env.TEST_DATABASE;
  if (engine && engine !== 'sqlite') await dropTestDatabases(engine as ServerEngine);
}
