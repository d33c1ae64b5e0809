// The browser of models: what is read of an answer, what of a list is shown, which fields take which kind; embeddings in texts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPlans } from '../../src/defs/places.ts';
import { readDefs } from '../../src/defs/read.ts';
import { Document } from '../../src/doc/document.ts';
import { parse } from '../../src/doc/json.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { fieldsFor, folderOfWidget, loaderFor, valueFor } from '../../src/models/folders.ts';
import { readCounts, readModel, readModels, type Model } from '../../src/models/list.ts';
import { badgeOf, bareOf, cardsIn, familiesOf, foldersIn, likest, shownOf, windowOf } from '../../src/models/shown.ts';
import { offersFor, tokenAt } from '../../src/widgets/embeddings.ts';

const model = (name: string, more: Partial<Model> = {}): Model => ({ kind: 'loras', name, root: 0, bytes: 1, at: 0, triggers: [], tags: [], ...more });

test('a list of models is read, and what is none of them is left out', () => {
  const row = { name: 'a/b.safetensors', size: 7, mtime: 1700, pathIndex: 1, family: 'SDXL', base: 'x', triggers: ['w', 3], sha256: 'ab', preview: '/p' };
  const { models, folders, unread } = readModels('loras', { files: [row, null, 3, { name: '' }], folders: ['/m', 3], unread: 2 });
  assert.deepEqual(models, [{ kind: 'loras', name: 'a/b.safetensors', root: 1, bytes: 7, at: 1700, family: 'SDXL', base: 'x', triggers: ['w'], tags: [], sha256: 'ab', preview: '/p' }]);
  assert.deepEqual([folders, unread], [['/m'], 2]);
  for (const odd of [undefined, null, 3, 'x', [], { files: 3, folders: {}, unread: 'x' }])
    assert.deepEqual(readModels('loras', odd), { models: [], folders: [], unread: 0 });
  assert.equal(readModel('loras', { size: 3 }), undefined);
});

const ALL = [
  model('b.safetensors', { bytes: 5, at: 1, family: 'SDXL' }), model('a10.safetensors', { bytes: 9, at: 3 }), model('a9.safetensors', { at: 2, base: 'v1-5.ckpt' }),
  model('x/c.safetensors', { family: 'Stable Diffusion 1.x', triggers: ['paper cut'] }), model('x/y/d.sft', { title: 'Storm' }), model('xy/e.safetensors'),
];
const names = (wanted: Partial<Parameters<typeof shownOf>[1]>) => shownOf(ALL, { query: '', folder: '', family: '', order: 'name', ...wanted }).map((m) => bareOf(m.name));

test('folders hold what is below them, and one is left by the way it was entered', () => {
  assert.deepEqual(foldersIn(ALL, '').map((f) => [f.path, f.name, f.count]), [['x', 'x', 2], ['xy', 'xy', 1]]);
  assert.deepEqual(foldersIn(ALL, 'x').map((f) => [f.path, f.name, f.count]), [['x/y', 'y', 1]]);
  assert.deepEqual(foldersIn(ALL, 'x/y'), []);
  assert.deepEqual(names({ folder: 'x' }), ['c', 'd']);
});

test('what is typed is found in names, titles, families and words; all words of it', () => {
  assert.deepEqual(names({ query: 'PAPER x/' }), ['c']);
  assert.deepEqual(names({ query: 'storm' }), ['d']);
  assert.deepEqual(names({ query: 'sdxl' }), ['b']);
  assert.deepEqual(names({ query: 'sd 1' }), ['c']);
  assert.deepEqual(names({ query: 'storm paper' }), []);
});

test('numbers in names count, and the newest or the largest may come first', () => {
  assert.deepEqual(names({}).slice(0, 3), ['a9', 'a10', 'b']);
  assert.deepEqual(names({ order: 'newest' }).slice(0, 3), ['a10', 'a9', 'b']);
  assert.deepEqual(names({ order: 'largest' }).slice(0, 2), ['a10', 'b']);
});

