// What is said: what pushes out what, what waits, and what stays in the log.
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { complain, dismiss, hold, say, useLog, useToasts } from '../../src/app/toasts.ts';
import { languages } from '../../src/i18n/languages.ts';

const shown = () => useToasts.getState().toasts.map((t) => t.says(languages.en));
const bad = (text: string) => complain(() => text);
const good = (text: string) => say(() => text);

beforeEach(() => {
  for (const { id } of useToasts.getState().toasts) dismiss(id);
});

test('what went wrong is never pushed out unread', () => {
  for (const text of ['a', 'b']) bad(text);
  for (const text of ['1', '2', '3']) good(text);
  assert.deepEqual(shown(), ['a', 'b', '3']);
  for (const text of ['c', 'd']) bad(text);
  assert.deepEqual(shown(), ['a', 'b', 'c', 'd'], 'all are kept until they are read');
  good('4');
  assert.deepEqual(shown(), ['a', 'b', 'c', 'd', '4'], 'the newest is among those that are seen, whatever went wrong before');
  dismiss(useToasts.getState().toasts.at(-1)?.id ?? -1);
  assert.deepEqual(shown(), ['a', 'b', 'c', 'd']);
  assert.deepEqual(useLog.getState().lines.slice(-8, -1).map((l) => [l.says(languages.en), l.bad]), [['a', true], ['b', true], ['1', false], ['2', false], ['3', false], ['c', true], ['d', true]]);
});

test('a sentence is seen once, however often it is said; the log has each', () => {
  for (const text of ['no', 'no', 'no']) bad(text);
  assert.deepEqual(shown(), ['no']);
  say(() => 'gone', { label: () => 'Undo', run: () => undefined });
  say(() => 'gone', { label: () => 'Undo', run: () => undefined });
  assert.deepEqual(shown(), ['no', 'gone', 'gone'], 'each has its own way back');
});

test('what went well goes after six seconds, and not while somebody is at it', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  good('x');
  mock.timers.tick(5000);
  hold(true);
  good('y');
  mock.timers.tick(20_000);
  assert.deepEqual(shown(), ['x', 'y']);
  hold(false);
  mock.timers.tick(5999);
  assert.deepEqual(shown(), ['x', 'y']);
  mock.timers.tick(1);
  assert.deepEqual(shown(), []);
  mock.timers.reset();
});

test('nobody is at a sentence that was closed', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  good('x');
  hold(true); // by the button that closes it
  dismiss(useToasts.getState().toasts[0]?.id ?? -1);
  good('y');
  mock.timers.tick(6000);
  assert.deepEqual(shown(), []);
  mock.timers.reset();
});
