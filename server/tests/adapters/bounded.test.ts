import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { atMost } from '../../src/adapters/cache/bounded.ts';

describe('a bounded memory', () => {
  it('forgets what was not used for longest when there is one too many', () => {
    const memory = new LRUCache<string, number>(atMost(2));
    memory.set('alice', 1);
    memory.set('bob', 2);
    memory.get('alice');

    memory.set('carla', 3);

    expect([...memory.keys()]).toEqual(['carla', 'alice']);
  });

  it('counts an entry once, however often it is set', () => {
    const memory = new LRUCache<string, number>(atMost(2));
    for (const n of [1, 2, 3]) memory.set('alice', n);

    memory.set('bob', 1);
    memory.delete('bob');
    memory.set('carla', 1);

    expect([...memory.keys()]).toEqual(['carla', 'alice']);
  });
});
