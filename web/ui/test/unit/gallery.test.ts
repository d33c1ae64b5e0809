// Pictures that came out: how they are listed and named, and which values two workflows differ in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedValues, shortOf, takeValues } from '../../src/compare/changes.ts';
import { dayNames, gridOf, rowsIn, stepOf } from '../../src/gallery/rows.ts';
import { tellsOf } from '../../src/gallery/told.ts';
import { readPlans } from '../../src/defs/places.ts';
import { readDefs } from '../../src/defs/read.ts';
import { Document } from '../../src/doc/document.ts';
import { parse, print } from '../../src/doc/json.ts';
import { fileAt, keyOf, mediaOf, nameOf, readFile, viewOf } from '../../src/net/files.ts';
import { readOutputs } from '../../src/net/outputs.ts';

test('a picture is known by the address at which it is seen', (t) => {
  const { document } = globalThis;
  t.after(() => Object.assign(globalThis, { document }));
  Object.assign(globalThis, { document: { baseURI: 'http://127.0.0.1/limn/', documentElement: { dataset: {} } } });
  const file = { filename: 'a b_00001_.png', subfolder: '夜/x', type: 'temp', version: '5' } as const;
  for (const width of [undefined, 256]) assert.deepEqual(fileAt(viewOf(file, width)), file);
  for (const other of ['http://127.0.0.1/view?filename=a.png', 'http://elsewhere/limn/view?filename=a.png', 'http://127.0.0.1/limn/view', 'blob:x', ''])
    assert.equal(fileAt(other), undefined);
});

test('stars go one after the other, beside what other browsers gave; those that cannot be kept go again', async (t) => {
  const { document } = globalThis;
  t.after(() => Object.assign(globalThis, { document }));
  Object.assign(globalThis, { document: { baseURI: 'http://127.0.0.1/', documentElement: { dataset: {} } } });
  let kept = '["output/theirs.png"]';
  let down = false;
  t.mock.method(globalThis, 'fetch', async (_url: URL, how?: RequestInit) => {
    await new Promise((next) => setTimeout(next, 2));
    if (down) throw new TypeError('fetch failed');
    if (how?.method === 'POST') kept = String(how.body);
    return new Response(kept);
  });
  const { toggleStars, useGallery } = await import('../../src/gallery/gallery.ts');
  const [a, b] = ['a.png', 'b.png'].map((filename) => ({ filename, subfolder: '', type: 'output' as const }));
  assert.ok(a && b);
  const both = [toggleStars([a]), toggleStars([b])];
  assert.deepEqual([...useGallery.getState().stars], [keyOf(a), keyOf(b)]);
  await Promise.all(both);
  const all = ['output/theirs.png', keyOf(a), keyOf(b)];
  assert.deepEqual([JSON.parse(kept), [...useGallery.getState().stars]], [all, all]);
  down = true;
  const failing = toggleStars([a]);
  assert.ok(!useGallery.getState().stars.has(keyOf(a)));
  await assert.rejects(failing);
  assert.ok(useGallery.getState().stars.has(keyOf(a)));
  assert.deepEqual(JSON.parse(kept), all);
});

test('a page of pictures is read, and what is none of them is left out', () => {
  const row = { name: 'a.png', subfolder: 's', size: 10, mtime: 1700, width: 64, height: 32 };
  const { files, next } = readOutputs({ files: [row, null, 3, { name: '' }, { name: 'b.png' }], next: 'x' });
  assert.deepEqual(files[0], { filename: 'a.png', subfolder: 's', type: 'output', version: '1700', bytes: 10, at: 1700, width: 64, height: 32 });
  assert.deepEqual([files.length, next], [2, 'x']);
  assert.equal(readOutputs({ files: [], next: null }).next, undefined);
  assert.deepEqual(readOutputs({ files: [{ ...row, job: 'j', workflow: 'w' }] }).files[0]?.job, 'j');
  for (const odd of [undefined, null, 3, 'x', [], { files: 3 }]) assert.deepEqual(readOutputs(odd), { files: [] });
});

