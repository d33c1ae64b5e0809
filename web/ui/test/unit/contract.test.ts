// What this page makes of a file, beside what the C program makes of it: the values that are shown are those that run, and what
// only changes how a graph looks changes nothing that runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Defs } from '../../src/defs/def.ts';
import { readDefs } from '../../src/defs/read.ts';
import { arrange } from '../../src/doc/arrange.ts';
import { Document } from '../../src/doc/document.ts';
import { groupNodeOf } from '../../src/doc/group-node.ts';
import { parse, print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { linksOf, type Id } from '../../src/doc/links.ts';
import { renameNode, resizeNode, setColor, setFlag, setWidgetValue } from '../../src/doc/ops.ts';
import { addGroup, groupItems, moveItems } from '../../src/doc/ops-groups.ts';
import { connect } from '../../src/doc/ops-links.ts';
import { addReroute } from '../../src/doc/ops-reroutes.ts';
import { graphAt } from '../../src/doc/subgraph.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { convertGroupNode } from '../../src/doc/convert-group.ts';
import { valueOf } from '../../src/doc/values.ts';
import { disagreements } from './agree.ts';
import { corpus, opened, places } from './classes.ts';
import { LIMN, limn, promptOf } from './limn.ts';

const told: Defs = LIMN ? readDefs(parse(limn('nodes', '--json', '--no-plugins'))) : new Map();
const defs: Defs = new Map([...told].map(([name, def]) => [name, { ...def, places: places(def.inputs) }]));
const exported = (doc: Document): string => promptOf(doc.toText()) ?? '';

/** A prompt with its nodes and their inputs in any order. */
const sorted = (prompt: string) => JSON.parse(prompt) as unknown;

function shownIn(doc: Document, id: string): Record<string, Json | undefined> | undefined {
  const path = id.split(':');
  const graph = graphAt(doc, path.slice(0, -1));
  const node = graph && doc.node(path.at(-1) ?? '', graph);
  if (!node || !graph || !defs.has(String(node['type']))) return undefined;
  return Object.fromEntries(shapeOf(node, graph, doc, defs).widgets.filter((w) => !w.linked).map((w) => [w.name, valueOf(node, w)]));
}

// Texts in which braces and tokens are worked out as they run, and widgets within a subgraph that its node has values for.
const OTHERWISE = new Set([
  'name-tokens.json 9.filename_prefix', 'prompt-choices.json 6.text', 'prompt-choices.json 7.text',
  'promoted-146.json 20:2.crop', 'proxies-146.json 20:2.width', 'proxies-146.json 20:2.crop',
]);

test('the values that are shown are those that run', { skip: !LIMN }, () => {
  const compared: string[] = [];
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    for (const [id, entry] of Object.entries(parse(promptOf(text) ?? '{}') as JsonObject)) {
      const runs = (entry as JsonObject)['inputs'] as JsonObject;
      for (const [name, value] of Object.entries(shownIn(doc, id) ?? {})) {
        const key = `${file} ${id}.${name}`;
        if (!Object.hasOwn(runs, name) || OTHERWISE.has(key)) continue;
        compared.push(key);
        assert.equal(print(value ?? null), print(runs[name] as Json), key);
      }
    }
  }
  assert.ok(compared.length > 500, `${compared.length}`);
});

test('what only changes how a graph looks makes the same prompt', { skip: !LIMN }, () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    const before = exported(doc);
    for (const graph of doc.graphs()) {
      const at = { doc, graph, defs };
      const ids = doc.nodes(graph).map((n) => n['id'] as Id);
      groupItems(at, 'g', { nodes: ids.slice(0, 2) });
      addGroup(at, 'h', { x: 0, y: 0, width: 9, height: 9 });
      for (const link of linksOf(doc, graph).all.slice(0, 3)) addReroute(at, link.id, [1, 2], 0);
      arrange(at);
      for (const link of linksOf(doc, graph).all.slice(0, 2)) addReroute(at, link.id, [3, 4], 0);
      moveItems(at, { nodes: ids, groups: [0] }, 11, -3);
      setFlag(doc, doc.nodes(graph), 'collapsed', true);
      setColor(doc, doc.nodes(graph), '#123', '#456');
      for (const node of doc.nodes(graph)) resizeNode(doc, node, 333, 222);
    }
    assert.notEqual(doc.toText(), text, file);
    assert.equal(exported(doc), before, file);
  }
});

test('links that are made once more, and values that are set to what they are, make the same prompt', { skip: !LIMN }, () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    const before = exported(doc);
    for (const graph of doc.graphs()) {
      for (const node of doc.nodes(graph))
        for (const widget of shapeOf(node, graph, doc, defs).widgets) {
          const value = valueOf(node, widget);
          if (value !== undefined) setWidgetValue(doc, node, widget, value);
        }
      for (const l of linksOf(doc, graph).all) connect({ doc, graph, defs }, { node: l.from, index: l.fromSlot }, { node: l.to, index: l.toSlot });
    }
    const plain = (prompt: string) => prompt.replaceAll(/(\d)\.0\b/g, '$1'); // a default that is written is spelled as we spell it
    assert.equal(plain(exported(doc)), plain(before), file);
  }
});

test('a group node that becomes a subgraph makes the same prompt', { skip: !LIMN }, () => {
  let done = 0;
  for (const [file, text] of corpus.filter(([f]) => f.startsWith('group-'))) {
    const first = new Document(text);
    for (const node of first.nodes().filter((n) => groupNodeOf(first, n['type']))) {
      const doc = new Document(text);
      const before = exported(doc);
      const at = { doc, graph: doc.raw, defs };
      assert.ok(convertGroupNode(at, node['id'] as Id), file);
      assert.deepEqual(disagreements(doc), [], file);
      const within = doc.nodes(doc.definition(doc.node(node['id'] as Id)?.['type'])).map((n) => String(n['id']));
      const back = within.reduce((prompt, id, k) => prompt.replaceAll(`"${String(node['id'])}:${id}"`, `"${String(node['id'])}:${k}"`), exported(doc));
      assert.deepEqual(sorted(back), sorted(before), `${file} ${String(node['id'])}`);
      doc.undo();
      assert.equal(doc.toText(), text);
      done++;
    }
  }
  assert.ok(done > 5, `${done}`);
});

test('titles that are set to what they are, and values that stand in a list, leave every byte', () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    for (const graph of doc.graphs())
      for (const node of doc.nodes(graph)) {
        renameNode(doc, node, typeof node['title'] === 'string' ? node['title'] : undefined);
        const values = node['widgets_values'];
        for (const widget of shapeOf(node, graph, doc, defs).widgets)
          if (Array.isArray(values) && typeof widget.place === 'number' && widget.place < values.length) setWidgetValue(doc, node, widget, values[widget.place] as Json);
      }
    assert.equal(doc.dirtySince, undefined, file);
    assert.equal(doc.toText(), text, file);
  }
});

test('a node that is moved with everything else in its group differs by its position, and by nothing else', () => {
  const doc = opened('plain-04');
  const before = JSON.parse(print(doc.raw)) as { nodes: { id: number; pos: number[] }[] };
  moveItems({ doc, graph: doc.raw, defs }, { nodes: [3] }, 5, 6);
  const moved = before.nodes.find((n) => n.id === 3);
  assert.ok(moved);
  moved.pos = [1085, 66];
  assert.deepEqual(JSON.parse(doc.toText()), before);
});
