// What people do to a graph, each as one step that can be taken back to the byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Document } from '../../src/doc/document.ts';
import { pairOf } from '../../src/doc/geometry.ts';
import { print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { linksOf } from '../../src/doc/links.ts';
import { resizeNode, setColor, setMode } from '../../src/doc/ops.ts';
import { addGroup, fitGroup, groupItems, moveItems, removeGroups, renameGroup, resizeGroup } from '../../src/doc/ops-groups.ts';
import { branchOff, connect, disconnect, moveLink, moveLinks, removeLinks } from '../../src/doc/ops-links.ts';
import { addNode, closesCircle, insertOnLink, itemsOf, removeItems, removeNodes } from '../../src/doc/ops-nodes.ts';
import { likely, nodesOfClass, replaceNode, replaceNodes } from '../../src/doc/replace.ts';
import { addReroute, removeReroutes } from '../../src/doc/ops-reroutes.ts';
import { groupsOf } from '../../src/doc/groups.ts';
import { linksThrough, reroutesOf } from '../../src/doc/reroutes.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import type { At } from '../../src/doc/wire.ts';
import { disagreements } from './agree.ts';
import { defs, nodeOf, opened } from './classes.ts';

const at = (doc: Document, graph = doc.raw): At => ({ doc, graph, defs });
const raw = (value: Json | undefined) => JSON.parse(print(value ?? null)) as unknown;
const shape = (doc: Document, id: number) => shapeOf(nodeOf(doc, id), doc.raw, doc, defs);
const socket = (doc: Document, id: number, name: string) => shape(doc, id).inputs.find((i) => i.name === name)?.index ?? -1;

/** Whatever was done agrees, and is one step that leads back. */
function oneStep(doc: Document, deed: () => void) {
  const before = print(doc.raw);
  deed();
  assert.notEqual(print(doc.raw), before);
  assert.deepEqual(disagreements(doc), []);
  const after = print(doc.raw);
  doc.undo();
  assert.equal(print(doc.raw), before);
  doc.redo();
  assert.equal(print(doc.raw), after);
}

test('a new node that shows pictures has room for them', () => {
  const doc = opened('plain-04');
  const room = (type: string) => {
    const of = shape(doc, Number(addNode(at(doc), type, [0, 0])));
    return of.height - of.free;
  };
  assert.ok(room('PreviewImage') >= 280);
  assert.ok(room('SaveImage') >= 280);
  assert.ok(room('ImageInvert') < 64);
  assert.ok(shape(doc, Number(addNode(at(doc), 'LoadImage', [0, 0]))).height >= 300, 'and one that loads a picture');
});

test('a new node is one that a canvas could have written', () => {
  const doc = opened('plain-04');
  oneStep(doc, () => addNode(at(doc), 'KSampler', [100, 200], { steps: 30 }));
  const node = nodeOf(doc, 10);
  assert.deepEqual(raw(node['widgets_values']), [0, 'randomize', 30, 8, 'euler', 'normal', 1]);
  assert.deepEqual(raw(node['inputs']), ['model', 'positive', 'negative', 'latent_image'].map((name) => (
    { name, type: name === 'model' ? 'MODEL' : name === 'latent_image' ? 'LATENT' : 'CONDITIONING', link: null })));
  assert.deepEqual([node['pos'], doc.raw['last_node_id'], shape(doc, 10).y], [[100, 230], 10, 200]);
  const s = shape(doc, 10);
  assert.deepEqual(node['size'], [s.width, s.height - 30]);
});

test('nodes that only canvases know, and those of subgraphs, are added too', () => {
  const doc = opened('subgraph');
  const definition = doc.graphs()[1] as JsonObject;
  const [note, reroute, primitive, instance] = ['Note', 'Reroute', 'PrimitiveNode', String(definition['id'])].map((t) => addNode(at(doc), t, [0, 0]));
  assert.deepEqual([note, reroute, primitive, instance].map((id) => shape(doc, Number(id)).kind), ['note', 'reroute', 'primitive', 'subgraph']);
  assert.equal((nodeOf(doc, Number(instance))['inputs'] as Json[]).length, (definition['inputs'] as Json[]).length);
});

test('a link that is made is known at both ends, and takes the place of the one before', () => {
  const doc = opened('plain-04');
  oneStep(doc, () => assert.equal(connect(at(doc), { node: 4, index: 1 }, { node: 8, index: 1 }), 10));
  assert.equal(linksOf(doc, doc.raw).byId.has('8'), false);
  assert.deepEqual((doc.raw['links'] as Json[]).at(-1), [10, 4, 1, 8, 1, 'CLIP']);
  assert.equal(doc.raw['last_link_id'], 10);
  const later = opened('plain-10');
  oneStep(later, () => connect(at(later), { node: 4, index: 1 }, { node: 8, index: 1 }));
  assert.deepEqual(raw((later.raw['links'] as Json[]).at(-1)), { id: 10, origin_id: 4, origin_slot: 1, target_id: 8, target_slot: 1, type: 'CLIP' });
  assert.equal((later.raw['state'] as JsonObject)['lastLinkId'], 10);
});

test('a link to a widget gives it a socket in the file; where there is none, nothing is done', () => {
  const doc = opened('plain-04');
  const primitive = addNode(at(doc), 'PrimitiveNode', [0, 0]);
  const steps = socket(doc, 3, 'steps');
  oneStep(doc, () => connect(at(doc), { node: primitive, index: 0 }, { node: 3, index: steps }));
  assert.deepEqual(raw((nodeOf(doc, 3)['inputs'] as Json[])[4]), { name: 'steps', type: 'INT', widget: { name: 'steps' }, link: 10 });
  assert.deepEqual(raw(nodeOf(doc, 10)['widgets_values']), [20]);
  assert.deepEqual(raw((nodeOf(doc, 10)['outputs'] as Json[])[0]), { name: 'INT', type: 'INT', links: [10], widget: { name: 'steps' } });
  assert.equal(shape(doc, 3).widgets.find((w) => w.name === 'steps')?.linked, true);
  const before = print(doc.raw);
  assert.equal(connect(at(doc), { node: 3, index: 7 }, { node: 8, index: 0 }), undefined);
  assert.equal(connect(at(doc), { node: 99, index: 0 }, { node: 8, index: 0 }), undefined);
  assert.equal(print(doc.raw), before);
});

test('both who give and who take hear of a link', () => {
  const doc = opened('plain-04');
  const heard: string[] = [];
  for (const id of [3, 4, 5, 8, 9]) doc.subscribe(id, () => heard.push(String(id)));
  connect(at(doc), { node: 4, index: 2 }, { node: 9, index: 0 });
  assert.deepEqual(heard.sort(), ['4', '8', '9']);
});

test('links are cut by input, by node and by side, and moved by either end', () => {
  const doc = opened('plain-04');
  oneStep(doc, () => disconnect(at(doc), { node: 3, index: 0 }));
  oneStep(doc, () => removeLinks(at(doc), linksOf(doc, doc.raw).into(3).map((l) => l.id)));
  assert.deepEqual([linksOf(doc, doc.raw).into(3).length, linksOf(doc, doc.raw).from(3).length], [0, 1]);
  oneStep(doc, () => moveLink(at(doc), 7, { to: { node: 9, index: 0 } }));
  assert.deepEqual(linksOf(doc, doc.raw).from(3).map((l) => [l.to, l.toSlot]), [[9, 0]]);
  oneStep(doc, () => moveLinks(at(doc), { node: 4, index: 1 }, { node: 4, index: 0 }));
  assert.deepEqual(linksOf(doc, doc.raw).from(4).map((l) => l.fromSlot).sort(), [0, 0, 2]);
});

test('a node that goes takes its links, or hands them through', () => {
  const doc = opened('bypass-sampler');
  oneStep(doc, () => removeNodes(at(doc), [3]));
  assert.equal(linksOf(doc, doc.raw).all.length, 4);
  const through = opened('plain-04');
  oneStep(through, () => removeNodes(at(through), [3], true));
  assert.deepEqual(linksOf(through, through.raw).into(8).map((l) => [l.from, l.fromSlot]), [[5, 0], [4, 2]]);
});

test('whatever is chosen goes as one step', () => {
  const doc = opened('reroutes-native');
  addGroup(at(doc), 'g', { x: 0, y: 0, width: 10, height: 10 });
  const items = itemsOf(at(doc), ['node:3', 'link:9', 'group:0', 'reroute:1', 'odd']);
  assert.deepEqual(items, { nodes: [3], links: ['9'], groups: [0], reroutes: ['1'] });
  oneStep(doc, () => removeItems(at(doc), items));
  assert.deepEqual([doc.node(3), linksOf(doc, doc.raw).byId.get('9'), groupsOf(doc.raw).length, reroutesOf(doc, doc.raw).all.length], [undefined, undefined, 0, 0]);
});

test('a node that is put into a link has room to its right', () => {
  const doc = opened('plain-04');
  const id = addNode(at(doc), 'ImageInvert', [1500, 30]);
  oneStep(doc, () => insertOnLink(at(doc), 9, id, 0, 0));
  assert.deepEqual([linksOf(doc, doc.raw).into(id)[0]?.from, linksOf(doc, doc.raw).from(id)[0]?.to], [8, 9]);
  assert.ok(pairOf(nodeOf(doc, 9), 'pos')[0] >= 1500 + 140 + 40);
  assert.equal(pairOf(nodeOf(doc, 8), 'pos')[0], 1340);
});

test('a circle is seen before it is closed', () => {
  const doc = opened('plain-04');
  assert.deepEqual([closesCircle(at(doc), 8, 3), closesCircle(at(doc), 3, 8), closesCircle(at(doc), 3, 3), closesCircle(at(doc), 9, 4)], [true, false, true, true]);
});

test('a group takes along what is in it, unless only its frame is meant', () => {
  const doc = opened('plain-04');
  oneStep(doc, () => assert.equal(groupItems(at(doc), 'both', { nodes: [4, 5] }), 0));
  groupItems(at(doc), 'one', { nodes: [4] });
  const [before] = [pairOf(nodeOf(doc, 4), 'pos')];
  oneStep(doc, () => moveItems(at(doc), { groups: [0] }, 10, 5));
  assert.deepEqual([pairOf(nodeOf(doc, 4), 'pos'), pairOf(nodeOf(doc, 6), 'pos')], [[before[0] + 10, before[1] + 5], [560, 60]]);
  assert.deepEqual(groupsOf(doc.raw).map((g) => g.x - 10 < 40), [true, true]);
  oneStep(doc, () => moveItems(at(doc), { groups: [0] }, 10, 5, { frames: true }));
  assert.deepEqual(pairOf(nodeOf(doc, 4), 'pos'), [before[0] + 10, before[1] + 5]);
  oneStep(doc, () => renameGroup(at(doc), 1, 'renamed'));
  oneStep(doc, () => resizeGroup(at(doc), 1, { x: 1, y: 2, width: 3, height: 4 }));
  assert.deepEqual(raw((doc.raw['groups'] as JsonObject[])[1]?.['bounding']), [1, 2, 3, 4]);
  oneStep(doc, () => removeGroups(at(doc), [0]));
  assert.deepEqual(groupsOf(doc.raw).map((g) => g.title), ['renamed']);
});

test('steps of one drag are one', () => {
  const doc = opened('plain-04');
  for (let i = 0; i < 5; i++) moveItems(at(doc), { nodes: [3] }, 1, 0, { join: 'drag 1' });
  doc.undo();
  assert.equal(pairOf(nodeOf(doc, 3), 'pos')[0], 1080);
});

test('points are set on a link, moved with it and taken away, in either version', () => {
  for (const file of ['plain-04', 'plain-10', 'reroutes-native', 'reroutes-native-10']) {
    const doc = opened(file);
    const there = reroutesOf(doc, doc.raw).along(9).length;
    const along = () => reroutesOf(doc, doc.raw).along(9).map((r) => r.at[0]);
    oneStep(doc, () => addReroute(at(doc), 9, [7, 7], 0));
    oneStep(doc, () => addReroute(at(doc), 9, [8, 8], there + 1));
    assert.deepEqual([along()[0], along().at(-1), along().length], [7, 8, there + 2], file);
    const [first] = reroutesOf(doc, doc.raw).along(9);
    assert.ok(first);
    oneStep(doc, () => moveItems(at(doc), { reroutes: [first.id] }, 2, 0));
    assert.equal(along()[0], 9, file);
    oneStep(doc, () => removeReroutes(at(doc), reroutesOf(doc, doc.raw).all.map((r) => r.id)));
    assert.deepEqual(along(), [], file);
  }
});

test('links that share a point share one that is set before it, and keep it when one of them goes', () => {
  const doc = opened('plain-04');
  const first = addReroute(at(doc), 3, [0, 0], 0);
  doc.transact('share', (e) => {
    e.splice((doc.raw['extra'] as JsonObject)['linkExtensions'] as Json[], 1, 0, { id: 5, parentId: first });
    e.splice(reroutesOf(doc, doc.raw).all[0]?.raw['linkIds'] as Json[], 1, 0, 5);
  });
  oneStep(doc, () => addReroute(at(doc), 3, [1, 1], 0));
  assert.equal(reroutesOf(doc, doc.raw).along(5).length, 2);
  oneStep(doc, () => disconnect(at(doc), { node: 6, index: 0 }));
  assert.deepEqual([reroutesOf(doc, doc.raw).along(5).length, reroutesOf(doc, doc.raw).all.length], [2, 2]);
  oneStep(doc, () => disconnect(at(doc), { node: 7, index: 0 }));
  assert.equal(reroutesOf(doc, doc.raw).all.length, 0);
});

test("links are made to a subgraph's edges, and its nodes outside hear of it", () => {
  const doc = opened('subgraph');
  const inner = doc.graphs()[1] as JsonObject;
  const outside = doc.nodes().find((n) => n['type'] === inner['id']) as JsonObject;
  let heard = 0;
  doc.subscribe(outside['id'] as number, () => heard++);
  const [node] = doc.nodes(inner);
  const link = linksOf(doc, inner).from(-10)[0];
  assert.ok(node && link);
  oneStep(doc, () => disconnect(at(doc, inner), { node: link.to, index: link.toSlot }));
  oneStep(doc, () => connect(at(doc, inner), { node: -10, index: link.fromSlot }, { node: link.to, index: link.toSlot }));
  assert.ok(heard >= 2);
  oneStep(doc, () => removeNodes(at(doc, inner), doc.nodes(inner).map((n) => n['id'] as number)));
});

test('sizes and colours keep the shape of the file', () => {
  const doc = opened('old-shapes');
  oneStep(doc, () => resizeNode(doc, nodeOf(doc, 3), 300, 400));
  assert.deepEqual(raw(nodeOf(doc, 3)['size']), { 0: 300, 1: 400 });
  oneStep(doc, () => setColor(doc, [nodeOf(doc, 3)], '#111', undefined));
  assert.deepEqual([nodeOf(doc, 3)['color'], 'bgcolor' in nodeOf(doc, 3)], ['#111', false]);
});

test('a node of another class takes the place of one, with what of it fits', () => {
  const doc = opened('plain-04');
  setMode(doc, [nodeOf(doc, 8)], 4);
  oneStep(doc, () => assert.deepEqual(replaceNode(at(doc), 8, 'ImageInvert'), { id: 10, lost: 2 }));
  assert.deepEqual([linksOf(doc, doc.raw).from(10).map((l) => l.to), nodeOf(doc, 10)['mode'], shape(doc, 10).x, doc.node(8)], [[9], 4, 1340, undefined]);
  const odd = new Document(JSON.stringify({
    nodes: [
      { id: 1, type: 'CheckpointLoaderSimple', pos: [0, 0], outputs: [{ name: 'MODEL', type: 'MODEL', links: [1] }] },
      { id: 2, type: 'MySampler', title: 'Mine', pos: [300, 0], size: [300, 200], inputs: [{ name: 'base', type: 'MODEL', link: 1 }, { name: 'steps', type: 'INT', widget: { name: 'steps' } }], outputs: [{ name: 'L', type: 'LATENT', links: [2] }], widgets_values: [7] },
      { id: 3, type: 'VAEDecode', pos: [700, 0], inputs: [{ name: 'samples', type: 'LATENT', link: 2 }] },
    ],
    links: [[1, 1, 0, 2, 0, 'MODEL'], [2, 2, 0, 3, 0, 'LATENT']],
  }));
  oneStep(odd, () => assert.deepEqual(replaceNode(at(odd), 2, 'KSampler'), { id: 4, lost: 0 }));
  assert.deepEqual([(nodeOf(odd, 4)['widgets_values'] as Json[])[2], nodeOf(odd, 4)['title'], linksOf(odd, odd.raw).into(4)[0]?.toSlot], [7, 'Mine', 0]);
  assert.equal(replaceNode(at(odd), 99, 'KSampler'), undefined);
});

test('all nodes of a class that is not here become another, in every graph, as one step; values without names go by their places', () => {
  const sampler = (id: number, values: Json[]) => ({ id, type: 'KSamplerOfOld', pos: [id * 300, 0], inputs: [], outputs: [], widgets_values: values });
  const doc = new Document(JSON.stringify({
    nodes: [sampler(1, [5, 'fixed', 7, 2.5, 'no such sampler']), { id: 2, type: 'inner', pos: [900, 0] }],
    links: [],
    definitions: { subgraphs: [{ id: 'inner', name: 'Inner', nodes: [sampler(1, [9])], links: [], inputs: [], outputs: [] }] },
  }));
  const where = nodesOfClass(doc, 'KSamplerOfOld');
  assert.equal(where.length, 2);
  const before = doc.toText();
  let [made, lost] = [where, -1];
  oneStep(doc, () => ({ made, lost } = replaceNodes(doc, at(doc).defs, where, 'KSampler')));
  assert.deepEqual([made.map(({ graph, id }) => doc.node(id, graph)?.['type']), lost, nodesOfClass(doc, 'KSamplerOfOld')], [['KSampler', 'KSampler'], 0, []]);
  const values = doc.node(made[0]!.id)?.['widgets_values'] as Json[];
  assert.deepEqual([values[0], values[2], values[3], values.includes('no such sampler')], [5, 7, 2.5, false]);
  doc.undo();
  assert.equal(doc.toText(), before);
});

test('a group becomes as large as what is in it', () => {
  const doc = opened('plain-04');
  const [one, two] = [shape(doc, 4), shape(doc, 5)];
  const wide = { x: one.x - 200, y: one.y - 300, width: two.x + two.width - one.x + 210, height: 2000 };
  const index = addGroup(at(doc), 'g', wide);
  oneStep(doc, () => fitGroup(at(doc), index));
  const group = groupsOf(doc.raw)[index];
  assert.ok(group && group.x === one.x - 20 && group.width === two.x + two.width - one.x + 40 && group.height < 400);
  const empty = addGroup(at(doc), 'empty', { x: -9000, y: 0, width: 100, height: 100 });
  fitGroup(at(doc), empty);
  assert.equal(groupsOf(doc.raw)[empty]?.width, 100);
});

test('a link branches off from another one, through its points up to there', () => {
  for (const file of ['plain-04', 'plain-10']) {
    const doc = opened(file);
    const [link] = linksOf(doc, doc.raw).from(4).filter((l) => l.fromSlot === 1);
    assert.ok(link);
    removeLinks(at(doc), linksOf(doc, doc.raw).into(7).filter((l) => l.id !== link.id).map((l) => l.id));
    const one = addReroute(at(doc), link.id, [300, 0], 0);
    addReroute(at(doc), link.id, [400, 0], 1);
    const to = linksOf(doc, doc.raw).into(6).length ? 7 : 6;
    const input = shape(doc, to).inputs.find((s) => s.type === 'CLIP');
    removeLinks(at(doc), input?.links ?? []);
    oneStep(doc, () => {
      const id = branchOff(at(doc), link.id, { node: to, index: input?.index ?? 0 }, 1) ?? -1;
      assert.deepEqual(reroutesOf(doc, doc.raw).along(id).map((r) => r.id), [one], file);
      assert.deepEqual(linksThrough(doc, doc.raw, one).map(String).sort(), [link.id, id].map(String).sort());
    });
  }
});

test('classes for the place of a node are told, those that keep its links first, and lose what is said', () => {
  const doc = opened('plain-04');
  for (const id of [3, 5, 8]) {
    const all = likely(at(doc), [id]);
    assert.ok(!all.some((l) => l.def.name === doc.node(id)?.['type']));
    assert.ok(all.every((l, i) => i === 0 || l.lost >= (all[0]?.lost ?? 0)), 'none loses less than the first');
    for (const { def, lost } of all) {
      assert.equal(replaceNode(at(doc), id, def.name)?.lost, lost, `${id} by ${def.name}`);
      doc.undo();
    }
  }
});

test('a reroute is of the type of what goes through it', () => {
  const doc = opened('plain-04');
  const id = addNode(at(doc), 'Reroute', [0, 0]);
  connect(at(doc), { node: 4, index: 1 }, { node: id, index: 0 });
  assert.equal(shape(doc, Number(id)).outputs[0]?.type, 'CLIP');
});
