import { describe, expect, it } from 'vitest';
import { importedBy, relatedTests } from './related.ts';

const imports = new Map([
  ['server/src/domain/posts/post.ts', []],
  ['server/src/domain/posts/post-service.ts', ['server/src/domain/posts/post.ts']],
  ['server/src/app/services.ts', ['server/src/domain/posts/post-service.ts']],
  ['server/src/contracts/mini-sns/tweets.ts', ['server/src/domain/posts/post.ts']],
  ['server/tests/support/server.ts', ['server/src/app/services.ts']],
  ['server/tests/contracts/v2/posts.test.ts', ['server/tests/support/server.ts']],
  ['server/tests/contracts/v2/phones.test.ts', ['server/tests/support/server.ts']],
  ['server/tests/contracts/v2/story.test.ts', ['server/tests/support/server.ts']],
  ['server/tests/contracts/mini-sns/mini-sns.test.ts', ['server/tests/support/server.ts']],
  ['server/tests/domain/length.test.ts', ['server/src/domain/posts/post.ts']],
]);

describe('the tests that a change may break', () => {
  it('are those of its subject, those that import it, and the story of it all', () => {
    expect(relatedTests(['server/src/domain/posts/post.ts'], imports)).toEqual([
      'server/tests/contracts/v2/posts.test.ts',
      'server/tests/contracts/v2/story.test.ts',
      'server/tests/domain/length.test.ts',
    ]);
  });

  it('are those of a contract when one of its files changes', () => {
    expect(relatedTests(['server/src/contracts/mini-sns/tweets.ts'], imports)).toEqual([
      'server/tests/contracts/v2/story.test.ts',
      'server/tests/contracts/mini-sns/mini-sns.test.ts',
    ]);
  });

  it('are all that use a helper when that changes, or what it uses', () => {
    const helper = 'server/tests/support/databases.ts';
    const using = new Map([...imports, ['server/tests/support/server.ts', [helper]]]);

    expect(relatedTests([helper], using)).toHaveLength(4);
  });

  it('are a test itself when it changes', () => {
    const test = 'server/tests/contracts/v2/phones.test.ts';

    expect(relatedTests([test], imports)).toEqual([
      test,
      'server/tests/contracts/v2/story.test.ts',
    ]);
  });
});

it('imports are found whether they are static, of types or dynamic', () => {
  const text = `import type { A } from '../a.ts';\nimport './b.ts';\nawait import('./c.ts');\nimport 'pg';`;

  expect(importedBy('server/src/x/y.ts', text)).toEqual([
    'server/src/a.ts',
    'server/src/x/b.ts',
    'server/src/x/c.ts',
  ]);
});
