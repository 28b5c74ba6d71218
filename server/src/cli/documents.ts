import { Command } from 'commander';
import { readPassingConfig } from '../app/config.ts';
import { buildHttp, type Http } from '../app/http.ts';
import { routeRows, routeTitles } from '../app/route-rows.ts';
import { UsageError } from './errors.ts';
import { type Json, jsonOption } from './options.ts';
import { print, printRows } from './print.ts';
import { withApp } from './with-app.ts';

/** Commands that print what the server would say of itself. */
export function documentCommands(): Command[] {
  const routes = new Command('routes')
    .description('list every route with its contract and the path that older clients use')
    .option('--contract <name>', 'only the routes of one contract')
    .addOption(jsonOption())
    .action(({ contract, json }: Json & { contract?: string }) =>
      withHttp(async (http) => {
        const rows = routeRows(http).filter((row) => !contract || row.contract === contract);
        if (rows.length === 0) throw new UsageError(`no contract is called ${contract}`);
        printRows(rows, { json, titles: routeTitles, row: (each) => each, none: '' });
      }),
    );
  const openapi = new Command('openapi')
    .description('print the OpenAPI document of a contract')
    .argument('[contract]', 'its name', 'v2')
    .action((name: string) =>
      withHttp(async (http) => {
        const document = http.openApi(name);
        if (!document) throw new UsageError(`no contract is called ${name}`);
        print(JSON.stringify(document, null, 2));
      }),
    );
  return [routes, openapi];
}

/** Builds the server in memory; nothing is opened on disk and nothing listens. */
function withHttp(work: (http: Http) => Promise<void>): Promise<void> {
  return withApp(readPassingConfig(), async (app) => work(await buildHttp(app)));
}
