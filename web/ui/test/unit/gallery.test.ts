// Pictures that came out: how they are listed and named, and which values two workflows differ in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedValues, shortOf, takeValues } from '../../src/compare/changes.ts';
import { starredOf } from '../../src/gallery/gallery.ts';
import { tellsOf } from '../../src/gallery/told.ts';
import { readPlans } from '../../src/defs/places.ts';
import { readDefs } from '../../src/defs/read.ts';
import { Document } from '../../src/doc/document.ts';
import { parse, print } from '../../src/doc/json.ts';
import { keyOf, mediaOf, nameOf, readFile } from '../../src/net/files.ts';
import { readOutputs } from '../../src/net/outputs.ts';

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

test('those with a star are listed without their pages, the latest first', () => {
  const known = { filename: 'b.png', subfolder: '', type: 'output' as const, bytes: 3, at: 9 };
  const files = starredOf(new Set(['output/x/y/a.png', 'output/b.png', 'nonsense', 'output/']), [known]);
  assert.deepEqual(files, [known, { filename: 'a.png', subfolder: 'x/y', type: 'output', bytes: 0, at: 0 }]);
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
