// Fields: how values are written and read, what numbers become, lists of choices, notes, files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { InputDef, WidgetKind } from '../../src/defs/def.ts';
import { parse } from '../../src/doc/json.ts';
import { fileOf } from '../../src/widgets/files.ts';
import { blocksOf, spansOf } from '../../src/widgets/markdown.ts';
import { numberText, readNumber, shareOf, snap, stepped } from '../../src/widgets/numbers.ts';
import { listIn, routeOf } from '../../src/widgets/remote.ts';
import { isChoice, rowsFor } from '../../src/widgets/rows.ts';
import { fromText, isKnown, toText } from '../../src/widgets/values.ts';
import { spanAround, weighted } from '../../src/widgets/weights.ts';

const MOST = 18446744073709551615n;

function def(widget: WidgetKind, more: Partial<InputDef> = {}): InputDef {
  return { name: 'x', label: 'x', type: '*', required: true, advanced: false, widget, options: {}, ...more };
}
const cfg = def('float', { min: 0, max: 100, step: 0.1, round: 0.01 });
const denoise = def('float', { min: 0, max: 1, step: 0.01 });
const steps = def('int', { min: 1, max: 10000 });
const width = def('int', { min: 16, max: 1024, step: 8 });
const seed = def('seed', { min: 0, max: MOST });

test('numbers are written with as many digits as they have, floats with one at least', () => {
  const told: [number | bigint, InputDef, string][] = [
    [7, cfg, '7.0'], [7.5, cfg, '7.5'], [7.123456, cfg, '7.123456'], [0.05, denoise, '0.05'], [20, steps, '20'], [MOST, seed, '18446744073709551615'],
    [1e-7, def('float'), '1e-7'],
  ];
  for (const [value, of, text] of told) assert.equal(numberText(value, of), text);
});

test('what is typed is kept within what the class allows', () => {
  const told: [string, InputDef, number | bigint | undefined][] = [
    ['7', cfg, 7], ['7,25', cfg, 7.25], ['7.256', cfg, 7.26], ['-3', cfg, 0], ['1e9', cfg, 100], ['512*2', width, 1024], ['513', width, 512], ['2000', width, 1024],
    ['0', steps, 1], ['18446744073709551615', seed, MOST], ['18446744073709551616', seed, MOST], ['', cfg, undefined], ['abc', steps, undefined],
    ['1/0', cfg, undefined], ['(2+3)*4', steps, 20], ['9007199254740993', seed, 9007199254740993n],
  ];
  for (const [text, of, value] of told) assert.equal(readNumber(text, of), value, text);
});

test('arrows step, and stop at the ends', () => {
  assert.equal(stepped(7, cfg, 1), 7.1);
  assert.equal(stepped(0.1, denoise, 20), 0.3);
  assert.equal(stepped(0.3, cfg, -0.1), 0.29);
  assert.equal(stepped(20, steps, 0.1), 21);
  assert.equal(stepped(1, steps, -10), 1);
  assert.equal(stepped(512, width, 1), 520);
  assert.equal(stepped(MOST, seed, 1), MOST);
  assert.equal(stepped(MOST, seed, -1), MOST - 1n);
});

test('a number that was kept within the limits is within them, and stays', () => {
  const limits = fc.record({ min: fc.integer({ min: -1000, max: 0 }), max: fc.integer({ min: 1, max: 1000 }), step: fc.integer({ min: 1, max: 64 }) });
  fc.assert(fc.property(limits, fc.double({ noNaN: true, min: -1e6, max: 1e6 }), (l, value) => {
    for (const kind of [def('int', l), def('float', { ...l, step: l.step / 8 })]) {
      const n = snap(kind.widget === 'int' ? Math.round(value) : value, kind);
      assert.ok(n >= l.min && n <= l.max, `${value} -> ${n}`);
      assert.equal(snap(n, kind), n);
    }
  }), { numRuns: 300 });
});

test('a slider shows where it is', () => {
  assert.equal(shareOf(25, cfg), 0.25);
  assert.equal(shareOf(25, def('float')), undefined);
});

test('what a field shows can be typed again', () => {
  const told: [WidgetKind, string, Partial<InputDef>?][] = [
    ['int', '20'], ['float', '7.5'], ['seed', '18446744073709551615', { max: MOST }], ['boolean', 'true'], ['text', '"a"'], ['texts', '"a\\nb"'],
    ['choice', '"euler"', { choices: ['euler'] }], ['choice', '3', { choices: [3] }], ['color', '"#aabbcc"'], ['json', '{"a":[1,2.5]}'], ['box', '{"x":1}'],
  ];
  for (const [kind, text, more] of told) {
    const value = parse(text);
    assert.deepEqual(fromText(toText(value, def(kind, more)), def(kind, more)), value, `${kind} ${text}`);
  }
});

test('what a kind cannot be is nothing', () => {
  for (const [kind, text] of [['int', 'x'], ['color', 'red'], ['json', '{'], ['boolean', 'perhaps']] as const)
    assert.equal(fromText(text, def(kind)), undefined, kind);
});

test('a value that the class does not know is known to be none', () => {
  const list = def('choice', { choices: ['a', 'b'] });
  assert.deepEqual(['a', 'c', 3, null].map((v) => isKnown(v, list)), [true, false, false, false]);
  assert.ok(isKnown('x', def('choice', { choices: [], options: { remote: {} } })));
  assert.deepEqual(['a', 'z.png [output]', 'z.png'].map((v) => isKnown(v, def('upload', { choices: ['a'] }))), [true, true, false]);
  assert.deepEqual([20, 20.5, '20', 5n].map((v) => isKnown(v, steps)), [true, false, false, true]);
  assert.ok(isKnown('anything', undefined));
});

