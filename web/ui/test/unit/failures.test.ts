// What is said of a story that failed, in few lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasons } from '../e2e/failures.ts';

const failure = (act: () => void): unknown => {
  try {
    act();
  } catch (e) {
    return e;
  }
  return undefined;
};

test('a story that found faults says them, one that waited says for what, and each where', () => {
  const [first, second, at] = reasons(failure(() => assert.deepEqual(['it looks different: 12 cells', 'it lies under another'], [])));
  assert.deepEqual([first, second], ['it looks different: 12 cells', 'it lies under another']);
  assert.match(at ?? '', /^at failures\.test\.ts:\d+$/);
  const waited = new Error('locator.click: Timeout 20000ms exceeded.\nCall log:\n\u001b[2m  - waiting for getByRole(\'button\')\u001b[22m\n');
  assert.deepEqual(reasons(waited).slice(0, 2), ['locator.click: Timeout 20000ms exceeded.', '  - waiting for getByRole(\'button\')']);
});

test('of much that is said the first lines are, and of a long line its beginning', () => {
  const all = reasons(new Error(Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(900)}`).join('\n')));
  assert.equal(all.length, 6); // the last says where
  assert.ok(all.every((line) => line.length <= 300));
  assert.deepEqual(reasons('no error'), ['no error']);
});
