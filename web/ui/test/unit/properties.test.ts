// What a file keeps of a node in `properties`: changed key by key, and nothing else with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Document } from '../../src/doc/document.ts';
import { parse } from '../../src/doc/json.ts';
import { setProperty, sharedKeys, writtenAt } from '../../src/doc/ops-properties.ts';
import { nodeOf } from './classes.ts';

const FILE = `{"nodes":[{"id":1,"type":"A","properties":{"2":"b","1":7.0,"big":18446744073709551615,"odd":NaN,"list":[1.0,{"x":null}]}},{"id":2,"type":"B","properties":{"1":7.0,"list":[1.0]}},{"id":3,"type":"C"}],"links":[],"version":0.4}`;
const opened = () => new Document(FILE);

test('one key is changed, and all else keeps its bytes and its order', () => {
  const doc = opened();
  setProperty(doc, [nodeOf(doc, 1)], 'big', parse('18446744073709551614'));
  assert.equal(doc.toText(), FILE.replace('18446744073709551615', '18446744073709551614'));
  doc.undo();
  assert.equal(doc.toText(), FILE);
});

test('keys are added, also where a node has none, and taken away, as one step for all nodes', () => {
  const doc = opened();
  const all = [1, 2, 3].map((id) => nodeOf(doc, id));
  setProperty(doc, all, 'mine', 'x');
  assert.ok(all.every((n) => writtenAt([n], 'mine') === '"x"'));
  setProperty(doc, all, 'mine', undefined);
  doc.undo();
  doc.undo();
  assert.equal(doc.toText(), FILE);
});

test('several nodes have in common what all of them have, and a value where it is the same', () => {
  const doc = opened();
  const two = [1, 2].map((id) => nodeOf(doc, id));
  assert.deepEqual(sharedKeys(two), ['1', 'list']);
  assert.equal(writtenAt(two, '1'), '7.0');
  assert.equal(writtenAt(two, 'list'), undefined);
  assert.deepEqual(sharedKeys([...two, nodeOf(doc, 3)]), []);
  assert.equal(writtenAt([nodeOf(doc, 1)], 'odd'), 'NaN');
});
