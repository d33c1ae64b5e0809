// Where everything of a node is, and what its widgets are worth, by the files of the corpus.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Document } from '../../src/doc/document.ts';
import { print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { setControl, setFlag, setWidgetValue } from '../../src/doc/ops.ts';
import type { NodeShape, WidgetShape } from '../../src/doc/shape.ts';
import { edgesOf, shapeOf, socketAt } from '../../src/doc/shapes.ts';
import { controlOf, valueOf } from '../../src/doc/values.ts';
import { corpus, defs, nodeOf, opened } from './classes.ts';

const shape = (doc: Document, id: number | string, graph = doc.raw) => shapeOf(nodeOf(doc, id, graph), graph, doc, defs);

function widget(of: NodeShape, name: string): WidgetShape {
  const found = of.widgets.find((w) => w.name === name);
  assert.ok(found, `${name} among ${of.widgets.map((w) => w.name).join()}`);
  return found;
}

const values = (doc: Document, id: number | string, graph = doc.raw) =>
  Object.fromEntries(shape(doc, id, graph).widgets.map((w) => [w.name, valueOf(nodeOf(doc, id, graph), w)]));

const SAMPLER = { seed: 42, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 };

test('sockets stand first, then a row a widget with its own socket beside it', () => {
  const doc = opened('plain-04');
  const s = shape(doc, 3);
  assert.deepEqual(s.inputs.filter((i) => !i.widget).map((i) => [i.name, i.index, i.links]), [
    ['model', 0, [1]], ['positive', 1, [4]], ['negative', 2, [6]], ['latent_image', 3, [2]],
  ]);
  assert.deepEqual(s.outputs.map((o) => [o.name, o.links]), [['LATENT', [7]]]);
  assert.deepEqual(s.widgets.map((w) => w.name), ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise']);
  assert.deepEqual([s.x, s.y, s.kind, s.mode, s.title], [1080, 30, 'node', 'runs', 'KSampler']);
  for (const row of s.widgets) {
    const beside = s.inputs.find((i) => i.widget === row.name);
    assert.ok(beside && beside.y > row.y && beside.y < row.y + row.height && beside.index > 3);
  }
  assert.ok(s.width >= 220 && s.height >= 140 && s.widgets.every((w) => w.y + w.height <= s.free && s.free <= s.height));
  assert.deepEqual(socketAt(s, 'in', 1), [1080, 30 + 30 + 34]);
  assert.deepEqual(socketAt(s, 'out', 0), [1080 + s.width, 30 + 30 + 14]);
});

test('every node of every file has a shape, and its rows do not meet', () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    for (const graph of doc.graphs()) {
      if (graph !== doc.raw) assert.ok(edgesOf(graph, doc).input.height > 0, file);
      for (const node of doc.nodes(graph)) {
        const s = shapeOf(node, graph, doc, defs);
        let end = 0;
        for (const w of s.widgets) {
          assert.ok(w.y >= end, `${file} ${s.title}`);
          end = w.y + w.height;
        }
        const numbers = [s.x, s.y, s.width, s.height, s.free, ...[...s.inputs, ...s.outputs].map((i) => i.y)];
        assert.ok(numbers.every(Number.isFinite) && s.width > 0 && s.height > 0 && end <= s.height, `${file} ${s.title}`);
      }
    }
    assert.equal(doc.dirtySince, undefined);
    assert.equal(doc.toText(), text);
  }
});

test('values are found however a file keeps them', () => {
  for (const file of ['plain-04', 'plain-10', 'old-shapes', 'controls-left-out', 'values-by-name', 'control-null'])
    assert.deepEqual(values(opened(file), 3), SAMPLER, file);
  assert.deepEqual(values(opened('plain-04'), 6), { text: 'a red circle' });
  assert.deepEqual(values(opened('large-seed'), 3)['seed'], nodeOf(opened('large-seed'), 3)['widgets_values']?.[0 as never]);
});

