// The rules of ARCHITECTURE.md §2 that imports can show. Each was seen to catch a planted violation
// (server/tests/architecture.test.ts plants them again).
const nouns = '^server/src/domain/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: '1-no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: '2-domain-knows-no-transport',
      severity: 'error',
      from: { path: nouns },
      to: { path: '^server/src/(contracts|cli|app|jobs|adapters|backup)/' },
    },
    {
      name: '3-domain-imports-no-vendor',
      severity: 'error',
      from: { path: nouns },
      to: { path: 'node_modules/', pathNot: 'node_modules/kysely/' },
    },
    {
      name: '4-db-is-the-floor',
      severity: 'error',
      from: { path: '^server/src/db/' },
      to: { path: '^server/src/', pathNot: '^server/src/db/' },
    },
    {
      name: '5-kysely-only-in-db-and-stores',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/db/|-store\\.ts$' },
      to: { path: 'node_modules/kysely' },
    },
    {
      name: '6-stores-are-private-to-the-domain',
      severity: 'error',
      from: { path: '^server/src/', pathNot: nouns },
      to: { path: '-store\\.ts$' },
    },
    {
      name: '7-contracts-speak-to-services',
      severity: 'error',
      from: { path: '^server/src/contracts/' },
      to: { path: '^server/src/(db|jobs|adapters|app|cli|backup)/' },
    },
    {
      name: '8-contracts-do-not-import-each-other',
      severity: 'error',
      from: { path: '^server/src/contracts/([^/]+)/' },
      to: { path: '^server/src/contracts/[^/]+/', pathNot: '^server/src/contracts/$1/' },
    },
    {
      name: '9-adapters-know-ports-and-a-vendor',
      severity: 'error',
      from: { path: '^server/src/adapters/' },
      to: {
        path: '^server/src/',
        pathNot: '^server/src/(adapters/|domain/(ports|errors|durations|id)\\.ts$)',
      },
    },
    {
      name: '10-jobs-know-no-http',
      severity: 'error',
      from: { path: '^server/src/jobs/' },
      to: { path: '^server/src/(contracts|app|cli|adapters|backup)/|node_modules/(@?fastify)' },
    },
    {
      name: '11-routes-are-imported-by-their-contract',
      comment:
        'What two route files share is below them: in fields.ts, a *-wire.ts or a file of its own.',
      severity: 'error',
      from: { path: '^server/src/', pathNot: '^server/src/contracts/[^/]+/contract\\.ts$' },
      to: { path: '^server/src/contracts/[^/]+/.+-routes\\.ts$' },
    },
    {
      name: '12-backups-know-ports-and-the-database',
      severity: 'error',
      from: { path: '^server/src/backup/' },
      to: {
        path: '^server/src/(contracts|cli|app|jobs|adapters)/|-store\\.ts$|node_modules/',
      },
    },
    {
      name: 'cli-speaks-to-app-and-domain',
      severity: 'error',
      from: { path: '^server/src/cli/' },
      to: { path: '^server/src/(db|jobs|adapters|contracts)/' },
    },
    {
      name: 'client-imports-nothing',
      severity: 'error',
      from: { path: '^client/src/' },
      to: { pathNot: '^client/src/' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};
