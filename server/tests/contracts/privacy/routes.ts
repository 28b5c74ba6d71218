/**
 * Routes that neither show posts, pictures or accounts of others nor reveal that they exist, by reason. All other routes have
 * reads in the matrix.
 */
const unrelatedRoutes: Record<string, readonly string[]> = {
  'shows and changes only the account of the viewer': [
    'GET /v2/me',
    'PATCH /v2/me',
    'DELETE /v2/me',
    'GET /v2/me/audit-log',
    'POST /v2/me/email',
    'PUT /v2/me/password',
    'POST /v2/me/phone',
    'DELETE /v2/me/phone',
    'POST /v2/me/phone/confirm',
    'GET /v2/me/identities',
    'POST /v2/me/identities',
    'DELETE /v2/me/identities/:id',
    'GET /v2/me/security',
    'POST /v2/me/owner-check/options',
    'POST /v2/me/totp',
    'DELETE /v2/me/totp',
    'POST /v2/me/totp/confirm',
    'POST /v2/me/recovery-codes',
    'POST /v2/me/passkeys/options',
    'POST /v2/me/passkeys',
    'GET /v2/me/passkeys',
    'DELETE /v2/me/passkeys/:id',
    'POST /v2/me/app-passwords',
    'GET /v2/me/app-passwords',
    'DELETE /v2/me/app-passwords/:id',
    'PUT /v2/me/avatar',
    'DELETE /v2/me/avatar',
    'PUT /v2/me/devices/:deviceId',
    'DELETE /v2/me/devices/:deviceId',
    'GET /v2/me/devices',
    'POST /v2/me/devices/:deviceId/test-push',
    'GET /v2/me/notification-settings',
    'PATCH /v2/me/notification-settings',
    'PUT /v2/notifications/read',
    'GET /v2/sessions',
    'DELETE /v2/sessions/:id',
    'POST /compat/base-api/v1/cellphone',
    'PUT /compat/base-api/v1/cellphone/verify',
    'PUT /compat/base-api/v1/email_verification',
    'PUT /compat/base-api/v1/auth/password_change',
    'PUT /compat/base-api/v1/auth/facebook/set_standalone_user',
    'POST /compat/base-api/v1/devices',
    'PUT /compat/base-api/v1/devices/:deviceId',
    'POST /compat/base-api/v1/push_echo',
    'GET /compat/base-api/v1/auth/status',
    'GET /compat/flask-api/api/user/me',
    'PUT /compat/flask-api/api/user',
    'POST /compat/mini-sns/profile-picture/:location',
  ],
  'writes something new': [
    'POST /compat/hmlet/upload-photo',
    'POST /compat/mithril/api/picture',
    'POST /compat/mini-sns/tweet',
  ],
  'signs up, in or out, or proves an address': [
    'POST /v2/accounts',
    'POST /v2/email-verifications',
    'POST /v2/email-verifications/confirm',
    'POST /v2/password-recoveries',
    'POST /v2/password-recoveries/confirm',
    'POST /v2/sessions',
    'POST /v2/sessions/refresh',
    'POST /v2/sessions/second-factor',
    'POST /v2/sessions/second-factor/options',
    'POST /v2/sessions/passkey',
    'POST /v2/sessions/passkey/options',
    'POST /v2/identity-providers/:name/sign-in',
    'POST /v2/identity-providers/:name/authorizations',
    'POST /v2/identity-providers/:name/authorizations/confirm',
    'POST /compat/base-api/v1/auth/register',
    'POST /compat/base-api/v1/auth/login',
    'GET /compat/base-api/v1/auth/logout',
    'POST /compat/base-api/v1/auth/password_recovery',
    'PUT /compat/base-api/v1/auth/password',
    'POST /compat/base-api/v1/auth/facebook/login',
    'POST /compat/base-api/v1/auth/google/login',
    'GET /compat/base-api/v1/email_verification/:token',
    'POST /compat/flask-api/api/auth/login',
    'GET /compat/flask-api/api/auth/login',
    'GET /compat/flask-api/api/auth/logout',
    'GET /compat/flask-api/api/refresh',
    'GET /compat/flask-api/api/auth/refresh',
    'POST /compat/flask-api/api/user',
    'POST /compat/hmlet/register',
    'POST /compat/hmlet/login',
    'POST /compat/hmlet/refresh',
    'DELETE /compat/hmlet/logout/access',
    'DELETE /compat/hmlet/logout/refresh',
    'POST /compat/mithril/api/user/register',
    'POST /compat/mithril/api/user/login',
    'POST /compat/mini-sns/sign-up',
    'POST /compat/mini-sns/login',
  ],
  'is for moderators and admins, who see all accounts, but no posts': [
    'POST /v2/invites',
    'GET /v2/invites',
    'DELETE /v2/invites/:id',
    'GET /v2/admin/accounts',
    'POST /v2/admin/accounts',
    'GET /v2/admin/accounts/:id',
    'PATCH /v2/admin/accounts/:id',
    'DELETE /v2/admin/accounts/:id',
    'DELETE /v2/admin/posts/:id',
    'DELETE /v2/admin/media/:id',
    'GET /v2/admin/reports',
    'GET /v2/admin/reports/:id',
    'POST /v2/admin/reports/:id/resolve',
    'POST /v2/admin/reports/:id/reopen',
    'GET /v2/admin/audit-log',
    'GET /v2/admin/groups',
    'POST /v2/admin/groups',
    'DELETE /v2/admin/groups/:id',
    'GET /v2/admin/groups/:id/members',
    'PUT /v2/admin/groups/:id/members/:accountId',
    'DELETE /v2/admin/groups/:id/members/:accountId',
    'GET /v2/admin/event-templates',
    'POST /v2/admin/event-templates',
    'DELETE /v2/admin/event-templates/:id',
    'GET /v2/admin/groups/:id/events',
    'POST /v2/admin/groups/:id/events',
    'POST /compat/base-api/v1/users',
    'GET /compat/base-api/v1/users',
    'GET /compat/base-api/v1/users/:id',
    'DELETE /compat/flask-api/api/user/:username',
  ],
  'is the same for everybody': [
    'GET /v2/identity-providers',
    'GET /v2/push-key',
    'GET /compat/base-api/v1/ping',
    'GET /compat/flask-api/',
    'GET /compat/flask-api/api/',
    'GET /compat/flask-api/api/swagger.json',
    'GET /compat/hmlet/',
    'GET /compat/hmlet/hello',
    'GET /compat/mini-sns/ping',
  ],
};