test('a list that is too short is read with defaults, and whole once it is written', () => {
  const doc = opened('drift');
  const node = nodeOf(doc, 12);
  assert.deepEqual(node['widgets_values'], [1, 'fixed', 20, 7, 'euler', 'normal']);
  assert.equal(values(doc, 12)['denoise'], 1);
  setWidgetValue(doc, node, widget(shape(doc, 12), 'denoise'), 0.5);
  assert.deepEqual(node['widgets_values'], [1, 'fixed', 20, 7, 'euler', 'normal', 0.5]);
  const bare = new Document('{"nodes": [{"id": 1, "type": "KSampler"}]}');
  setWidgetValue(bare, nodeOf(bare, 1), widget(shape(bare, 1), 'cfg'), 3);
  assert.deepEqual(nodeOf(bare, 1)['widgets_values'], [0, 'fixed', 20, 3, 'euler', 'normal', 1]);
  assert.deepEqual(values(bare, 1), { ...SAMPLER, seed: 0, cfg: 3 });
});

test('what happens after a run is read and written beside the seed', () => {
  const doc = opened('plain-04');
  const seed = widget(shape(doc, 3), 'seed');
  assert.equal(controlOf(nodeOf(doc, 3), seed), 'randomize');
  setControl(doc, nodeOf(doc, 3), seed, 'increment');
  assert.deepEqual((nodeOf(doc, 3)['widgets_values'] as Json[]).slice(0, 2), [42, 'increment']);
  assert.equal(controlOf(nodeOf(opened('controls-left-out'), 3), widget(shape(opened('controls-left-out'), 3), 'seed')), 'fixed');
});

test('promoted widgets have the values of the node that stands for the subgraph', () => {
  for (const file of ['promoted-127', 'promoted-158', 'promoted-146'])
    for (const [id, width, method] of [[20, 100, 'area'], [21, 300, 'bicubic']] as const) {
      const has = values(opened(file), id);
      assert.deepEqual([has['width'], has['upscale_method']], [width, method], `${file} ${id}`);
    }
  const inner = values(opened('promoted-144'), 20);
  assert.deepEqual([inner['width'], inner['height']], [64, 32]);
});

test('a promoted widget is written where it is kept, and read there again', () => {
  for (const file of ['promoted-127', 'promoted-144', 'promoted-146', 'promoted-158', 'promoted-parallel', 'promoted-short', 'proxies-146', 'promoted-many']) {
    const doc = opened(file);
    for (const [k, name] of shape(doc, 20).widgets.map((w) => w.name).entries()) {
      const before = values(doc, 20);
      setWidgetValue(doc, nodeOf(doc, 20), widget(shape(doc, 20), name), 1000 + k);
      assert.deepEqual(values(doc, 20), { ...before, [name]: 1000 + k }, `${file} ${name}: ${print(nodeOf(doc, 20)['widgets_values'] ?? null)}`);
    }
  }
});

test('a class that is not known is drawn from what the file says', () => {
  const doc = new Document(JSON.stringify({ nodes: [{
    id: 1, type: 'Odd', pos: [0, 0], size: [10, 10], inputs: [{ name: 'a', type: 'X', link: null }, { name: 'n', type: 'INT', widget: { name: 'n' }, link: null }],
    outputs: [{ name: 'Y', type: 'Y', links: null }], widgets_values: [7],
  }] }));
  const s = shape(doc, 1);
  assert.equal(s.kind, 'ghost');
  assert.deepEqual(s.inputs.map((i) => [i.name, i.widget]), [['a', undefined], ['n', 'n']]);
  assert.deepEqual(values(doc, 1), { n: 7 });
});

