// What is under way is not begun again; what has ended is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { once } from '../../src/app/once.ts';

test('who asks for the same while it is under way gets the same, and asks anew when it has ended, well or not', async () => {
  let begun = 0;
  const open = once((path: string) => path, async (path) => {
    const n = ++begun;
    await new Promise((go) => setImmediate(go));
    if (path === 'bad') throw new Error(path);
    return `${path} ${n}`;
  });
  assert.deepEqual(await Promise.all([open('a'), open('a'), open('b')]), ['a 1', 'a 1', 'b 2']);
  assert.equal(await open('a'), 'a 3');
  const both = [open('bad'), open('bad')];
  for (const one of both) await assert.rejects(one, /bad/);
  await assert.rejects(open('bad'));
  assert.equal(begun, 5);
});
