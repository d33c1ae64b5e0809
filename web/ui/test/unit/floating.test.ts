// Links that wait at a point for their other end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatingOf, landFloating, leaveFloating, removeFloating } from '../../src/doc/floating.ts';
import { print, type Json } from '../../src/doc/json.ts';
import { linksOf } from '../../src/doc/links.ts';
import { removeNodes } from '../../src/doc/ops-nodes.ts';
import { removeReroutes } from '../../src/doc/ops-reroutes.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';
import { Document } from '../../src/doc/document.ts';
import { disagreements } from './agree.ts';
import { defs, opened } from './classes.ts';

const at = (doc: Document) => ({ doc, graph: doc.raw, defs });

test('a link that is dropped on the canvas waits there, and is led on', () => {
  for (const file of ['plain-04', 'plain-10']) {
    const doc = opened(file);
    const before = print(doc.raw);
    leaveFloating(at(doc), { node: 4, index: 2 }, [500, 600]);
    const [waiting] = floatingOf(doc, doc.raw);
    assert.deepEqual([waiting?.from, waiting?.type, waiting?.points.map((p) => p.at)], [{ node: 4, index: 2 }, 'VAE', [[500, 600]]], file);
    assert.equal(linksOf(doc, doc.raw).all.length, 9);
    const link = landFloating(at(doc), waiting?.id ?? -1, { node: 8, index: 1 });
    assert.deepEqual([floatingOf(doc, doc.raw), reroutesOf(doc, doc.raw).along(link ?? -1).map((p) => p.at), disagreements(doc)], [[], [[500, 600]], []], file);
    while (doc.undo());
    assert.equal(print(doc.raw), before);
  }
});

test('it goes with its node, with its point, or by itself', () => {
  for (const end of [(d: Document) => removeNodes(at(d), [4]), (d: Document) => removeReroutes(at(d), reroutesOf(d, d.raw).all.map((r) => r.id)),
    (d: Document) => removeFloating(at(d), floatingOf(d, d.raw).map((f) => f.id))]) {
    const doc = opened('plain-04');
    leaveFloating(at(doc), { node: 4, index: 2 }, [500, 600]);
    end(doc);
    assert.deepEqual([floatingOf(doc, doc.raw), reroutesOf(doc, doc.raw).all, doc.raw['floatingLinks']], [[], [], []]);
  }
});

test('one that leads to nothing, or from nowhere, is passed over and kept', () => {
  const doc = new Document('{"nodes": [{"id": 1}], "floatingLinks": [null, 3, {"id": 1, "origin_id": 9, "origin_slot": 0, "target_id": -1, "target_slot": -1, "type": "X"}]}');
  assert.deepEqual(floatingOf(doc, doc.raw), []);
  removeNodes(at(doc), [1]);
  assert.equal((doc.raw['floatingLinks'] as Json[]).length, 3);
});