type Route = { method: string; path: string; operation: string; contract: string };

const folder = 'server/tests/contracts/privacy';

/** What to do about routes that are not in the matrix, and about entries without a route. */
export function routeFaults(
  routes: readonly Route[],
  reads: ReadonlyArray<{ title: string; routes: readonly string[] }>,
  unrelated: Readonly<Record<string, readonly string[]>> = unrelatedRoutes,
): string[] {
  const read = new Set(reads.flatMap((it) => it.routes));
  const others = new Set(Object.values(unrelated).flat());
  // The handler of GET also serves HEAD.
  const served = routes.filter(({ method }) => method !== 'HEAD');
  const names = new Set(served.map(({ method, path }) => `${method} ${path}`));
  return [
    ...served
      .map((route) => ({ ...route, name: `${route.method} ${route.path}` }))
      .filter(({ name }) => !read.has(name) && !others.has(name))
      .map(
        ({ name, operation, contract }) =>
          `${name} (${operation} of ${contract}) is not in the privacy matrix. If it shows posts, pictures or accounts, or counts them, add a read to ${contract === 'v2' ? 'a v2-*-reads.ts' : 'older-reads.ts'} in ${folder}. Otherwise add it to routes.ts there, under its reason.`,
      ),
    ...[...read, ...others]
      .filter((name) => !names.has(name))
      .map((name) => `${name} is no longer a route. Remove it from ${folder}.`),
    ...[...read]
      .filter((name) => others.has(name))
      .map((name) => `${name} has reads, so it does not belong in ${folder}/routes.ts.`),
  ];
}
