// Keys and what is found by typing: which press is which chord on which system, and what comes first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChord, shown, type Press } from '../../src/app/chords.ts';
import { match } from '../../src/app/match.ts';

function press(keys: string, key: string, code: string): Press {
  const has = (mod: string) => keys.includes(mod);
  return { key, code, ctrlKey: has('C'), altKey: has('A'), shiftKey: has('S'), metaKey: has('M') };
}

test('a chord is its keys and no others', () => {
  assert.ok(isChord('Ctrl+Z', press('C', 'z', 'KeyZ'), false));
  assert.ok(!isChord('Ctrl+Z', press('CS', 'Z', 'KeyZ'), false));
  assert.ok(isChord('Ctrl+Shift+Z', press('CS', 'Z', 'KeyZ'), false));
  assert.ok(!isChord('Z', press('C', 'z', 'KeyZ'), false));
  assert.ok(isChord('Alt+1', press('A', '1', 'Digit1'), false));
  assert.ok(isChord('F6', press('', 'F6', 'F6'), false));
});

test('signs are found wherever a layout has them', () => {
  assert.ok(isChord('?', press('S', '?', 'Slash'), false)); // US
  assert.ok(isChord('/', press('S', '/', 'Digit7'), false)); // German
  assert.ok(!isChord('/', press('S', '?', 'Slash'), false));
  assert.ok(isChord('Shift+.', press('S', '>', 'Period'), false));
  assert.ok(!isChord('.', press('S', '>', 'Period'), false));
  assert.ok(isChord('Ctrl+,', press('C', ',', 'Comma'), false));
});

test('letters of another script are the key they are on', () => {
  assert.ok(isChord('Ctrl+Z', press('C', 'я', 'KeyZ'), false));
  assert.ok(isChord('Alt+C', press('A', 'ç', 'KeyC'), true)); // Alt on a Mac
});

test('a Mac has Cmd for Ctrl, but for Ctrl+M', () => {
  assert.ok(isChord('Ctrl+S', press('M', 's', 'KeyS'), true));
  assert.ok(!isChord('Ctrl+S', press('C', 's', 'KeyS'), true));
  assert.ok(isChord('Ctrl+M', press('C', 'm', 'KeyM'), true));
  assert.equal(shown('Ctrl+Shift+Z', true), '⇧⌘Z');
  assert.equal(shown('Ctrl+M', true), '⌃M');
  assert.equal(shown('Ctrl+Shift+Z', false), 'Ctrl+Shift+Z');
  assert.equal(shown('Alt+ArrowRight', false), 'Alt+→');
  assert.equal(shown('Alt++', false), 'Alt++');
});

test('what begins so comes first, then words, then letters in their order', () => {
  const found = (query: string, ...texts: string[]) =>
    texts.map((t) => [match(query, t), t] as const).filter(([s]) => s > 0).sort((a, b) => b[0] - a[0]).map(([, t]) => t);
  assert.deepEqual(found('save', 'Autosave', 'Do not save', 'Save', 'Save as', 'Open'), ['Save', 'Save as', 'Do not save', 'Autosave']);
  assert.deepEqual(found('nwf', 'New workflow', 'Undo'), ['New workflow']);
  assert.deepEqual(found('', 'a', 'b'), ['a', 'b']);
  assert.deepEqual(found('新建', '打开', '新建工作流'), ['新建工作流']);
});
