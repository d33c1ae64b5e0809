// The X/Y grid: values as they are written, the inputs of a workflow, what is kept, and the layout of the picture.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { InputDef, WidgetKind } from '../../src/defs/def.ts';
import { Document } from '../../src/doc/document.ts';
import { newObject, parse, type Json } from '../../src/doc/json.ts';
import { axisOf, hindranceOf } from '../../src/grid/draft.ts';
import { jsonOf } from '../../src/grid/export.ts';
import { readGrid, type Grid } from '../../src/grid/grids.ts';
import { inputsOf, putValues } from '../../src/grid/inputs.ts';
import { cellOf, inLines, layOut, within } from '../../src/grid/sheet.ts';
import { readValues } from '../../src/grid/values.ts';
import { cellSize } from '../../src/grid/zoom.ts';
import { grid as words } from '../../src/i18n/words/grid.ts';
import { bodyOf } from '../../src/run/body.ts';
import { defs as classes } from './classes.ts';

const def = (widget: WidgetKind, more: Partial<InputDef> = {}): InputDef =>
  ({ name: 'n', label: 'n', type: 'X', required: true, advanced: false, widget, options: newObject(), ...more });
const read = (text: string, widget: WidgetKind, more: Partial<InputDef> = {}) => {
  const { values, wrong } = readValues(text, def(widget, more));
  return wrong.length ? wrong.map((w) => `${w.why} ${w.text}${w.bound === undefined ? '' : ` ${w.bound}`}`) : values;
};

test('lists and ranges of whole numbers are read', () => {
  assert.deepEqual(read('1, 2\n5', 'int'), [1, 2, 5]);
  assert.deepEqual(read('1..4', 'int'), [1, 2, 3, 4]);
  assert.deepEqual(read('9-5 (-2), 1', 'int'), [9, 7, 5, 1]);
  assert.deepEqual(read('-3..-1, -2--1', 'int'), [-3, -2, -1]);
  assert.deepEqual(read('4，8、4；16', 'int'), [4, 8, 16]);
});

test('ranges of other numbers have no noise behind the point', () => {
  assert.deepEqual(read('5-9 (+0.5)', 'float'), [5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9]);
  assert.deepEqual(read('0.1..0.7（0.2）', 'float'), [0.1, 0.3, 0.5, 0.7]);
  assert.deepEqual(read('1e-5, .5', 'float'), [0.00001, 0.5]);
});

test('seeds keep all digits, in ranges, too', () => {
  assert.deepEqual(read('18446744073709551614..18446744073709551615', 'seed'), [18446744073709551614n, 18446744073709551615n]);
  assert.deepEqual(read('9007199254740993', 'seed'), [9007199254740993n]);
});

test('what cannot be read is named', () => {
  assert.deepEqual(read('1, x, 2 3', 'int'), ['number x', 'number 2 3']);
  assert.deepEqual(read('1.5', 'int'), ['whole 1.5']);
  assert.deepEqual(read('0, 200', 'int', { min: 1, max: 100 }), ['least 0 1', 'most 200 100']);
  assert.deepEqual(read('1..5 (0)', 'float'), ['step 1..5 (0)']);
  assert.deepEqual(read('1..1000000000000', 'int'), ['many 1..1000000000000']);
  assert.deepEqual(read('0..1e300', 'float'), ['many 0..1e300']);
  assert.deepEqual(read('maybe', 'boolean'), ['boolean maybe']);
  assert.deepEqual(read('red', 'color'), ['color red']);
  assert.deepEqual(read('[1', 'box'), ['json [1']);
});

test('choices are lines or lists; a name with a comma is one', () => {
  const choices = ['euler', 'heun', 'a, b'];
  assert.deepEqual(read('euler, heun', 'choice', { choices }), ['euler', 'heun']);
  assert.deepEqual(read('a, b\nHEUN', 'choice', { choices }), ['a, b', 'heun']);
  assert.deepEqual(read('eul', 'choice', { choices }), ['choice eul']);
  assert.deepEqual(read('a cat, a dog\n\na bird', 'texts'), ['a cat, a dog', 'a bird']);
  assert.deepEqual(read('true, off', 'boolean'), [true, false]);
});

// ------------------------------------------------------------------ in a workflow

const file = readFileSync(new URL('../../src/app/first.json', import.meta.url), 'utf8');

