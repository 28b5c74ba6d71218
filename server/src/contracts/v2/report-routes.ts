import { Type } from 'typebox';
import { maxCommentLength, maxReportedPosts, reportActions } from '../../domain/reports/report.ts';
import { username } from './account-wire.ts';
import { longId, rowId, text } from './fields.ts';
import { category, OwnReportSchema, ReportPageSchema, ReportSchema } from './report-wire.ts';
import { route, type V2App } from './route.ts';

const NewReportBody = Type.Object(
  {
    username,
    postIds: Type.Optional(
      Type.Array(rowId, {
        maxItems: maxReportedPosts,
        description: 'Posts of this account that show what is wrong.',
      }),
    ),
    category,
    comment: Type.Optional(
      text({
        maxLength: maxCommentLength,
        description: 'For the moderators. Needed when no post is named.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ username: 'bob', postIds: [7], category: 'spam' }],
  },
);

const ReportQuery = Type.Object(
  { state: Type.Optional(Type.Enum(['open', 'resolved'], { default: 'open' })) },
  { additionalProperties: false },
);

const ReportParams = Type.Object({ id: longId('Number of the report.') });

const ResolutionBody = Type.Object(
  {
    action: Type.Enum([...reportActions], {
      description: '`remove-posts`: as `DELETE /admin/posts/{id}`, with `note` as the reason.',
    }),
    note: Type.Optional(
      text({
        maxLength: 500,
        description:
          'For the other moderators. When posts are removed: one line, which their author gets by mail.',
      }),
    ),
  },
  {
    additionalProperties: false,
    examples: [{ action: 'remove-posts', note: 'Advertising is not allowed here.' }],
  },
);

const staff = { tag: 'admin', signedIn: 'required', authority: 'moderate' } as const;

export function reportRoutes(app: V2App): void {
  const { reports } = app.services;

  route(
    app,
    {
      at: 'POST /reports',
      id: 'report',
      summary: 'Report an account or its posts to the moderators',
      description:
        'The moderators get the posts as they are now. The account that is reported does not learn of it.',
      tag: 'accounts',
      signedIn: 'required',
      repeatable: true,
      rateLimit: { max: 60, timeWindow: '1 hour' },
      body: NewReportBody,
      response: { 201: OwnReportSchema },
      errors: ['conflict', 'gone'],
    },
    ({ viewer, body, idempotencyKey }) => {
      const { username, postIds = [], category, comment = '' } = body;
      return reports.report(viewer, { username, postIds, category, comment, idempotencyKey });
    },
  );

  route(
    app,
    {
      ...staff,
      at: 'GET /admin/reports',
      id: 'listReports',
      summary: 'Reports, the latest first',
      query: ReportQuery,
      page: 'reports',
      response: { 200: ReportPageSchema },
    },
    ({ actor, query: { state = 'open' }, page }) => reports.list(actor, state, page),
  );

  route(
    app,
    {
      ...staff,
      at: 'GET /admin/reports/:id',
      id: 'readReport',
      summary: 'Read a report',
      params: ReportParams,
      response: { 200: ReportSchema },
      errors: ['not_found'],
    },
    ({ actor, params }) => reports.read(actor, params.id),
  );

  route(
    app,
    {
      ...staff,
      at: 'POST /admin/reports/:id/resolve',
      id: 'resolveReport',
      summary: 'Close a report, with or without removing its posts',
      description: 'Only admins remove posts of moderators and admins.',
      params: ReportParams,
      body: ResolutionBody,
      response: { 200: ReportSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ actor, params, body: { action, note = '' } }) => {
      await reports.resolve(actor, params.id, { action, note });
      return reports.read(actor, params.id);
    },
  );

  route(
    app,
    {
      ...staff,
      at: 'POST /admin/reports/:id/reopen',
      id: 'reopenReport',
      summary: 'Open a closed report again',
      description: 'Posts that were removed stay so.',
      params: ReportParams,
      response: { 200: ReportSchema },
      errors: ['not_found', 'conflict'],
    },
    async ({ actor, params }) => {
      await reports.reopen(actor, params.id);
      return reports.read(actor, params.id);
    },
  );
}
