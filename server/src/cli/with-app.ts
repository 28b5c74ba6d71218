import { type App, type AppOptions, openApp } from '../app/app.ts';
import { type Config, readConfig } from '../app/config.ts';

/** The configuration of a command that prints its own result: the log shows warnings and errors alone. */
export function quiet(config: Config = readConfig()): Config {
  return { ...config, logLevel: 'warn' };
}

/**
 * Opens the app, runs `work`, and closes the app, also after an error.
 * @throws SetupError when the app cannot be opened · whatever `work` throws
 */
export async function withApp<T>(
  config: Config,
  work: (app: App) => Promise<T>,
  options?: AppOptions,
): Promise<T> {
  const app = await openApp(config, options);
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