test('reroutes, notes and primitives have shapes of their own', () => {
  const kinds = (file: string) => {
    const doc = opened(file);
    return doc.nodes().map((n) => shapeOf(n, doc.raw, doc, defs)).filter((s) => !['node', 'ghost'].includes(s.kind));
  };
  assert.ok(kinds('reroute-nodes').every((s) => s.kind === 'reroute' && s.inputs[0]?.y === s.outputs[0]?.y));
  assert.deepEqual(kinds('notes').map((s) => [s.kind, s.widgets[0]?.def?.widget]), [['note', 'texts'], ['note', 'markdown']]);
  const [first] = kinds('primitives');
  assert.equal(first?.kind, 'primitive');
  assert.ok(first.widgets[0]?.def);
});

test('a collapsed node has all its sockets at its title', () => {
  const doc = opened('plain-04');
  const open = shape(doc, 3);
  setFlag(doc, [nodeOf(doc, 3)], 'collapsed', true);
  const s = shape(doc, 3);
  assert.deepEqual([s.height, s.collapsed, new Set([...s.inputs, ...s.outputs].map((i) => i.y))], [30, true, new Set([15])]);
  assert.ok(s.width <= open.width);
});

test('a text takes the height that is left', () => {
  const doc = new Document('{"nodes": [{"id": 1, "type": "CLIPTextEncode", "pos": [0, 0], "size": [400, 300]}, {"id": 2, "type": "CLIPTextEncode", "pos": {"0": 0, "1": 0}, "size": {"0": 1, "1": 1}}]}');
  const [large, small] = [shape(doc, 1), shape(doc, 2)] as const;
  assert.ok(widget(large, 'text').height > 200 && large.height === 330);
  assert.ok(widget(small, 'text').height >= 60 && small.height > 100 && small.width === 200);
});

test('a thousand nodes have their shapes in a few milliseconds', () => {
  const one = JSON.parse(print(nodeOf(opened('plain-04'), 3))) as JsonObject;
  const text = JSON.stringify({ nodes: Array.from({ length: 1000 }, (_, i) => ({ ...one, id: i })), links: Array.from({ length: 2000 }, (_, i) => [i, i >> 1, 0, (i * 7) % 1000, i % 4, 'LATENT']) });
  const doc = new Document(text);
  const all = () => doc.nodes().forEach((n) => shapeOf(n, doc.raw, doc, defs));
  all();
  doc.transact('touch', (e) => e.set(doc.raw, 'x', 1));
  const from = process.cpuUsage();
  all();
  const spent = process.cpuUsage(from);
  assert.ok(spent.user + spent.system < 150_000, `${(spent.user + spent.system) / 1000} ms`);
});

test('widgets that are promoted through many subgraphs, each used twice, are found at once', () => {
  const DEEP = 18;
  const level = (k: number) => ({
    id: `d${k}`, name: `d${k}`, inputNode: {}, outputNode: {}, outputs: [],
    inputs: [0, 1, 2].map((n) => ({ id: `i${n}`, name: `w${n}`, type: 'INT', linkIds: [n, n + 10] })),
    nodes: [1, 2].map((id) => ({
      id, type: k + 1 < DEEP ? `d${k + 1}` : 'EmptyLatentImage', widgets_values: k + 1 < DEEP ? [] : [64 * id, 32, 1],
      inputs: ['w0', 'w1', 'w2'].map((w, n) => {
        const name = k + 1 < DEEP ? w : (['width', 'height', 'batch_size'][n] ?? '');
        return { name, type: 'INT', widget: { name }, link: n + 10 * (id - 1) };
      }),
    })),
    links: [0, 1, 2].flatMap((n) => [1, 2].map((id) => ({ id: n + 10 * (id - 1), origin_id: -10, origin_slot: n, target_id: id, target_slot: n, type: 'INT' }))),
  });
  const doc = new Document(JSON.stringify({ nodes: [{ id: 7, type: 'd0', widgets_values: [] }], links: [], definitions: { subgraphs: Array.from({ length: DEEP }, (_, k) => level(k)) } }));
  const from = process.cpuUsage();
  assert.deepEqual(values(doc, 7), { w0: 64, w1: 32, w2: 1 });
  const { user, system } = process.cpuUsage(from);
  assert.ok(user + system < 500_000, `${(user + system) / 1000} ms`);
});