test('weights are put around a word, changed, and taken away at 1', () => {
  assert.equal(weighted('cat', 0.05), '(cat:1.05)');
  assert.equal(weighted('(cat:1.05)', 0.05), '(cat:1.1)');
  assert.equal(weighted('(cat:1.05)', -0.05), 'cat');
  assert.equal(weighted('(a (b) c:0.5)', -0.05), '(a (b) c:0.45)');
});

test('a caret means its word, or the brackets around it; a selection itself', () => {
  const text = 'a (big cat:1.2), dog';
  const at = (from: number, to = from) => text.slice(...spanAround(text, from, to));
  assert.deepEqual([at(0), at(5), at(9), at(18), at(2, 15), at(17, 20)], ['a', '(big cat:1.2)', '(big cat:1.2)', 'dog', '(big cat:1.2)', 'dog']);
});

test('choices: the recent ones first, folders as headings, of too many the first', () => {
  const values = ['xl/a', 'b', 'xl/c', 'sd\\d', 'e', 'f', 'g', 'h', 'i', 'j'];
  const shown = (recent: string[], query: string) => rowsFor(values, recent, query).map((r) => (isChoice(r) ? r.shown : `[${'text' in r ? r.text : r.kind}]`));
  assert.deepEqual(shown(['xl/c', 'gone'], ''), ['[]', 'xl/c', '[]', 'b', 'e', 'f', 'g', 'h', 'i', 'j', '[xl]', 'a', 'c', '[sd]', 'd']);
  assert.deepEqual(shown([], 'XL'), ['[xl]', 'a', 'c']);
  assert.deepEqual(shown([], 'x c'), ['[xl]', 'c']);
  assert.deepEqual(shown([], 'zzz'), []);
  const many = rowsFor(Array.from({ length: 1000 }, (_, i) => `m${i}`), [], '');
  assert.deepEqual([many.length, many.at(-1)], [301, { kind: 'more', count: 700 }]);
});

test('lists that the server has elsewhere are asked of the server only', () => {
  const routes = ['/models/loras', 'https://x/', '//x/y', '/\\x', '/a/../b', 3].map((route) => routeOf({ route }));
  assert.deepEqual(routes, ['models/loras', undefined, undefined, undefined, undefined, undefined]);
  assert.deepEqual(listIn({ a: { b: ['x', 3, null] } }, { response_key: 'a.b' }), ['x', 3]);
  assert.deepEqual(listIn(['x'], {}), ['x']);
  assert.deepEqual(listIn({ a: 3 }, { response_key: 'a.b' }), []);
});

test('a field names a file by folder, name and place', () => {
  assert.deepEqual(fileOf('a/b c.png [output]', undefined), { filename: 'b c.png', subfolder: 'a', type: 'output' });
  assert.deepEqual(fileOf('a.png', 'temp'), { filename: 'a.png', subfolder: '', type: 'temp' });
  assert.deepEqual(fileOf('clip\\a.png', undefined), { filename: 'a.png', subfolder: 'clip', type: 'input' });
  for (const none of ['', ' ', 3, null, undefined]) assert.equal(fileOf(none, undefined), undefined);
});

test('notes: blocks and spans as they are written, and HTML as text', () => {
  const kinds = blocksOf('# A\n\none\ntwo\n- x\n- y\n1. z\n```js\n# no\n```\n> q\n---\n<script>x</script>').map((b) => b.kind);
  assert.deepEqual(kinds, ['heading', 'text', 'list', 'code', 'quote', 'rule', 'text']);
  assert.deepEqual(spansOf('a **b** `c` *d* [e](http://x) http://y.z/q.'), [
    { kind: 'text', text: 'a ' }, { kind: 'strong', text: 'b' }, { kind: 'text', text: ' ' }, { kind: 'code', text: 'c' }, { kind: 'text', text: ' ' },
    { kind: 'em', text: 'd' }, { kind: 'text', text: ' ' }, { kind: 'link', text: 'e', url: 'http://x' }, { kind: 'text', text: ' ' },
    { kind: 'link', text: 'http://y.z/q', url: 'http://y.z/q' }, { kind: 'text', text: '.' },
  ]);
  assert.deepEqual(blocksOf('<b>x</b>'), [{ kind: 'text', spans: [{ kind: 'text', text: '<b>x</b>' }] }]);
});

test('a note of any kind ends', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('#', '-', '`', '~', '>', '*', '[', ']', '(', ')', ' ', '\n', 'a', '1', '.', '中'), maxLength: 60 }), (text) => {
    assert.ok(blocksOf(text).length <= text.split('\n').length);
  }), { numRuns: 500 });
});

test('what was chosen in fields and what was opened do not wipe each other', async () => {
  const kept = new Map<string, string>();
  Object.assign(globalThis, { localStorage: { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) } });
  const { noteRecent, recentOf } = await import('../../src/widgets/recent.ts');
  const { usedNow } = await import('../../src/app/stored.ts');
  usedNow('workflows/a.json');
  noteRecent('KSampler.sampler_name', 'euler');
  usedNow('workflows/b.json');
  assert.deepEqual(recentOf('KSampler.sampler_name'), ['euler']);
  assert.deepEqual(JSON.parse(kept.get('limn.recent') ?? ''), ['workflows/b.json', 'workflows/a.json']);
});
