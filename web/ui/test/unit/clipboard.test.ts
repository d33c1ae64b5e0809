// What is copied and pasted, prompts that become documents, and nodes that are arranged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange } from '../../src/doc/arrange.ts';
import { copyItems, duplicate, kindOfText, paste, withMembers } from '../../src/doc/clipboard.ts';
import { Document } from '../../src/doc/document.ts';
import { groupsOf, membersOf } from '../../src/doc/groups.ts';
import { parse, print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { layered } from '../../src/doc/layered.ts';
import { linksOf } from '../../src/doc/links.ts';
import { setFlag } from '../../src/doc/ops.ts';
import { groupItems } from '../../src/doc/ops-groups.ts';
import { connect } from '../../src/doc/ops-links.ts';
import { addNode, removeItems } from '../../src/doc/ops-nodes.ts';
import { addReroute } from '../../src/doc/ops-reroutes.ts';
import { documentOfText } from '../../src/doc/prompt.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';
import type { NodeShape } from '../../src/doc/shape.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { valueOf } from '../../src/doc/values.ts';
import type { At } from '../../src/doc/wire.ts';
import { disagreements } from './agree.ts';
import { corpus, defs, nodeOf, opened } from './classes.ts';

const at = (doc: Document, graph = doc.raw): At => ({ doc, graph, defs });
const blank = () => new Document('{"last_node_id":0,"last_link_id":0,"nodes":[],"links":[],"groups":[],"config":{},"extra":{},"version":0.4}');
const shapes = (doc: Document) => doc.nodes().map((n) => shapeOf(n, doc.raw, doc, defs));
const raw = (value: Json | undefined) => JSON.parse(print(value ?? null)) as unknown;

function copied(doc: Document, nodes: readonly (number | string)[], groups: readonly number[] = []): string {
  const text = copyItems(at(doc), { nodes, groups });
  assert.ok(text !== undefined);
  return text;
}

test('what is pasted into another document has new ids, its links, points and groups', () => {
  const from = opened('plain-04');
  addReroute(at(from), 7, [1, 2], 0);
  groupItems(at(from), 'both', { nodes: [3, 8] });
  const doc = opened('plain-10');
  const before = print(doc.raw);
  const made = paste(at(doc), copied(from, [], [0]), { corner: [5000, 5000] });
  assert.deepEqual(made?.nodes, [10, 11]);
  assert.deepEqual(disagreements(doc), []);
  const [link] = linksOf(doc, doc.raw).from(10);
  assert.deepEqual([link?.to, link?.id], [11, 10]);
  assert.deepEqual(reroutesOf(doc, doc.raw).along(10).length, 1);
  assert.equal(groupsOf(doc.raw)[0]?.x, 5000);
  assert.deepEqual(raw(nodeOf(doc, 10)['widgets_values']), [42, 'randomize', 20, 8, 'euler', 'normal', 1]);
  doc.undo();
  assert.equal(print(doc.raw), before);
});

test('links from outside come along when they are asked for', () => {
  const doc = opened('plain-04');
  const text = copied(doc, [3]);
  const [alone] = paste(at(doc), text)?.nodes ?? [];
  assert.equal(linksOf(doc, doc.raw).into(alone ?? 0).length, 0);
  const [joined] = paste(at(doc), text, { connect: true })?.nodes ?? [];
  assert.deepEqual(linksOf(doc, doc.raw).into(joined ?? 0).map((l) => l.from), [4, 6, 7, 5]);
  assert.deepEqual(disagreements(doc), []);
  assert.deepEqual(duplicate(at(doc), { nodes: [3] }, [40, 40], true)?.nodes, [12]);
  assert.deepEqual(nodeOf(doc, 12)['pos'], [1120, 100]);
});

test('a whole workflow can be pasted, and a clipboard with links as canvases write it', () => {
  for (const [file, text] of corpus) {
    const doc = blank();
    const from = new Document(text);
    assert.equal(kindOfText(text), from.nodes().length > 0 ? 'workflow' : undefined, file);
    const made = paste(at(doc), text);
    if (!from.nodes().length) continue;
    assert.equal(made?.nodes.length, new Set(from.nodes().map((n) => String(n['id']))).size, file);
    if (!disagreements(from).length) assert.deepEqual(disagreements(doc), [], file);
    while (doc.undo());
    assert.equal(doc.toText(), blank().toText());
  }
  assert.deepEqual(['a red circle', '{"nodes": []}', '{"a": 1}', '[1]', '{'].map(kindOfText), Array(5).fill(undefined));
  const nested = opened('nested');
  assert.equal(kindOfText(copied(nested, nested.nodes().map((n) => n['id'] as number))), 'part');
  assert.equal(paste(at(blank()), 'a red circle'), undefined);
  assert.equal(paste(at(blank()), '{"nodes": 3}'), undefined);
});

test('a subgraph comes along, is shared where it is the same, and is another where it is not', () => {
  const from = opened('nested');
  const text = copied(from, from.nodes().map((n) => n['id'] as number));
  const doc = blank();
  paste(at(doc), text);
  const definitions = doc.graphs().length;
  assert.equal(definitions, from.graphs().length);
  paste(at(doc), text);
  assert.equal(doc.graphs().length, definitions);
  doc.transact('change', (e) => e.set(doc.graphs()[1] as JsonObject, 'name', 'another'));
  paste(at(doc), text);
  assert.ok(doc.graphs().length > definitions);
  assert.ok(doc.nodes().every((n) => typeof n['type'] !== 'string' || n['type'].length < 30 || doc.definition(n['type'])));
  const inner = doc.graphs()[1] as JsonObject;
  const itself = doc.nodes().filter((n) => n['type'] === inner['id']);
  assert.ok(itself.length);
  const made = paste(at(doc, inner), copied(doc, itself.map((n) => n['id'] as number)));
  assert.deepEqual(made?.nodes, []);
});

test('a large seed keeps its digits on the way', () => {
  const from = opened('large-seed');
  const doc = blank();
  paste(at(doc), copied(from, [3]));
  assert.equal((doc.nodes()[0]?.['widgets_values'] as Json[])[0], (nodeOf(from, 3)['widgets_values'] as Json[])[0]);
});

// ------------------------------------------------------------------ prompts

const PROMPT = `{"prompt": {"4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd1.safetensors"}},
  "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["4", 1]}, "_meta": {"title": "Paint"}},
  "3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": ["9:1", 0], "model": ["4", 0], "positive": ["6", 0], "negative": ["77", 0], "latent_image": ["4", 9]}},
  "9:1": {"class_type": "Odd", "inputs": {"n": 7, "list": {"__value__": [1, 2]}, "x": ["3", 0]}}}}`;

test('a prompt becomes a document: values by name, links, titles; what leads nowhere is listed', () => {
  const made = documentOfText(PROMPT, defs);
  assert.ok(made);
  const { doc } = made;
  assert.deepEqual(disagreements(doc), []);
  assert.deepEqual(made.absent, [{ node: '3', input: 'negative', to: '77', output: 0 }, { node: '3', input: 'latent_image', to: '4', output: 9 }]);
  assert.deepEqual(made.unknown, ['Odd']);
  const value = (id: number, name: string) => {
    const shape = shapeOf(nodeOf(doc, id), doc.raw, doc, defs);
    const widget = shape.widgets.find((w) => w.name === name);
    return widget && valueOf(nodeOf(doc, id), widget);
  };
  assert.deepEqual([value(3, 'seed'), value(3, 'cfg'), value(6, 'text'), value(7, 'n')], [18446744073709551615n, 8, 'a cat', 7]);
  assert.equal(nodeOf(doc, 6)['title'], 'Paint');
  assert.deepEqual(linksOf(doc, doc.raw).into(3).map((l) => [l.from, l.fromSlot]), [[4, 0], [6, 0], [7, 0]]);
  assert.equal(doc.dirtySince, undefined);
  assert.equal(documentOfText('{"a": 1}', defs), undefined);
  assert.equal(documentOfText('[]', defs), undefined);
});

// ------------------------------------------------------------------ arranging

const meet = (a: NodeShape, b: NodeShape) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function clash(doc: Document): string[] {
  const all = shapes(doc);
  return all.flatMap((a, i) => all.slice(i + 1).filter((b) => meet(a, b)).map((b) => `${a.id} and ${b.id}`));
}

test('arranged nodes do not meet, and links lead to the right', () => {
  for (const file of ['plain-04', 'plain-10', 'subgraph', 'reroute-nodes', 'reroutes-native', 'nested', 'primitives', 'everywhere']) {
    const doc = opened(file);
    const before = print(doc.raw);
    arrange(at(doc));
    assert.deepEqual(clash(doc), [], file);
    const x = new Map(shapes(doc).map((s) => [String(s.id), s]));
    for (const l of linksOf(doc, doc.raw).all) assert.ok((x.get(String(l.from))?.x ?? 0) < (x.get(String(l.to))?.x ?? 0), `${file} ${l.id}`);
    assert.deepEqual(disagreements(doc), [], file);
    doc.undo();
    assert.equal(print(doc.raw), before, file);
  }
});

test('a group is arranged within and stays around what it has', () => {
  const doc = opened('plain-04');
  groupItems(at(doc), 'words', { nodes: [6, 7] });
  groupItems(at(doc), 'all of it', { nodes: [4, 5], groups: [0] });
  const inside = () => groupsOf(doc.raw).map((g) => membersOf(groupsOf(doc.raw), g, shapes(doc)).map((s) => s.id));
  const before = inside();
  arrange(at(doc));
  assert.deepEqual(inside(), before);
  assert.deepEqual(clash(doc), []);
});

test('a selection is arranged and the rest stays; what is pinned stays', () => {
  const doc = opened('plain-04');
  arrange(at(doc), [6, 7]);
  assert.deepEqual([nodeOf(doc, 3)['pos'], clash(doc).some((c) => c.startsWith('6 and 7'))], [[1080, 60], false]);
  setFlag(doc, [nodeOf(doc, 3)], 'pinned', true);
  arrange(at(doc));
  assert.deepEqual(nodeOf(doc, 3)['pos'], [1080, 60]);
});

test('a circle is arranged like everything else, and a chain is straight', () => {
  const doc = blank();
  const ids = [0, 1, 2].map(() => addNode(at(doc), 'ImageInvert', [0, 0]));
  ids.forEach((id, i) => connect(at(doc), { node: id, index: 0 }, { node: ids[(i + 1) % 3] ?? 0, index: 0 }));
  arrange(at(doc));
  assert.deepEqual(clash(doc), []);
  assert.equal(new Set(shapes(doc).map((s) => s.y)).size, 1);
});

test('a thousand nodes are arranged in a moment', () => {
  const items = Array.from({ length: 1000 }, (_, i) => ({ id: `${i}`, width: 200, height: 100 + (i % 5) * 20, y: i }));
  const lines = items.slice(1).flatMap((item, i) => [1, 7].map((k) => ({ from: `${Math.max(0, i + 1 - k * (1 + (i % 3)))}`, to: item.id, fromY: 40, toY: 30 + k })));
  const from = process.cpuUsage();
  const places = layered(items, lines);
  const { user, system } = process.cpuUsage(from);
  assert.equal(places.size, 1000);
  assert.ok(user + system < 2_000_000, `${(user + system) / 1000} ms`);
});

test('what is printed of the clipboard is JSON that others can read', () => {
  const payload = parse(copied(opened('reroutes-native'), [8, 9])) as JsonObject;
  assert.deepEqual(Object.keys(payload), ['limn', 'nodes', 'links', 'groups', 'reroutes', 'subgraphs', 'outer']);
  assert.deepEqual((payload['links'] as JsonObject[]).map((l) => l['parentId']), [2]);
  assert.deepEqual((payload['outer'] as JsonObject[]).map((l) => l['origin_id']), [3, 4]);
});

test('a group that is cut takes what is in it along, and pasted all of it is there once', () => {
  const doc = opened('plain-04');
  const n = doc.nodes().length;
  groupItems(at(doc), 'both', { nodes: [3, 8] });
  const index = groupsOf(doc.raw).length - 1;
  const text = copied(doc, [], [index]);
  const items = withMembers(at(doc), { nodes: ['3'], groups: [index] });
  assert.deepEqual(items.nodes.map(String).sort(), ['3', '8']);
  removeItems(at(doc), items);
  assert.equal(doc.nodes().length, n - 2);
  paste(at(doc), text);
  assert.equal(doc.nodes().length, n);
  assert.equal(groupsOf(doc.raw).length, index + 1);
  assert.deepEqual(disagreements(doc), []);
});