test('every free input is offered, and values are put where they run', () => {
  const doc = new Document(file);
  const inputs = inputsOf(doc, classes, 'en');
  const of = (name: string) => inputs.find((i) => i.widget === name);
  const [steps, seed] = [of('steps'), of('seed')];
  assert.ok(steps && seed);
  assert.match(steps.title, /^KSampler #\d+$/);
  assert.deepEqual(inputsOf(doc, classes, 'zh').map((i) => i.key), inputs.map((i) => i.key));
  putValues(doc, classes, [{ at: steps, value: 7 }, { at: seed, value: 18446744073709551615n }]);
  const now = inputsOf(doc, classes, 'en');
  assert.deepEqual([now.find((i) => i.key === steps.key)?.now, now.find((i) => i.key === seed.key)?.now], ['7', '18446744073709551615']);
  assert.match(doc.toText(), /18446744073709551615/);
  assert.throws(() => putValues(doc, classes, [{ at: { ...steps, node: '999' }, value: 1 }]));
});

test('nodes that are muted or bypassed have nothing to vary', () => {
  const doc = new Document(file);
  for (const node of doc.nodes()) node['mode'] = 2;
  assert.deepEqual(inputsOf(doc, classes, 'en'), []);
});

const plan = (text: string, key: string) => {
  const input = { graph: '', node: '5', widget: key, key, title: 'KSampler #5', label: key, def: def('seed'), now: '1' };
  return { input, read: readValues(text, input.def) };
};

test('a grid is queued when both axes can be', () => {
  assert.equal(hindranceOf(plan('1,2', 'a'), plan('1..200', 'b')), undefined);
  assert.equal(hindranceOf(plan('1..3', 'a'), plan('1..200', 'b')), 'tooMany');
  assert.equal(hindranceOf(plan('1', 'a'), plan('1', 'a')), 'same');
  assert.equal(hindranceOf(plan('x', 'a'), undefined), 'wrong');
  assert.equal(hindranceOf(plan('', 'a'), undefined), 'nothing');
  assert.equal(hindranceOf(undefined, plan('1', 'a')), 'nothing');
});

// ------------------------------------------------------------------ kept, and saved

const grid: Grid = {
  id: 'g', uid: 'u', name: 'cat', at: 0,
  x: axisOf(plan('18446744073709551615', 'seed')), y: axisOf(plan('1,2', 'steps')),
  cells: [
    { job: 'j1', state: 'done', seed: '18446744073709551615', files: [{ filename: 'a.png', subfolder: 's', type: 'output' }] },
    { job: '', state: 'planned', files: [] },
  ],
};

test('a grid is read again as it was kept; what was not sent is not coming', () => {
  const again = readGrid(JSON.parse(JSON.stringify(grid)));
  assert.deepEqual(again, { ...grid, cells: [grid.cells[0], { ...grid.cells[1], state: 'stopped' }] });
  for (const broken of [null, [], {}, { ...grid, cells: [] }, { ...grid, x: { ...grid.x, shown: [] } }]) assert.equal(readGrid(broken), undefined);
});

test('as JSON it has values, files and seeds with all digits', () => {
  const text = jsonOf(grid);
  const whole = parse(text) as { [key: string]: Json };
  assert.equal(text.match(/18446744073709551615/g)?.length, 4); // the axis, two cells, a seed
  assert.match(text, /"name": "s\/a\.png"/);
  assert.deepEqual((whole['y'] as { values: Json })['values'], [1, 2]);
});

test('a job says which cell of which grid it is', () => {
  const body = bodyOf({ id: 'i', prompt: '{}', workflow: '{}', client: 'c', uid: 'u', name: 'n', outputs: [], grid: { id: 'g', x: 1, y: 2 } });
  assert.deepEqual((JSON.parse(body) as { extra_data: { limn: unknown } }).extra_data.limn, { uid: 'u', name: 'n', outputs: [], grid: 'g', x: 1, y: 2 });
});

// ------------------------------------------------------------------ as a picture

test('small pictures are drawn larger, many are drawn smaller', () => {
  assert.deepEqual(cellOf({ width: 64, height: 32 }, 2, 2), { width: 128, height: 64, font: 14 });
  assert.deepEqual(cellOf({ width: 1024, height: 1024 }, 2, 2), { width: 1024, height: 1024, font: 48 });
  const many = layOut({ width: 1024, height: 1024 }, 20, 20, 3, true);
  assert.ok(many.width < 16384 && many.height < 16384 && many.width * many.height < 120e6);
});

test('two by two of 64 pixels', () => {
  const { width, height } = layOut({ width: 64, height: 64 }, 2, 2, 1, true);
  assert.deepEqual({ width, height }, { width: 389, height: 329 });
});

test('names are divided at words, and cut where they are too long', () => {
  const measure = (t: string) => t.length;
  assert.deepEqual(inLines('a red circle', 6, measure), ['a red', 'circle']);
  assert.deepEqual(inLines('euler_ancestral', 8, measure), ['euler_an', 'cestral']);
  assert.deepEqual(inLines('one two three four', 5, measure, 2), ['one', 'two…']);
  assert.deepEqual(inLines('', 5, measure), []);
});

test('a picture of another shape stands whole in its cell', () => {
  assert.deepEqual(within({ width: 100, height: 50 }, { width: 50, height: 50 }), { x: 0, y: 12.5, width: 50, height: 25 });
});

test('cells are as large as all of them can be seen', () => {
  assert.deepEqual(cellSize({ width: 800, height: 400 }, 2, 2, 1), { width: 200, height: 200 });
  assert.deepEqual(cellSize({ width: 800, height: 400 }, 40, 40, 2), { width: 96, height: 48 });
});

// ------------------------------------------------------------------ words

function* all(of: object, path = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(of))
    if (typeof value === 'object') yield* all(value as object, `${path}${key}.`);
    else if (typeof value === 'function') yield [path + key, String((value as (...n: number[]) => unknown)(1, 2))];
    else yield [path + key, value as string];
}

test('the grid speaks both languages', () => {
  for (const [key, word] of [...all(words.en), ...all(words.zh)]) assert.ok(word.trim(), key);
  for (const [key, word] of all(words.zh)) if (key !== 'cell') assert.match(word, /\p{Script=Han}/u, key);
});
