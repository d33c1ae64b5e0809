// Nodes in line, and the widgets that are pinned to the App view.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Document } from '../../src/doc/document.ts';
import { print } from '../../src/doc/json.ts';
import { askForLinear, isPinned, linearOf, movePin, pin } from '../../src/doc/linear.ts';
import { setFlag } from '../../src/doc/ops.ts';
import { align, distribute, type Edge } from '../../src/doc/ops-align.ts';
import type { NodeShape } from '../../src/doc/shape.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { defs, nodeOf } from './classes.ts';

const TEXT = `{"nodes": [{"id": 1, "type": "VAEDecode", "pos": [0, 30], "size": [200, 50]}, {"id": 2, "type": "KSampler", "pos": {"0": 300, "1": 130}, "size": [400, 300]},
  {"id": 3, "type": "VAEDecode", "pos": [320, 630], "size": [220, 50], "flags": {}}, {"id": 4, "type": "VAEDecode"}], "links": []}`;
const three = () => new Document(TEXT);
const at = (doc: Document) => ({ doc, graph: doc.raw, defs });
const shapes = (doc: Document) => [1, 2, 3].map((id) => shapeOf(nodeOf(doc, id), doc.raw, doc, defs));

test('nodes are put in line by any edge, and one step takes it back', () => {
  const of: Record<Edge, (s: NodeShape) => number> = {
    left: (s) => s.x, right: (s) => s.x + s.width, centre: (s) => s.x + s.width / 2, top: (s) => s.y, bottom: (s) => s.y + s.height, middle: (s) => s.y + s.height / 2,
  };
  for (const edge of Object.keys(of) as Edge[]) {
    const doc = three();
    align(at(doc), [1, 2, 3], edge);
    const lines = shapes(doc).map(of[edge]);
    assert.ok(Math.max(...lines) - Math.min(...lines) <= 1, `${edge} ${lines.join()}`);
    doc.undo();
    assert.equal(doc.toText(), TEXT);
  }
});

test('the same room is left between nodes, the outermost staying', () => {
  const doc = three();
  distribute(at(doc), [3, 1, 2], 'down');
  const [a, b, c] = shapes(doc);
  assert.ok(a && b && c);
  assert.deepEqual([a.y, c.y], [0, 600]);
  assert.ok(Math.abs(b.y - (a.y + a.height) - (c.y - (b.y + b.height))) <= 1);
});

test('one node alone, a pinned one and one without a position are in nobody\'s way', () => {
  const doc = three();
  align(at(doc), [1], 'left');
  distribute(at(doc), [1, 2], 'across');
  assert.equal(doc.dirtySince, undefined);
  setFlag(doc, [nodeOf(doc, 3)], 'pinned', true);
  align(at(doc), [1, 2, 3, 4, 99], 'left');
  assert.deepEqual(shapes(doc).map((s) => s.x), [0, 0, 320]);
  assert.deepEqual(shapeOf(nodeOf(doc, 4), doc.raw, doc, defs).x, 0);
});

test('widgets are pinned in an order, where canvases keep it, and gone nodes are passed over', () => {
  const doc = three();
  pin(doc, 2, 'seed', true);
  pin(doc, 2, 'steps', true);
  pin(doc, 2, 'seed', true);
  assert.equal(print(doc.raw['extra'] ?? null), '{"linearData":{"inputs":[[2,"seed"],[2,"steps"]],"outputs":[]}}');
  movePin(doc, 1, 0);
  movePin(doc, 0, 9);
  assert.deepEqual(linearOf(doc).pins.map((p) => p.widget), ['steps', 'seed']);
  pin(doc, 2, 'steps', false);
  assert.deepEqual([isPinned(doc, 2, 'seed'), isPinned(doc, 2, 'steps')], [true, false]);
  askForLinear(doc, true);
  assert.equal(linearOf(doc).asked, true);
  while (doc.undo());
  assert.equal(doc.toText(), TEXT);
  const odd = new Document('{"nodes": [], "extra": {"linearData": {"inputs": [[9, "x"], 3, null, ["a"]], "outputs": 4}, "linearMode": "yes"}}');
  assert.deepEqual(linearOf(odd), { pins: [], outputs: [], asked: false });
});