test('files are told apart by folder, and known by their endings', () => {
  const file = readFile({ filename: 'a.PNG', subfolder: 'x/y', type: 'temp' });
  assert.ok(file);
  assert.deepEqual([nameOf(file), keyOf(file), mediaOf(file)], ['x/y/a.PNG', 'temp/x/y/a.PNG', 'image']);
  assert.deepEqual(['a.webm', 'a.flac', 'a.txt', 'png'].map((filename) => mediaOf({ ...file, filename })), ['video', 'audio', 'other', 'other']);
});

const DEFS = readDefs(parse(JSON.stringify({
  Sample: {
    input: { required: { seed: ['INT', { control_after_generate: true }], steps: ['INT', {}], sampler: [['euler', 'heun'], {}] } },
    output: ['LATENT'], output_name: ['LATENT'], name: 'Sample', category: 'x',
  },
  Text: { input: { required: { text: ['STRING', { multiline: true }] } }, output: ['C'], output_name: ['C'], name: 'Text', category: 'x' },
})), new Map([
  ['Sample', [{ input: 'seed', holds: 'value' as const }, { input: 'seed', holds: 'control' as const }, { input: 'steps', holds: 'value' as const }, { input: 'sampler', holds: 'value' as const }]],
  ['Text', [{ input: 'text', holds: 'value' as const }]],
]));
const open = (nodes: string) => new Document(`{"nodes":[${nodes}],"links":[],"version":0.4}`);
const sample = (id: number, values: string) => `{"id":${id},"type":"Sample","pos":[0,0],"size":[200,100],"widgets_values":${values}}`;
const text = (id: number, values: string) => `{"id":${id},"type":"Text","pos":[0,0],"size":[200,100],"widgets_values":${values}}`;
const said = (a: Document, b: Document) => changedValues(a, b, DEFS).map((c) => `${c.widget.name} ${shortOf(c.from)} -> ${shortOf(c.to)}`);

test('two workflows differ in values, whatever becomes of them after a run', () => {
  const a = open(`${sample(5, '[1,"fixed",20,"euler"]')},${text(2, '["red"]')}`);
  const b = open(`${sample(5, '[18446744073709551615,"randomize",20,"heun"]')},${text(2, '["red"]')}`);
  assert.deepEqual(said(a, b), ['seed 1 -> 18446744073709551615', 'sampler euler -> heun']);
  assert.deepEqual(said(a, a), []);
});

test('of a workflow only the prompt is taken over, or only the seed', () => {
  const a = open(`${sample(5, '[1,"fixed",20,"euler"]')},${text(2, '["red"]')}`);
  const b = open(`${sample(5, '[18446744073709551615,"randomize",30,"heun"]')},${text(2, '["blue"]')}`);
  assert.equal(takeValues(a, b, DEFS, 'prompt'), 1);
  assert.deepEqual(said(a, b), ['seed 1 -> 18446744073709551615', 'steps 20 -> 30', 'sampler euler -> heun']);
  assert.equal(takeValues(a, b, DEFS, 'seed'), 1);
  assert.deepEqual(said(a, b), ['steps 20 -> 30', 'sampler euler -> heun']);
  assert.equal(takeValues(a, b, DEFS, 'seed'), 0);
});

test('values are taken over as one step, with their digits, and given back by one', () => {
  const before = sample(5, '[1,"fixed",20,"euler"]');
  const a = open(`${before},${text(2, '["red"]')}`);
  const b = open(`${sample(5, '[18446744073709551615,"randomize",30,"heun"]')},${text(2, '["blue"]')}`);
  assert.equal(takeValues(a, b, DEFS), 4);
  assert.equal(print(a.node(5)?.['widgets_values'] ?? null), '[18446744073709551615,"fixed",30,"heun"]');
  assert.deepEqual(changedValues(a, b, DEFS), []);
  a.undo();
  assert.equal(a.canUndo, undefined);
  assert.equal(print(a.node(5) ?? null), before);
});

