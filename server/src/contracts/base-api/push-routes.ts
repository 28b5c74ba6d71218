import type { ContractApp, RouteContext } from '../contract.ts';
import { tokenFirst } from '../token-first.ts';
import { done, prefix } from './wire.ts';

const message = { title: 'Auto Message', body: '😄'.repeat(5) };

/** Shows whether pushes arrive. */
export function pushRoutes(app: ContractApp, { services, viewer }: RouteContext): void {
  app.post(
    `${prefix}/push_echo`,
    {
      schema: { operationId: 'echoPush', summary: 'Send a push to all of your devices' },
      ...tokenFirst(viewer),
    },
    async (request) => {
      await services.devices.testAllPushes(await viewer(request), message);
      return done('pong!');
    },
  );
}