test('those used for most pictures may come first; an odd answer counts nothing', () => {
  const told = readCounts({ files: [{ name: 'a', pictures: 2 }, { name: 'b', pictures: 'x' }, null] });
  const all = ['c', 'b', 'a'].map((name) => model(name, { pictures: told.get(name) ?? 0 }));
  assert.deepEqual(shownOf(all, { query: '', folder: '', family: '', order: 'used' }).map((m) => m.name), ['a', 'b', 'c']);
  assert.equal(readCounts(undefined).size, 0);
});

test('a family is said shortly; without one, what a model was made from', () => {
  assert.deepEqual(ALL.map(badgeOf), ['SDXL', '', 'v1-5', 'SD 1.x', '', '']);
  assert.deepEqual(familiesOf(ALL), ['SD 1.x', 'SDXL', 'v1-5']);
  assert.deepEqual(names({ family: 'v1-5' }), ['a9']);
});

test('what is much like a name that is not here is found in whatever folder it is', () => {
  const there = ['sd15/inkwash.safetensors', 'ink.safetensors', 'Inkwash_V3.sft', 'base-xl.safetensors'].map((n) => model(n));
  const found = (name: string) => likest(there, name, 2).map((m) => m.name);
  assert.deepEqual(found('other/inkwash-v3.safetensors'), ['Inkwash_V3.sft', 'sd15/inkwash.safetensors']);
  assert.deepEqual(found('portrait.safetensors'), []);
  assert.deepEqual(found(''), []);
});

test('of a long list only what is in sight and a little more is on the page', () => {
  assert.deepEqual(windowOf(10_000, 1, 50, 0, 500), { columns: 1, rows: 10_000, first: 0, last: 14 });
  const { first, last } = windowOf(10_000, 3, 100, 100_000, 500);
  assert.ok(first % 3 === 0 && first <= 3000 && last >= 3015 && last - first < 60);
  assert.deepEqual(windowOf(10, 3, 100, 99_999, 500), { columns: 3, rows: 4, first: 0, last: 10 }); // it was longer a moment ago
  assert.deepEqual(windowOf(0, 1, 50, 0, 500), { columns: 1, rows: 0, first: 0, last: 0 });
  assert.equal(cardsIn(100).columns, 1);
  assert.equal(cardsIn(264).columns, 2);
  assert.ok(cardsIn(264, 2).height > cardsIn(264).height);
});

const file = (name: string) => ({ required: { model: ['MODEL'], [name]: [['a.safetensors'], {}] } });
const INFO = {
  Lora: { input: file('lora'), output: ['MODEL'], output_name: ['MODEL'], name: 'Lora', category: 'x' },
  LoraPlain: { input: { required: { lora: [['a.safetensors'], {}] } }, output: ['MODEL'], output_name: ['MODEL'], name: 'LoraPlain', category: 'x' },
  LoraOld: { input: { required: { lora: [['a.safetensors'], {}] } }, output: [], output_name: [], name: 'LoraOld', category: 'x', deprecated: true },
  LoraAbsent: { input: { required: { lora: [[], {}] } }, output: [], output_name: [], name: 'LoraAbsent', category: 'x', dev_only: true },
  CLIPTextEncode: { input: { required: { clip: ['CLIP'], text: ['STRING', { multiline: true }] } }, output: ['CONDITIONING'], output_name: ['CONDITIONING'], name: 'CLIPTextEncode', category: 'x' },
};
const plan = [['lora', 'value', 'loras']];
const PLANS = readPlans(parse(JSON.stringify({ Lora: plan, LoraPlain: plan, LoraOld: plan, LoraAbsent: plan, CLIPTextEncode: [['text', 'value']] })));
const DEFS = readDefs(parse(JSON.stringify(INFO)), PLANS);

