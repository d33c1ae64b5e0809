// What changed between two workflows: what the server says of it, put in order, in words, and on the canvas; and a save that is restored.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EMPTY_SCENE, sceneOf } from '../../src/canvas/scene.ts';
import { readDefs } from '../../src/defs/read.ts';
import { Document } from '../../src/doc/document.ts';
import { parse } from '../../src/doc/json.ts';
import { becomeAs } from '../../src/doc/restore.ts';
import { itemsOf, readFound } from '../../src/diff/changes.ts';
import { graphOf, marksOf, otherScene } from '../../src/diff/marks.ts';
import { countsOf, nameOf, sayChange } from '../../src/diff/say.ts';
import { diff } from '../../src/i18n/words/diff.ts';

const DEFS = readDefs(parse('{}'), new Map());

const found = (differences: unknown[]) => itemsOf(readFound(JSON.stringify({ same: false, differences, left_out: 0 })).changes);
const telling = { words: diff.en, language: 'en' as const, defs: DEFS, title: (node: string) => ({ 1: 'Loader', 3: 'Sampler' })[node] };

test('an answer is read with all digits, and what cannot be read is left out', () => {
  const { changes, leftOut } = readFound('{"same": false, "differences": [{"kind": "value", "node": "3", "field": "seed", "was": 18446744073709551615, "now": 7.0}, {"kind": "new"}, 7], "left_out": 4}');
  assert.deepEqual(changes, [{ kind: 'value', node: '3', field: 'seed', was: 18446744073709551615n, now: 7 }]);
  assert.equal(leftOut, 4);
  assert.deepEqual(readFound('[]'), { changes: [], leftOut: 0 });
});

test('changes of a node stand together: new ones first, those that only lie elsewhere last', () => {
  const items = found([
    { kind: 'moved', node: '1', was: [0, 0], now: [1, 1] },
    { kind: 'value', node: '3', field: 'cfg', was: 7, now: 5 }, { kind: 'moved', node: '3', was: [0, 0], now: [1, 1] },
    { kind: 'removed', node: '4', class: 'VAEDecode' }, { kind: 'added', node: '9', class: 'Note' },
    { kind: 'added', graph: 'g', node: '9' }, { kind: 'group', field: 'Both', was: {}, now: {} },
  ]);
  assert.deepEqual(items.map((i) => [i.how, i.graph, i.node, i.changes.length]), [
    ['added', undefined, '9', 1], ['added', 'g', '9', 1], ['changed', undefined, '3', 2], ['changed', undefined, undefined, 1],
    ['removed', undefined, '4', 1], ['placed', undefined, '1', 1],
  ]);
  assert.equal(countsOf(items, diff.en), '2 new, 1 gone, 2 changed, 1 moved');
  assert.equal(countsOf([], diff.en), 'nothing to compare');
});

test('each change has its words', () => {
  const said = (change: object) => sayChange(found([{ node: '3', class: 'KSampler', ...change }])[0]!.changes[0]!, telling);
  assert.equal(said({ kind: 'value', field: 'seed', was: 18446744073709551615n.toString(), now: 'x' }), 'seed: 18446744073709551615 → x');
  assert.equal(said({ kind: 'value', field: 'cfg', now: 5 }), 'cfg: nothing → 5');
  assert.equal(said({ kind: 'link', field: 'model', was: ['1', 0], now: ['8', 2] }), 'model: from output 3 of #8, was from output 1 of Loader');
  assert.equal(said({ kind: 'link', field: 'model', was: ['1', 0] }), 'model: from nothing, was from output 1 of Loader');
  assert.equal(said({ kind: 'mode', was: 0, now: 4 }), 'runs → bypassed');
  assert.equal(said({ kind: 'value', field: 'text', was: 'a\n b', now: 'y'.repeat(200) }), `text: a b → ${'y'.repeat(60)}…`);
  for (const kind of ['added', 'removed', 'moved', 'resized', 'retyped', 'title', 'look', 'subgraph', 'file', 'group']) assert.ok(said({ kind, field: 'f', was: 1, now: 2 }).length > 2, kind);
  assert.equal(nameOf(found([{ kind: 'added', node: '3', class: 'KSampler' }])[0]!, telling), 'Sampler #3');
  assert.equal(nameOf(found([{ kind: 'group', field: 'Both', now: {} }])[0]!, telling), 'Group Both');
});

// ------------------------------------------------------------------ on the canvas

