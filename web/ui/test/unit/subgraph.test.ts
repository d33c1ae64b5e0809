// Subgraphs: entered, made, unpacked, made unique, with inputs and outputs that come and go. What runs is the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertToSubgraph, unpack } from '../../src/doc/convert.ts';
import { Document } from '../../src/doc/document.ts';
import { expose, labelSlot, removeSlot } from '../../src/doc/edge.ts';
import { groupsOf } from '../../src/doc/groups.ts';
import { print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { linksOf, type Id } from '../../src/doc/links.ts';
import { renameNode, setMode } from '../../src/doc/ops.ts';
import { groupItems } from '../../src/doc/ops-groups.ts';
import { crumbsOf, graphAt, livePath, makeUnique, pathTo, renameSubgraph, stepTo } from '../../src/doc/subgraph.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { valueOf } from '../../src/doc/values.ts';
import type { At } from '../../src/doc/wire.ts';
import { disagreements } from './agree.ts';
import { corpus, defs, nodeOf, opened } from './classes.ts';
import { LIMN, promptOf } from './limn.ts';

const at = (doc: Document, graph = doc.raw): At => ({ doc, graph, defs });
const raw = (value: Json | undefined) => JSON.parse(print(value ?? null)) as unknown;
const inner = (doc: Document, n = 1) => doc.graphs()[n] as JsonObject;
const values = (doc: Document, id: Id) =>
  Object.fromEntries(shapeOf(nodeOf(doc, String(id)), doc.raw, doc, defs).widgets.map((w) => [w.name, valueOf(nodeOf(doc, String(id)), w)]));

test('a path leads into subgraphs, says what they are called, and ends where there is nothing', () => {
  const doc = opened('nested');
  const outer = doc.nodes().find((n) => doc.definition(n['type'])) as JsonObject;
  const within = doc.nodes(doc.definition(outer['type'])).find((n) => doc.definition(n['type'])) as JsonObject;
  const path = [outer['id'] as Id, within['id'] as Id];
  assert.equal(graphAt(doc, path), doc.definition(within['type']));
  assert.deepEqual(crumbsOf(doc, path).map((c) => c.title), ['Outer', 'Scale'].slice(0, 2).map((_, k) => String((graphAt(doc, path.slice(0, k + 1)) as JsonObject)['name'])));
  assert.deepEqual(livePath(doc, [...path, 99]), path);
  assert.equal(graphAt(doc, [99]), undefined);
  assert.deepEqual(pathTo(doc, graphAt(doc, path) as JsonObject), path);
});

test('a selection becomes a subgraph with a slot for each origin outside, and is unpacked into what it was', () => {
  const doc = opened('plain-04');
  const before = print(doc.raw);
  const id = convertToSubgraph(at(doc), { nodes: [6, 7, 3] }, 'Paint');
  assert.equal(id, 10);
  assert.deepEqual(disagreements(doc), []);
  const definition = inner(doc);
  assert.deepEqual((definition['inputs'] as JsonObject[]).map((i) => [i['name'], i['type'], (i['linkIds'] as Json[]).length]), [['clip', 'CLIP', 2], ['model', 'MODEL', 1], ['latent_image', 'LATENT', 1]]);
  assert.deepEqual((definition['outputs'] as JsonObject[]).map((o) => o['name']), ['LATENT']);
  assert.deepEqual(doc.nodes().map((n) => n['id']), [4, 5, 8, 9, 10]);
  assert.deepEqual([shapeOf(nodeOf(doc, 10), doc.raw, doc, defs).title, doc.raw['last_node_id']], ['Paint', 10]);
  const made = unpack(at(doc), 10);
  assert.deepEqual([...(made ?? [])].sort(), [3, 6, 7]);
  assert.deepEqual([disagreements(doc), doc.graphs().length], [[], 1]);
  assert.deepEqual(linksOf(doc, doc.raw).into(3).map((l) => [l.from, l.toSlot]), [[4, 0], [6, 1], [7, 2], [5, 3]]);
  assert.deepEqual([nodeOf(doc, 3)['pos'], nodeOf(doc, 6)['pos']], [[1080, 60], [560, 60]]);
  doc.undo();
  doc.undo();
  assert.equal(print(doc.raw), before);
});

test('a group goes into a subgraph with what it holds; nothing makes none', () => {
  const doc = opened('plain-04');
  groupItems(at(doc), 'words', { nodes: [6, 7] });
  convertToSubgraph(at(doc), { groups: [0] }, 'Words');
  assert.deepEqual([doc.nodes(inner(doc)).map((n) => n['id']), groupsOf(inner(doc)).length, groupsOf(doc.raw).length], [[6, 7], 1, 0]);
  assert.equal(convertToSubgraph(at(doc), { nodes: [99] }, 'none'), undefined);
  assert.equal(unpack(at(doc), 4), undefined);
});

test('a step back leads to where it happened, and never into what is gone', () => {
  const doc = opened('nested');
  const outer = doc.nodes().find((n) => doc.definition(n['type'])) as JsonObject;
  const path = [outer['id'] as Id];
  const graph = graphAt(doc, path) as JsonObject;
  const [first] = doc.nodes(graph);
  renameNode(doc, first as JsonObject, 'x');
  assert.deepEqual(stepTo(doc, [], 'undo'), path);
  assert.deepEqual(stepTo(doc, [], 'redo'), path);
  renameNode(doc, doc.nodes()[0] as JsonObject, 'y');
  assert.deepEqual(stepTo(doc, path, 'undo'), []);
  const here: readonly Id[] = [];
  const id = convertToSubgraph(at(doc), { nodes: [3, 6] }, 'S');
  assert.deepEqual(stepTo(doc, [id as Id], 'undo'), []);
  assert.equal(stepTo(doc, here, 'redo'), here);
});

test('one of several is made unique; the others stay as they are', () => {
  const doc = opened('promoted-158');
  const before = values(doc, 21);
  assert.ok(makeUnique(doc, nodeOf(doc, 21)));
  assert.notEqual(nodeOf(doc, 20)['type'], nodeOf(doc, 21)['type']);
  assert.deepEqual(values(doc, 21), before);
  assert.ok(!makeUnique(doc, nodeOf(doc, 21)));
  renameSubgraph(doc, doc.definition(nodeOf(doc, 21)['type']) as JsonObject, 'Mine');
  assert.deepEqual([20, 21].map((id) => shapeOf(nodeOf(doc, id), doc.raw, doc, defs).title), ['Scale', 'Mine']);
});

test("unpacked, a node's own values are those of the nodes", () => {
  const doc = opened('promoted-158');
  const made = unpack(at(doc), 21);
  const scale = made?.map((id) => nodeOf(doc, String(id))).find((n) => n['type'] === 'ImageScale');
  assert.deepEqual(raw(scale?.['widgets_values']), ['bicubic', 300, 400, 'disabled']);
  assert.deepEqual([disagreements(doc), doc.graphs().length, values(doc, 20)['width']], [[], 2, 100]);
});

test('a muted subgraph is unpacked into muted nodes', () => {
  const doc = opened('subgraph');
  const node = doc.nodes().find((n) => doc.definition(n['type'])) as JsonObject;
  setMode(doc, [node], 2);
  const made = unpack(at(doc), node['id'] as Id);
  assert.ok(made?.length && made.every((id) => nodeOf(doc, String(id))['mode'] === 2));
});

test('inputs of a subgraph come and go, and every node keeps its values and links', () => {
  for (const file of ['promoted-127', 'promoted-158', 'promoted-146', 'promoted-144', 'promoted-parallel']) {
    const doc = opened(file);
    const before = print(doc.raw);
    const [had20, had21] = [values(doc, 20), values(doc, 21)];
    const definition = inner(doc);
    const width = (definition['inputs'] as JsonObject[]).findIndex((i) => i['name'] === 'width');
    if (width < 0) continue;
    removeSlot(at(doc, definition), 'inputs', width);
    assert.deepEqual(disagreements(doc), [], file);
    for (const [id, had] of [[20, had20], [21, had21]] as const)
      for (const [name, value] of Object.entries(values(doc, id))) if (name !== 'width') assert.equal(value, had[name], `${file} ${id} ${name}`);
    const socket = shapeOf(nodeOf(doc, 2, definition), definition, doc, defs).inputs.find((i) => i.name === 'width');
    const index = expose(at(doc, definition), 'inputs', { node: 2, index: socket?.index ?? -1 });
    assert.equal(index, (definition['inputs'] as Json[]).length - 1, file);
    assert.deepEqual(disagreements(doc), [], file);
    assert.equal(values(doc, 20)['height'], had20['height'], file);
    while (doc.undo());
    assert.equal(print(doc.raw), before, file);
  }
});

test('outputs of a subgraph come and go with their links around, and are called as people like', () => {
  const doc = opened('subgraph');
  const definition = inner(doc);
  const first = doc.nodes(definition)[0] as JsonObject;
  expose(at(doc, definition), 'outputs', { node: first['id'] as Id, index: 0 });
  assert.deepEqual(disagreements(doc), []);
  labelSlot(at(doc, definition), 'outputs', 1, 'early');
  const node = doc.nodes().find((n) => n['type'] === definition['id']) as JsonObject;
  assert.deepEqual(shapeOf(node, doc.raw, doc, defs).outputs.map((o) => o.label).at(-1), 'early');
  removeSlot(at(doc, definition), 'outputs', 0);
  assert.deepEqual(disagreements(doc), []);
  assert.equal(shapeOf(node, doc.raw, doc, defs).outputs.length, 1);
  assert.equal(linksOf(doc, doc.raw).from(node['id'] as Id).length, 0);
});

// ------------------------------------------------------------------ what runs

/** The prompt that the C program makes, with ids as `rename` has them; undefined where it makes none. */
function runs(doc: Document, rename: (id: string) => string): Record<string, unknown> | undefined {
  const stdout = promptOf(doc.toText());
  if (stdout === undefined) return undefined;
  // choices in braces are made in the texts of nodes, and not in those that a subgraph's node has
  const prompt = JSON.parse(stdout.replaceAll(/\{(yellow)\}/g, '$1')) as Record<string, { inputs: Record<string, unknown> }>;
  const value = (v: unknown) => (Array.isArray(v) && v.length === 2 && typeof v[0] === 'string' ? [rename(v[0]), v[1]] : v);
  return Object.fromEntries(Object.entries(prompt).map(([id, node]) => [
    rename(id), { ...node, inputs: Object.fromEntries(Object.entries(node.inputs).map(([k, v]) => [k, value(v)])) },
  ]));
}

const same = (id: string) => id;
// Their rules look for names and types in a graph and those around it, and a subgraph is a graph of its own.
const APART = /^(everywhere|set-and-get)/;

test('a selection that becomes a subgraph makes the same prompt', { skip: !LIMN }, () => {
  for (const [n, [file, text]] of corpus.entries()) {
    const ids = new Document(text).nodes().map((n) => n['id'] as Id);
    if (disagreements(new Document(text)).length || APART.test(file)) continue;
    const before = runs(new Document(text), same);
    const chosen = n % 2 ? ids.filter((_, k) => k % 2 === 0) : ids.slice(-3);
    const doc = new Document(text);
    const id = convertToSubgraph(at(doc), { nodes: chosen }, 'S');
    const after = runs(doc, (old) => old.split(':').filter((part) => part !== String(id)).join(':'));
    assert.deepEqual([after, disagreements(doc)], [before, []], `${file} ${chosen.join()}`);
  }
});

test('a subgraph that is unpacked makes the same prompt', { skip: !LIMN }, () => {
  for (const [file, text] of corpus) {
    const first = new Document(text);
    for (const node of first.nodes().filter((n) => first.definition(n['type']))) {
      if (disagreements(first).length || node['mode'] === 4 || /in-itself/.test(file)) continue;
      const doc = new Document(text);
      const id = String(node['id']);
      const within = doc.nodes(doc.definition(node['type'])).map((n) => String(n['id']));
      const before = runs(doc, same);
      const made = unpack(at(doc), id) ?? [];
      const old = new Map(made.map((now, k) => [String(now), `${id}:${within[k]}`]));
      const after = runs(doc, (now) => {
        const [head = '', ...rest] = now.split(':');
        return [old.get(head) ?? head, ...rest].join(':');
      });
      assert.deepEqual([after, disagreements(doc)], [before, []], `${file} ${id}`);
    }
  }
});
