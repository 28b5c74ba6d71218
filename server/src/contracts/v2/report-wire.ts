import { Type } from 'typebox';
import { reportActions, reportCategories } from '../../domain/reports/report.ts';
import { id, longId, nullable, pageSchema, time } from './fields.ts';

const reportId = longId('Number of the report.');
export const category = Type.Enum([...reportCategories], { description: 'What is wrong.' });

const sampleReport = {
  id: 312009874432012,
  state: 'open',
  category: 'spam',
  comment: 'The same advertisement everywhere.',
  reporter: { id: 1, username: 'alice' },
  target: { id: 2, username: 'bob' },
  posts: [{ id: 7, text: 'Buy now.', isPublished: true }],
  action: null,
  note: null,
  createdAt: '2026-06-01T12:00:00.000Z',
  resolvedAt: null,
};

export const OwnReportSchema = Type.Object(
  { id: reportId, category, createdAt: time('When it was made.') },
  {
    $id: 'OwnReport',
    description: 'A report as the one who made it sees it.',
    examples: [{ id: sampleReport.id, category: 'spam', createdAt: sampleReport.createdAt }],
  },
);

const person = Type.Object({ id: id('Number of the account.'), username: Type.String() });

export const ReportSchema = Type.Object(
  {
    id: reportId,
    state: Type.Enum(['open', 'resolved']),
    category,
    comment: Type.String(),
    reporter: nullable(person),
    target: person,
    posts: Type.Array(
      Type.Object({
        id: id('Number of the post.'),
        text: Type.String({ description: 'As it was when it was reported.' }),
        isPublished: Type.Boolean({ description: 'False when it is deleted since.' }),
      }),
    ),
    action: nullable(Type.Enum([...reportActions])),
    note: nullable(Type.String({ description: 'What a moderator wrote about it.' })),
    createdAt: time('When it was made.'),
    resolvedAt: nullable(time('When a moderator closed it.')),
  },
  {
    $id: 'Report',
    description: 'A report as moderators see it. `reporter` is null when their account is gone.',
    examples: [sampleReport],
  },
);

export const ReportPageSchema = pageSchema(ReportSchema);

/** What the OpenAPI document names of reports. */
export const reportSchemas = [OwnReportSchema, ReportSchema, ReportPageSchema];