const node = (id: number, inputs: [string, number | null][], links: number[], more = {}) => ({
  id, type: 'X', pos: [id * 300, 0], size: [200, 80], mode: 0, inputs: inputs.map(([name, link]) => ({ name, type: 'T', link })),
  outputs: [{ name: 'T', type: 'T', links }], properties: {}, widgets_values: [], ...more,
});
const file = (nodes: object[], links: unknown[], more = {}) => JSON.stringify({ nodes, links, groups: [], version: 0.4, ...more });

test('nodes and links that came and went are marked where they lie', () => {
  const was = new Document(file([node(1, [], [1, 2]), node(2, [['a', 1]], []), node(3, [['a', 2]], [])], [[1, 1, 0, 2, 0, 'T'], [2, 1, 0, 3, 0, 'T']]));
  const now = new Document(file([node(1, [], [1]), node(2, [['a', 3]], [], { pos: [900, 500] }), node(5, [['a', 1]], [3])], [[1, 1, 0, 5, 0, 'T'], [3, 5, 0, 2, 0, 'T']]));
  const scene = sceneOf(now, [], DEFS, EMPTY_SCENE);
  const items = found([
    { kind: 'added', node: '5' }, { kind: 'removed', node: '3' }, { kind: 'link', node: '2', field: 'a', was: ['1', 0], now: ['5', 0] },
    { kind: 'value', graph: 'elsewhere', node: '1', was: 1, now: 2 },
  ]);
  const before = otherScene(scene, was, DEFS);
  const { nodes, links } = marksOf(items, scene, before);
  assert.deepEqual(nodes.map((m) => [m.item.how, m.box.id]).sort(), [['added', '5'], ['changed', '2'], ['removed', '3']]);
  assert.deepEqual(nodes.find((m) => m.item.how === 'removed')?.box.x, before.byKey.get('node:3')?.x);
  assert.deepEqual(links.map((l) => l.how).sort(), ['added', 'added', 'removed', 'removed']);
  const second = scene.byKey.get('node:2')!;
  const toSecond = links.filter((l) => l.how === 'removed').map((l) => l.points.at(-1)!.x);
  assert.ok(toSecond.includes(second.x), 'a link that is gone leads to where its node lies now');
});

test('a subgraph is compared with the same one of the other', () => {
  const inner = (nodes: object[]) => ({ id: 'aaaa', name: 'Inner', nodes, links: [], groups: [], inputs: [], outputs: [] });
  const made = (nodes: object[]) => new Document(file([{ ...node(7, [], []), type: 'aaaa' }], [], { definitions: { subgraphs: [inner(nodes)] } }));
  const [was, now] = [made([node(1, [], []), node(2, [], [])]), made([node(1, [], [])])];
  const scene = sceneOf(now, [7], DEFS, EMPTY_SCENE);
  assert.equal(graphOf(scene), 'aaaa');
  assert.equal(graphOf(sceneOf(now, [], DEFS, EMPTY_SCENE)), undefined);
  const { nodes } = marksOf(found([{ kind: 'removed', graph: 'aaaa', node: '2' }]), scene, otherScene(scene, was, DEFS));
  assert.deepEqual(nodes.map((m) => m.box.id), ['2']);
  const asRun = marksOf(found([{ kind: 'value', node: '7:1', field: 'x', was: 1, now: 2 }]), scene, otherScene(scene, was, DEFS));
  assert.deepEqual(asRun.nodes.map((m) => m.box.id), ['1'], 'a name as a prompt has it');
});

// ------------------------------------------------------------------ restoring

test('a save is restored as one step, with all its digits, and taken back to the last byte', () => {
  const text = file([node(1, [], [], { widgets_values: [1] })], [], { extra: { ds: { scale: 1, offset: [0, 0] } } });
  const old = '{"nodes": [{"id": 4, "type": "Y", "pos": [0, 0], "size": [1, 1], "widgets_values": [18446744073709551615, 7.0]}], "links": [], "version": 0.4}';
  const doc = new Document(text);
  assert.ok(becomeAs(doc, new Document(old)));
  assert.deepEqual(parse(doc.toText()), parse(old));
  assert.match(doc.toText(), /18446744073709551615, ?7\.0/);
  assert.equal(doc.node(1), undefined);
  assert.ok(doc.node(4));
  doc.undo();
  assert.equal(doc.toText(), text);
  assert.equal(becomeAs(doc, new Document(text)), false, 'nothing differs: no step');
  assert.equal(doc.dirtySince === undefined || doc.canUndo === undefined, true);
});
