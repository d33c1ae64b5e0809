// Points on links when nodes become a subgraph and come out of one: none is lost, each stays on its side of the edge, and links that wait
// for an end wait on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copyItems, paste } from '../../src/doc/clipboard.ts';
import { convertToSubgraph, unpack } from '../../src/doc/convert.ts';
import { Document } from '../../src/doc/document.ts';
import { floatingOf, landFloating, leaveFloating } from '../../src/doc/floating.ts';
import { print, type JsonObject } from '../../src/doc/json.ts';
import { linksOf, type Id } from '../../src/doc/links.ts';
import { addGroup } from '../../src/doc/ops-groups.ts';
import { addReroute } from '../../src/doc/ops-reroutes.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import type { At } from '../../src/doc/wire.ts';
import { disagreements } from './agree.ts';
import { corpus, defs, nodeOf, opened } from './classes.ts';

const at = (doc: Document, graph = doc.raw): At => ({ doc, graph, defs });
const inner = (doc: Document) => doc.graphs()[1] as JsonObject;
const linkInto = (doc: Document, node: Id, slot: number, graph = doc.raw) => linksOf(doc, graph).into(node).find((l) => l.toSlot === slot)?.id ?? -1;
const along = (doc: Document, link: Id, graph = doc.raw) => reroutesOf(doc, graph).along(link).map((p) => p.at);
const FILES = ['plain-04', 'plain-10'];

test('points stay on the side where they lie, and are one chain again afterwards', () => {
  for (const file of FILES) {
    const doc = opened(file);
    const sampler = shapeOf(nodeOf(doc, 3), doc.raw, doc, defs);
    const within = [sampler.x + 20, sampler.y + 20] as const;
    const before = [sampler.x - 200, sampler.y] as const;
    const behind = [sampler.x + sampler.width + 200, sampler.y] as const;
    const into = linkInto(doc, 3, 0);
    const out = linksOf(doc, doc.raw).from(3)[0]?.id ?? -1;
    addReroute(at(doc), into, within, 0);
    addReroute(at(doc), into, before, 0);
    addReroute(at(doc), out, within, 0);
    addReroute(at(doc), out, behind, 1);
    const text = doc.toText();
    const id = convertToSubgraph(at(doc), { nodes: [3] }, 'S') ?? -1;
    const graph = inner(doc);
    assert.deepEqual([along(doc, linkInto(doc, id, 0)), along(doc, linkInto(doc, 3, 0, graph), graph)], [[before], [within]], file);
    assert.deepEqual([along(doc, linksOf(doc, graph).from(3)[0]?.id ?? -1, graph), along(doc, linksOf(doc, doc.raw).from(id)[0]?.id ?? -1)], [[within], [behind]], file);
    assert.deepEqual(disagreements(doc), [], file);
    unpack(at(doc), id);
    assert.deepEqual([along(doc, linkInto(doc, 3, 0)), along(doc, linksOf(doc, doc.raw).from(3)[0]?.id ?? -1)], [[before, within], [within, behind]], file);
    assert.deepEqual(disagreements(doc), [], file);
    doc.undo();
    doc.undo();
    assert.equal(doc.toText(), text);
  }
});

test('a point that was chosen goes in, and so does one of a chosen group', () => {
  const far = [-900, -900] as const;
  for (const grouped of [false, true]) {
    const doc = opened('plain-04');
    const point = addReroute(at(doc), linkInto(doc, 3, 0), far, 0);
    if (grouped) addGroup(at(doc), 'far', { x: -1000, y: -1000, width: 200, height: 200 });
    convertToSubgraph(at(doc), grouped ? { nodes: [3], groups: [0] } : { nodes: [3], reroutes: [point] }, 'S');
    assert.deepEqual([reroutesOf(doc, doc.raw).all.length, reroutesOf(doc, inner(doc)).all.map((p) => p.at)], [0, [far]]);
    assert.deepEqual(disagreements(doc), []);
  }
});

test('links from one output share their points outside, and part within', () => {
  const doc = opened('plain-04');
  const [one, other] = [linkInto(doc, 6, 0), linkInto(doc, 7, 0)]; // both take the clip
  addReroute(at(doc), one, [-500, 0], 0);
  addReroute(at(doc), other, [-600, 10], 0);
  const id = convertToSubgraph(at(doc), { nodes: [6, 7] }, 'S') ?? -1;
  const links = linksOf(doc, inner(doc));
  const within = [6, 7].map((n) => along(doc, links.into(n)[0]?.id ?? -1, inner(doc)).length);
  assert.deepEqual([along(doc, linkInto(doc, id, 0)).length, within.toSorted()], [1, [0, 1]]);
  unpack(at(doc), id);
  assert.deepEqual(reroutesOf(doc, doc.raw).all.map((p) => p.at[0]).toSorted(), [-500, -600]);
  assert.deepEqual(disagreements(doc), []);
});

