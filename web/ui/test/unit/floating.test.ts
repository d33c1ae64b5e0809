// Links that wait at a point for their other end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_SCENE, sceneOf } from '../../src/canvas/scene.ts';
import { duplicate } from '../../src/doc/clipboard.ts';
import { floatingOf, landFloating, leaveFloating, openPoint, removeFloating } from '../../src/doc/floating.ts';
import { print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { linksOf } from '../../src/doc/links.ts';
import { removeLinks } from '../../src/doc/ops-links.ts';
import { removeNodes } from '../../src/doc/ops-nodes.ts';
import { removeReroutes } from '../../src/doc/ops-reroutes.ts';
import { reroutesOf, type Reroute } from '../../src/doc/reroutes.ts';
import { Document } from '../../src/doc/document.ts';
import { disagreements } from './agree.ts';
import { defs, opened } from './classes.ts';

const at = (doc: Document) => ({ doc, graph: doc.raw, defs });
const markOf = (point: Reroute | undefined) => (point?.raw['floating'] as JsonObject)['slotType'];

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

test('one that leads to an input waits for where it comes from, also behind a second point and in a copy', () => {
  for (const file of ['plain-04', 'plain-10']) {
    const doc = opened(file);
    removeLinks(at(doc), linksOf(doc, doc.raw).into(8).filter((l) => l.toSlot === 1).map((l) => l.id));
    const before = print(doc.raw);
    const near = leaveFloating(at(doc), { node: 8, index: 1 }, [500, 600], 'in') ?? -1;
    const [waiting] = floatingOf(doc, doc.raw);
    assert.deepEqual([waiting?.from, waiting?.to, waiting?.type, waiting && openPoint(waiting)?.id], [undefined, { node: 8, index: 1 }, 'VAE', near], file);

    const copy = duplicate(at(doc), { nodes: [8] }, [10, 10]);
    const second = floatingOf(doc, doc.raw).find((f) => f.to?.node === copy?.nodes?.[0]);
    assert.deepEqual([second?.points.map((p) => p.at), markOf(second && openPoint(second))], [[[510, 610]], 'input'], file);
    doc.undo();

    const far = leaveFloating(at(doc), { node: 4, index: 2 }, [400, 500]) ?? -1; // of two points the one behind is taken away again
    const link = landFloating(at(doc), waiting?.id ?? -1, { node: 4, index: 2 });
    assert.deepEqual([reroutesOf(doc, doc.raw).along(link ?? -1).map((p) => p.id), disagreements(doc)], [[near], []], file);
    assert.deepEqual(floatingOf(doc, doc.raw).map((f) => openPoint(f)?.id), [far], file);
    while (doc.undo() && print(doc.raw) !== before);
    assert.equal(print(doc.raw), before, file);
  }
});

test('without the point at which it waits, one that leads to an input waits at the next', () => {
  const doc = new Document(JSON.stringify({
    nodes: [{ id: 1, type: 'X', inputs: [{ name: 'a', type: 'IMAGE', link: null }], outputs: [] }], links: [],
    floatingLinks: [{ id: 5, origin_id: -1, origin_slot: -1, target_id: 1, target_slot: 0, type: 'IMAGE', parentId: 2 }],
    extra: { reroutes: [{ id: 1, pos: [0, 0], linkIds: [], floating: { slotType: 'input' } }, { id: 2, parentId: 1, pos: [50, 0], linkIds: [] }] },
  }));
  assert.deepEqual(floatingOf(doc, doc.raw)[0]?.points.map((p) => p.id), [1, 2]);
  const line = sceneOf(doc, [], defs, EMPTY_SCENE).waiting[0];
  assert.deepEqual(line?.owners, ['reroute:1', 'reroute:2', 'node:1']);
  removeReroutes(at(doc), [1]);
  assert.deepEqual([floatingOf(doc, doc.raw)[0]?.points.map((p) => p.id), markOf(reroutesOf(doc, doc.raw).all[0])], [[2], 'input']);
  removeReroutes(at(doc), [2]);
  assert.deepEqual(floatingOf(doc, doc.raw), []);
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
