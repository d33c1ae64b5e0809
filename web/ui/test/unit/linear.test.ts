// The App view: which fields it shows, and which it proposes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Document } from '../../src/doc/document.ts';
import { linearOf, movePin, pin } from '../../src/doc/linear.ts';
import { fieldsOf, proposal, resultNodes, settled, unpinned } from '../../src/linear/fields.ts';
import { rangeOf } from '../../src/linear/range.ts';
import type { InputDef } from '../../src/defs/def.ts';
import { defs } from './classes.ts';

const place = { pos: [0, 0], size: [200, 100], flags: {}, order: 0, mode: 0 };
const text = (id: number, to: number | null) => ({
  id, type: 'CLIPTextEncode', ...place, inputs: [], outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: to === null ? [] : [to] }], widgets_values: [''],
});
const FILE = {
  nodes: [
    text(1, null),
    text(2, 20),
    text(3, 10),
    {
      id: 4, type: 'KSampler', ...place, outputs: [], widgets_values: [1, 'fixed', 20, 8, 'euler', 'normal', 1],
      inputs: [{ name: 'positive', type: 'CONDITIONING', link: 10 }, { name: 'negative', type: 'CONDITIONING', link: 20 }],
    },
    { id: 5, type: 'EmptyLatentImage', ...place, mode: 2, outputs: [], widgets_values: [64, 64, 1] },
    { id: 6, type: 'EmptyLatentImage', ...place, outputs: [], widgets_values: [64, 64, 1] },
    { id: 7, type: 'CheckpointLoaderSimple', ...place, outputs: [], widgets_values: ['sd1.safetensors'] },
    { id: 8, type: 'SaveImage', ...place, inputs: [], widgets_values: ['x'] },
    { id: 9, type: 'Unknown', ...place, widgets_values: [3] },
  ],
  links: [[10, 3, 0, 4, 0, 'CONDITIONING'], [20, 2, 0, 4, 1, 'CONDITIONING']], version: 0.4,
};
const open = (extra?: object) => new Document(JSON.stringify(extra ? { ...FILE, extra } : FILE));
const short = (pins: readonly { node: unknown; widget: string }[]) => pins.map((p) => `${String(p.node)} ${p.widget}`);

test('without pins the texts that the picture is led by, steps, seed, size and model of what runs are proposed', () => {
  const wanted = ['3 text', '2 text', '4 steps', '4 seed', '6 width', '6 height', '7 ckpt_name'];
  assert.deepEqual(short(proposal(open(), defs)), wanted);
  assert.equal(fieldsOf(open(), defs).proposed, true);
  assert.deepEqual(short(fieldsOf(open({ linearData: { inputs: [] } }), defs).fields.map((f) => f.pin)), wanted);
  assert.deepEqual(fieldsOf(open(), new Map()).fields, []);
});

test('pins are shown in their order, as far as the graph still has them', () => {
  const doc = open({ linearData: { inputs: [[4, 'cfg'], [99, 'x'], [4, 'gone'], [6, 'width']], outputs: [] } });
  const { fields, proposed } = fieldsOf(doc, defs);
  assert.equal(proposed, false);
  assert.deepEqual(short(fields.map((f) => f.pin)), ['4 cfg', '6 width']);
  const [one, other] = fields;
  assert.ok(one && other);
  movePin(doc, other.at, one.at);
  assert.deepEqual(short(fieldsOf(doc, defs).fields.map((f) => f.pin)), ['6 width', '4 cfg']);
  assert.equal(unpinned(doc, defs, fieldsOf(doc, defs).fields).find((n) => n.shape.id === 4)?.widgets.some((w) => w.name === 'cfg'), false);
});

test('a pin is moved past those of nodes that are gone, which stay in the file', () => {
  const doc = open({ linearData: { inputs: [[99, 'x'], [4, 'cfg'], [6, 'width']], outputs: [] } });
  movePin(doc, 1, 0);
  assert.deepEqual(linearOf(doc).pins.map((p) => p.widget), ['width', 'cfg']);
  assert.match(doc.toText(), /99/);
});

test('what was proposed becomes pins with the first change, in one step', () => {
  const doc = open();
  const before = doc.toText();
  settled(doc, fieldsOf(doc, defs), () => pin(doc, 4, 'steps', false));
  assert.deepEqual(short(linearOf(doc).pins), ['3 text', '2 text', '4 seed', '6 width', '6 height', '7 ckpt_name']);
  doc.undo();
  assert.equal(doc.toText(), before);
});

test('the result is of the nodes that the file names, else of all that give something out', () => {
  assert.deepEqual([...resultNodes(open(), defs)], ['8']);
  assert.deepEqual([...resultNodes(open({ linearData: { inputs: [], outputs: [7] } }), defs)], ['7']);
});

test('a number has a slider where its range is one that a hand goes through', () => {
  const def = (widget: 'int' | 'float' | 'seed', min: number, max: number, step?: number) => ({ widget, min, max, step }) as unknown as InputDef;
  assert.deepEqual(rangeOf('denoise', def('float', 0, 1, 0.01), 0.5), { min: 0, max: 1, step: 0.01 });
  assert.deepEqual(rangeOf('steps', def('int', 1, 10000), 20), { min: 1, max: 50, step: 1 });
  for (const [name, of, value] of [
    ['steps', def('int', 1, 10000), 60], ['width', def('int', 16, 16384, 8), 128], ['seed', def('seed', 0, 10), 3], ['denoise', def('float', 0, 1, 0.01), 'x'],
    ['denoise', def('float', 0, 1, 0.01), 2], ['odd', undefined, 1], ['flat', def('int', 3, 3), 3],
  ] as const) assert.equal(rangeOf(name, of, value), undefined, name);
});