test('a link that waits for its end goes in with its node, is copied with it, and comes out again', () => {
  for (const file of FILES) {
    const doc = opened(file);
    leaveFloating(at(doc), { node: 3, index: 0 }, [5000, 60]);
    const id = convertToSubgraph(at(doc), { nodes: [3] }, 'S') ?? -1;
    const waiting = () => doc.graphs().map((g) => floatingOf(doc, g).map((f) => [f.from?.node, f.points.map((p) => p.at[0]), 'floating' in (f.points[0]?.raw ?? {})]));
    assert.deepEqual(waiting(), [[], [[3, [5000], true]]], file);
    unpack(at(doc), id);
    assert.deepEqual(waiting(), [[[3, [5000], true]]], file);
    const made = paste(at(doc), copyItems(at(doc), { nodes: [3] }) ?? '', { corner: [0, 1000] });
    assert.equal(floatingOf(doc, doc.raw).length, 2, file);
    const copy = floatingOf(doc, doc.raw).find((f) => f.from?.node === made?.nodes[0]);
    landFloating(at(doc), copy?.id ?? -1, { node: 8, index: 0 });
    assert.deepEqual([along(doc, linkInto(doc, 8, 0)).length, disagreements(doc)], [1, []], file);
  }
});

// ------------------------------------------------------------------ whatever the graph

const sound = corpus.filter(([, text]) => disagreements(new Document(text)).length === 0 && linksOf(new Document(text), new Document(text).raw).all.length > 1);
const spot = fc.record({ link: fc.nat(80), place: fc.nat(3), x: fc.integer({ min: -200, max: 2500 }), y: fc.integer({ min: -200, max: 1500 }) });

/** Every point under the name that it was given, in all graphs. */
const named = (doc: Document) => doc.graphs().flatMap((g) => reroutesOf(doc, g).all.map((p) => Number(p.raw['mark']))).toSorted((a, b) => a - b);

/** The names of the points of each link that joins nodes of this graph. */
const ways = (doc: Document) => new Map(linksOf(doc, doc.raw).all.map((l) => [
  `${l.from}.${l.fromSlot} ${l.to}.${l.toSlot}`, reroutesOf(doc, doc.raw).along(l.id).map((p) => Number(p.raw['mark'])),
] as const));

const inOrder = (few: readonly number[], all: readonly number[]) => few.every((n, k) => all.includes(n) && (k === 0 || all.indexOf(n) > all.indexOf(few[k - 1] as number)));

test('whatever is chosen, no point is lost on the way in and out, and every link goes through its own in their order', () => {
  let crossed = 0;
  fc.assert(fc.property(fc.nat(sound.length - 1), fc.array(spot, { minLength: 1, maxLength: 8 }), fc.nat(63), (file, spots, bits) => {
    const [name = '', text = ''] = sound[file] ?? [];
    const doc = new Document(text);
    const links = linksOf(doc, doc.raw).all;
    for (const { link, place, x, y } of spots) {
      const id = links[link % links.length]?.id ?? -1;
      addReroute(at(doc), id, [x, y], place % (1 + reroutesOf(doc, doc.raw).along(id).length));
    }
    doc.transact('marks', (e) => doc.graphs().flatMap((g) => reroutesOf(doc, g).all).forEach((p, k) => e.set(p.raw, 'mark', k)));
    const [marks, before, whole] = [named(doc), ways(doc), print(doc.raw)];
    const chosen = doc.nodes().filter((_, k) => (bits >> (k % 6)) & 1).map((n) => n['id'] as Id);
    const id = convertToSubgraph(at(doc), { nodes: chosen }, 'S');
    if (id === undefined) return;
    assert.deepEqual([[...new Set(named(doc))], disagreements(doc)], [marks, []], name);
    const definition = doc.definition(doc.node(id)?.['type']);
    if (definition && reroutesOf(doc, definition).all.length) crossed++;
    const made = unpack(at(doc), id)?.map(String) ?? [];
    assert.deepEqual([[...new Set(named(doc))], disagreements(doc)], [marks, []], name);
    const after = ways(doc);
    if (chosen.every((n) => made.includes(String(n))))
      for (const [link, points] of before) assert.ok(inOrder(points, after.get(link) ?? []), `${name}: ${link} ${points.join()} became ${after.get(link)?.join()}`);
    doc.undo();
    doc.undo();
    assert.equal(print(doc.raw), whole, name);
  }), { numRuns: 400 });
  assert.ok(crossed > 20, `${crossed}`);
});
