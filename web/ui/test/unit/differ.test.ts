// What a person is told of two writings of a file, before one goes over the other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDefs } from '../../src/defs/read.ts';
import { readPlans } from '../../src/defs/places.ts';
import { differences } from '../../src/doc/differ.ts';
import { Document } from '../../src/doc/document.ts';
import { parse } from '../../src/doc/json.ts';

const DEFS = readDefs(parse('{}'), readPlans(parse('{}')));
const node = (id: number, more: object = {}) => ({ id, type: 'Note', pos: [0, 0], size: [200, 100], mode: 0, ...more });
const group = (title: string, x = 0, more: object = {}) => ({ title, bounding: [x, 0, 100, 100], ...more });
const within = (nodes: object[], more: object = {}) => ({ id: 'aaaa', name: 'Detailer', nodes, links: [], groups: [], ...more });

function told(before: object, after: object): string[] {
  const doc = (of: object) => new Document(JSON.stringify({ nodes: [node(1)], links: [], groups: [], version: 0.4, ...of }));
  return differences(doc(before), doc(after), DEFS)
    .map((d) => [d.how, d.is, d.id || d.title, d.where ?? '', d.parts.map((p) => p.kind).join('+')].filter(Boolean).join(' '));
}

test('what differs within a subgraph is told, with the subgraph', () => {
  const sub = (nodes: object[], more: object = {}) => ({ definitions: { subgraphs: [within(nodes, more)] } });
  assert.deepEqual(told(sub([node(3)]), sub([node(3, { mode: 4 }), node(4)])), ['changed node 3 Detailer mode', 'added node 4 Detailer']);
  assert.deepEqual(told(sub([node(3)]), sub([node(3)], { name: 'Finer' })), ['changed subgraph Finer title']);
  assert.deepEqual(told({}, sub([])), ['added subgraph Detailer']);
  assert.deepEqual(told(sub([]), {}), ['removed subgraph Detailer']);
});

test('groups, points and the rest of the file are told', () => {
  assert.deepEqual(told({ groups: [group('A')] }, { groups: [group('A', 50)] }), ['changed group A moved']);
  assert.deepEqual(told({ groups: [group('A')] }, { groups: [group('B')] }), ['changed group B title']);
  assert.deepEqual(told({ groups: [group('A'), group('B', 200)] }, { groups: [group('B', 200)] }), ['removed group A']);
  assert.deepEqual(told({ groups: [group('A')] }, { groups: [group('A', 0, { color: '#fff' }), group('C')] }), ['changed group A colour', 'added group C']);
  assert.deepEqual(told({}, { extra: { reroutes: [{ id: 1, pos: [5, 5], linkIds: [] }] } }), ['changed points']);
  assert.deepEqual(told({}, { extra: { info: { author: 'x' } } }), ['changed file']);
  assert.deepEqual(told({}, { config: { a: 1 } }), ['changed file']);
});

test('a value is told with what its field is called by the file and by its class', () => {
  const defs = readDefs(parse('{"Note": {"input": {"required": {"text": ["STRING", {"display_name": "Words"}]}}, "output": []}}'), readPlans(parse('{}')));
  const doc = (text: string) => new Document(JSON.stringify({ nodes: [node(1, { widgets_values: [text] })], links: [], version: 0.4 }));
  const [found] = differences(doc('a'), doc('b'), defs);
  assert.deepEqual([found?.type, found?.parts[0]?.field, found?.parts[0]?.from, found?.parts[0]?.to], ['Note', 'text', 'a', 'b']);
});

test('where one looks is no difference', () => {
  assert.deepEqual(told({ extra: { ds: { scale: 1, offset: [0, 0] } } }, { extra: { ds: { scale: 2, offset: [5, 0] } }, revision: 3 }), []);
});
