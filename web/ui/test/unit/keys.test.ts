// Keys that are bound anew: which press is which chord, whose a chord is, and that what commands were made with does not collide.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isChord, type Press } from '../../src/app/chords.ts';

Object.assign(globalThis, {
  matchMedia: () => ({ matches: false, addEventListener: () => {} }),
  localStorage: { getItem: () => null, setItem: () => {} },
  document: { baseURI: 'http://127.0.0.1/', documentElement: { dataset: {} } },
});
const { chordOf, pressOf, takenBy, bind, unbind, reset, isChanged, meetKept, ownersOf } = await import('../../src/app/bindings.ts');
const { keysOf } = await import('../../src/app/bound.ts');
const { readKeys, useSettings } = await import('../../src/app/settings.ts');

const press = (key: string, code: string, ...mods: ('ctrl' | 'alt' | 'shift' | 'meta')[]): Press => ({
  key, code, ctrlKey: mods.includes('ctrl'), altKey: mods.includes('alt'), shiftKey: mods.includes('shift'), metaKey: mods.includes('meta'),
});
const command = (id: string, ...keys: string[]) => ({ id, keys, label: () => id, run: () => {} });

test('a press is named as commands name it, whatever the layout', () => {
  const named: [Press, string | undefined][] = [
    [press('d', 'KeyD', 'ctrl'), 'Ctrl+D'], [press('D', 'KeyD', 'ctrl', 'shift'), 'Ctrl+Shift+D'], [press('∂', 'KeyD', 'alt'), 'Alt+D'],
    [press('в', 'KeyD', 'ctrl'), 'Ctrl+D'], [press('a', 'KeyQ', 'ctrl'), 'Ctrl+A'], [press('F7', 'F7', 'shift'), 'Shift+F7'],
    [press('ArrowLeft', 'ArrowLeft', 'ctrl', 'alt'), 'Ctrl+Alt+ArrowLeft'], [press('>', 'Period', 'shift'), 'Shift+.'], [press('?', 'Slash', 'shift'), 'Shift+/'],
    [press('!', 'Digit1', 'shift'), 'Shift+1'], [press('1', 'Numpad1', 'alt'), 'Alt+1'], [press('Control', 'ControlLeft', 'ctrl'), undefined],
    [press('Dead', 'Equal'), undefined], [press('d', 'KeyD', 'meta'), undefined],
  ];
  for (const [p, chord] of named) assert.equal(chordOf(p, false), chord, JSON.stringify(p));
  assert.equal(chordOf(press('d', 'KeyD', 'meta'), true), 'Ctrl+D');
  assert.equal(chordOf(press('m', 'KeyM', 'ctrl'), true), 'Ctrl+M');
});

test('a chord has a press that is it', () => {
  for (const chord of ['Ctrl+D', '/', '?', 'Shift+.', '.', 'Alt+=', 'Alt+-', 'Ctrl+,', 'F6', 'Shift+F10', 'Ctrl+Shift+ArrowUp', 'Alt+0', 'Delete', 'Ctrl+M'])
    for (const mac of [false, true]) assert.ok(isChord(chord, pressOf(chord, mac), mac), chord);
  assert.ok(isChord('Shift+/', pressOf('?', false), false), 'both names of one press');
});

test('what the browser, the clipboard and the page keep is refused', () => {
  for (const chord of ['Ctrl+W', 'Ctrl+T', 'Ctrl+Shift+N', 'Ctrl+Tab', 'Alt+F4']) assert.equal(takenBy(chord), 'browser', chord);
  for (const chord of ['Ctrl+C', 'Ctrl+X', 'Ctrl+V', 'Ctrl+Shift+V', 'Ctrl+Insert', 'Shift+Insert']) assert.equal(takenBy(chord), 'clipboard', chord);
  for (const chord of ['Tab', 'Shift+Tab', 'Escape', ' ', 'Ctrl+ ']) assert.equal(takenBy(chord), 'page', chord);
  for (const chord of ['Ctrl+D', 'W', 'Ctrl+Shift+C', 'Ctrl+Escape', 'Alt+Insert']) assert.equal(takenBy(chord), undefined, chord);
});

test('who is given a key has it, and who had it has it no longer', async (t) => {
  let kept = 'null';
  t.mock.method(globalThis, 'fetch', async (_: URL, how?: RequestInit) => {
    if (how?.method === 'POST') kept = String(how.body);
    return new Response(how?.method === 'POST' ? '' : kept);
  });
  const later = () => useSettings.setState({ keysAt: useSettings.getState().keysAt - 1 });
  const [one, two] = [command('one', 'Ctrl+1', 'A'), command('two', 'B')];
  const all = [one, two];
  const p = press('b', 'KeyB');
  assert.deepEqual(ownersOf(p, all).map((c) => c.id), ['two']);
  bind(one, 'B', ownersOf(p, all, one));
  assert.deepEqual([keysOf(one), keysOf(two)], [['Ctrl+1', 'A', 'B'], []]);
  assert.deepEqual([isChanged(one), isChanged(two)], [true, true]);
  unbind(one, 'A');
  reset(two, all);
  assert.deepEqual([keysOf(one), keysOf(two)], [['Ctrl+1'], ['B']]);
  reset(one, all);
  assert.deepEqual(useSettings.getState().keys, {}, 'what a command was made with is not noted');
  await meetKept();
  const { at } = JSON.parse(kept) as { at: number };
  assert.deepEqual(JSON.parse(kept), { at: useSettings.getState().keysAt, keys: {} }, 'the server has what was chosen last');
  kept = JSON.stringify({ at: at + 5, keys: { one: ['F9'], two: 7 } });
  await meetKept();
  assert.deepEqual([keysOf(one), keysOf(two), useSettings.getState().keysAt], [['F9'], ['B'], at + 5], 'what another browser chose later counts');
  later();
  kept = '{"at": 1, "keys": {"two": ["X"]}}';
  await meetKept();
  assert.deepEqual(keysOf(two), ['B'], 'what is older does not');
  bind(one, 'Q', []);
  await meetKept();
  assert.deepEqual((JSON.parse(kept) as { keys: unknown }).keys, { one: ['F9', 'Q'] });
});

test('keys that somebody else has written are read as far as they are keys', () => {
  assert.deepEqual(readKeys({ a: ['X'], b: [], c: 'X', d: [1], e: null }), { a: ['X'], b: [] });
  for (const none of [null, 7, 'x', undefined]) assert.deepEqual(readKeys(none), {});
});