test('nodes that were numbered anew are found by their class, where there is one of it', () => {
  const a = open(`${sample(5, '[1,"fixed",20,"euler"]')},${text(2, '["red"]')},${text(3, '["no"]')}`);
  const b = open(`${sample(9, '[2,"fixed",20,"euler"]')},${text(12, '["blue"]')}`);
  assert.deepEqual(said(a, b), ['seed 1 -> 2']);
});

test('tiles stand in rows below what heads them, and those in sight are on the page', () => {
  const headings = [...'aaaaabb'].map(String);
  const grid = gridOf(headings, 240, 72);
  assert.deepEqual([grid.columns, grid.side], [3, 76]);
  assert.deepEqual(grid.rows.map((r) => [r.heading ?? '', r.from, r.to, r.y]), [['a', 0, 0, 0], ['', 0, 3, 28], ['', 3, 5, 110], ['b', 5, 5, 192], ['', 5, 7, 220]]);
  assert.equal(grid.height, 302);
  assert.deepEqual([stepOf(grid, 2, 1), stepOf(grid, 4, 1), stepOf(grid, 6, 1), stepOf(grid, 6, -1), stepOf(grid, 1, -1), stepOf(grid, 0, 9)], [4, 6, 6, 4, 1, 5]);
  const many = gridOf(Array.from({ length: 5000 }, () => ''), 240, 72);
  assert.equal(many.rows.length, 1667);
  const seen = rowsIn(many, 50_000, 600, 4999);
  assert.ok(seen.length < 20 && seen.at(-1)?.to === 5000, 'and where the focus is');
  assert.deepEqual(gridOf([], 240, 72).rows, []);
  assert.equal(gridOf([''], 10, 72).columns, 1);
  assert.equal(stepOf(gridOf([], 240, 72), 0, 1), 0);
});

test('days are named as people do', () => {
  const now = new Date(2026, 10, 22, 0, 30).getTime();
  const [en, zh] = [dayNames('en-GB', now), dayNames('zh-CN', now)];
  assert.deepEqual([en(now), en(now - 3_600_000), zh(now), zh(now - 3_600_000)], ['Today', 'Yesterday', '今天', '昨天']);
  assert.match(en(new Date(2026, 10, 17, 23).getTime()), /^Tue,? 17 Nov$/);
  assert.match(en(new Date(2025, 0, 2, 12).getTime()), /2 Jan 2025$/);
});

test('a workflow tells its models and seeds, each once, not those that links feed', () => {
  const plans = readPlans(parse(JSON.stringify({ Load: [['name', 'value', 'checkpoints']], Sample: [['seed', 'value'], ['seed', 'control']] })));
  const defs = readDefs(parse(JSON.stringify({
    Load: { input: { required: { name: [['a.safetensors', 'b.safetensors'], {}] } }, output: ['MODEL'] },
    Sample: { input: { required: { seed: ['INT', { control_after_generate: true }] } }, output: ['LATENT'] },
  })), plans);
  const doc = new Document(`{"nodes": [
    {"id": 1, "type": "Load", "widgets_values": ["a.safetensors"]}, {"id": 2, "type": "Load", "widgets_values": ["a.safetensors"]},
    {"id": 3, "type": "Sample", "widgets_values": [18446744073709551615, "fixed"]},
    {"id": 4, "type": "Sample", "inputs": [{"name": "seed", "type": "INT", "link": 1, "widget": {"name": "seed"}}], "widgets_values": [7, "fixed"]}
  ], "links": [[1, 3, 0, 4, 0, "INT"]]}`);
  assert.deepEqual(tellsOf(doc, defs), { models: ['a.safetensors'], seeds: ['18446744073709551615'] });
});