test('a place that names a model says of which kind; an odd one only what it holds', () => {
  assert.deepEqual(PLANS.get('Lora'), [{ input: 'lora', holds: 'value', folder: 'loras' }]);
  assert.deepEqual(readPlans(parse('{"A": [["x", "value", 3]]}')).get('A'), [{ input: 'x', holds: 'value' }]);
});

test('the class that is added is the plainest that loads the kind, or the one that is used most', () => {
  assert.deepEqual(loaderFor('loras', DEFS), { name: 'LoraPlain', input: 'lora' });
  assert.deepEqual(loaderFor('loras', DEFS, new Map([['Lora', 2]])), { name: 'Lora', input: 'lora' });
  assert.equal(loaderFor('vae', DEFS), undefined);
  assert.deepEqual(loaderFor('embeddings', DEFS), { name: 'CLIPTextEncode', input: 'text' });
});

test('a field takes its kind, one of a subgraph what it stands for, a linked one nothing', () => {
  const doc = new Document('{"nodes":[{"id":1,"type":"Lora","pos":[0,0],"size":[1,1],"widgets_values":["a.safetensors"]},{"id":2,"type":"CLIPTextEncode","pos":[0,0],"size":[1,1],"widgets_values":["x"]}],"links":[],"version":0.4}');
  const of = (id: number) => {
    const node = doc.node(id);
    assert.ok(node);
    return { node, widgets: shapeOf(node, doc.raw, doc, DEFS).widgets };
  };
  const [lora, text] = [of(1), of(2)];
  const named = (at: typeof lora, kind: string) => fieldsFor(at.node, at.widgets, kind, DEFS).map((w) => w.name);
  assert.deepEqual([named(lora, 'loras'), named(lora, 'vae'), named(lora, 'embeddings'), named(text, 'embeddings')], [['lora'], [], [], ['text']]);
  const [widget] = lora.widgets;
  assert.ok(widget);
  const outer = { ...widget, name: 'promoted', source: { node: lora.node, graph: doc.raw, widget } };
  assert.equal(folderOfWidget({ type: 'subgraph' }, outer, DEFS), 'loras');
  assert.deepEqual(fieldsFor(lora.node, [{ ...widget, linked: true }], 'loras', DEFS), []);
});

test('an embedding goes behind what is written, anything else in the place of it', () => {
  const embedding = { kind: 'embeddings', name: 'sub/calm.safetensors' };
  assert.equal(valueFor({ kind: 'loras', name: 'a.safetensors' }, 'b'), 'a.safetensors');
  assert.deepEqual([undefined, '', 'a cat', 'a cat, ', '猫，'].map((text) => valueFor(embedding, text)), [
    'embedding:sub/calm', 'embedding:sub/calm', 'a cat, embedding:sub/calm', 'a cat, embedding:sub/calm', '猫， embedding:sub/calm',
  ]);
});

test('an embedding is completed at the caret, its weight and brackets left alone', () => {
  const at = (text: string) => tokenAt(text.replace('|', ''), text.indexOf('|'));
  assert.deepEqual(at('a embedding:|'), { from: 12, to: 12, typed: '' });
  assert.deepEqual(at('(Embedding:ca|lm:1.2)'), { from: 11, to: 15, typed: 'ca' });
  assert.deepEqual(at('embedding:sub/a-b_1.2|, x'), { from: 10, to: 21, typed: 'sub/a-b_1.2' });
  for (const text of ['embedding|:x', 'embedding:a |', 'embedding:a,|', 'xembedding:a|', '(embedding:a:1|)', 'a cat|']) assert.equal(at(text), undefined, text);
});

test('what begins as it is typed is offered first, and no more than a list can show', () => {
  assert.deepEqual(offersFor(['old/calm', 'calm', 'xyz'], 'calm'), ['calm', 'old/calm']);
  assert.deepEqual(offersFor(['b', 'a'], ''), ['b', 'a']);
  assert.equal(offersFor(Array.from({ length: 900 }, (_, i) => `e${i}`), 'e').length, 50);
});
