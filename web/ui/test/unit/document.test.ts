// Documents: the files that the C program's tests convert, opened, changed, taken back and written.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Document } from '../../src/doc/document.ts';
import { pairOf } from '../../src/doc/geometry.ts';
import { nextId } from '../../src/doc/ids.ts';
import { print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { readLink, writeLink } from '../../src/doc/links.ts';
import { moveNodes, renameNode, setFlag, setMode, setWidgetValue } from '../../src/doc/ops.ts';

const LIMN = process.env['LIMN'] ?? '';
const FOLDER = join(import.meta.dirname, '../../../../tests/canvas/corpus');
const corpus = readdirSync(FOLDER).filter((f) => f.endsWith('.json')).map((f) => [f, readFileSync(join(FOLDER, f), 'utf8')] as const);

/** Every place where two values differ. */
function* differences(a: Json, b: Json, at = ''): Generator<string> {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) {
    if (!Object.is(a, b)) yield at;
    return;
  }
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
    yield* differences((a as JsonObject)[key] ?? null, (b as JsonObject)[key] ?? null, `${at}.${key}`);
}

const each = (check: (text: string, doc: Document, file: string) => void) => {
  assert.ok(corpus.length > 50, FOLDER);
  for (const [file, text] of corpus) check(text, new Document(text), file);
};

test('opened and saved, every file has the same bytes', () => each((text, doc, file) => assert.equal(doc.toText(), text, file)));

test('written anew, every file says the same, number for number and key for key', () => {
  each((text, doc, file) => {
    const written = print(doc.raw);
    assert.equal(print(new Document(written).raw), written, file);
    assert.equal(written, print(new Document(text).raw), file);
    assert.deepEqual(JSON.parse(written.replaceAll(/\b(NaN|-?Infinity)\b/g, 'null')), JSON.parse(text.replaceAll(/\b(NaN|-?Infinity)\b/g, 'null')), file);
  });
});

test('a node that was moved and put back leaves the same bytes', () => {
  each((text, doc, file) => {
    moveNodes(doc, doc.nodes().slice(0, 1), 13, -7);
    doc.undo();
    assert.equal(doc.toText(), text, file);
    assert.equal(print(doc.raw), print(new Document(text).raw), file);
  });
});

test('a node that was moved changes its position and nothing else', () => {
  each((text, doc, file) => {
    const node = doc.nodes().at(-1);
    if (!node) return;
    const place = (doc.raw['nodes'] as Json[]).indexOf(node);
    const [x, y] = pairOf(node, 'pos');
    moveNodes(doc, [node], 13, -7);
    const saved = new Document(doc.toText());
    assert.deepEqual([...differences(saved.raw, new Document(text).raw)].filter((d) => !d.startsWith(`.nodes.${place}.pos`)), [], file);
    assert.deepEqual(pairOf((saved.raw['nodes'] as JsonObject[])[place] as JsonObject, 'pos'), [x + 13, y - 7], file);
  });
});

test('what changes nothing makes nothing unsaved', () => {
  each((_text, doc, file) => {
    for (const node of doc.nodes()) {
      renameNode(doc, node, typeof node['title'] === 'string' ? node['title'] : undefined);
      moveNodes(doc, [node], 0, 0);
      for (const [i, value] of (Array.isArray(node['widgets_values']) ? node['widgets_values'] : []).entries()) setWidgetValue(doc, node, i, value);
    }
    // A node without a position is given one when it is moved; all others are left as they are.
    if (doc.nodes().every((n) => n['pos'])) assert.equal(doc.dirtySince, undefined, file);
  });
});

test('the C program makes the same prompt of a file and of what is written of it', { skip: !LIMN }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'limn-contract-'));
  const prompt = (file: string) => {
    const { status, stdout, stderr } = spawnSync(LIMN, ['export', file], { encoding: 'utf8' });
    return { status, stdout, stderr: stderr.replaceAll(file, 'FILE') };
  };
  each((_text, doc, file) => {
    const written = join(folder, file);
    writeFileSync(written, print(doc.raw));
    assert.deepEqual(prompt(written), prompt(join(FOLDER, file)), file);
  });
  rmSync(folder, { recursive: true });
});

/** One of the things that people do, chosen by three numbers. */
function act(doc: Document, what: number, which: number, n: number) {
  const nodes = doc.graphs().flatMap((g) => doc.nodes(g));
  const node = nodes[which % nodes.length];
  if (!node) return;
  const deeds = [
    () => moveNodes(doc, nodes.slice(which % nodes.length, (which % nodes.length) + 3), n, -n / 3),
    () => renameNode(doc, node, n % 2 ? `n ${n}` : undefined),
    () => setMode(doc, [node], n % 2 ? 2 : 4),
    () => setFlag(doc, [node], n % 2 ? 'pinned' : 'collapsed', n % 3 > 0),
    () => setWidgetValue(doc, node, Math.abs(n) % 6, n % 2 ? BigInt(n) * 2n ** 60n : `${n}`),
    () => doc.transact('remove', (e) => e.splice(doc.raw['nodes'] as Json[], 0, 1)),
    () => doc.transact('keys', (e) => Object.keys(node).slice(0, 2).forEach((key) => e.remove(node, key))),
    () => (n % 2 ? doc.undo() : doc.redo()),
  ];
  deeds[what % deeds.length]?.();
}

test('whatever was done, undo leads back to the beginning and redo to the end', () => {
  const deeds = fc.array(fc.tuple(fc.nat(7), fc.nat(200), fc.integer({ min: -50, max: 50 })), { maxLength: 25 });
  fc.assert(fc.property(fc.nat(corpus.length - 1), deeds, (file, all) => {
    const text = corpus[file]?.[1] ?? '';
    const doc = new Document(text);
    for (const [what, which, n] of all) act(doc, what, which, n);
    const end = print(doc.raw);
    while (doc.undo());
    assert.equal(print(doc.raw), print(new Document(text).raw));
    assert.equal(doc.toText(), text);
    while (doc.redo());
    for (let i = 0; i < 25 && print(doc.raw) !== end; i++) doc.undo();
    assert.equal(print(doc.raw), end);
  }), { numRuns: 300 });
});

const small = () => new Document('{"nodes": [{"id": 1, "pos": {"0": 1.5, "1": 2.0}}, {"id": 2, "pos": [0, 0]}], "links": []}');
const only = (doc: Document) => doc.node(1) as JsonObject;

test('letters that are typed one after the other are one step', () => {
  const doc = small();
  for (const title of ['a', 'ab', 'abc']) renameNode(doc, only(doc), title);
  assert.equal(only(doc)['title'], 'abc');
  doc.undo();
  assert.ok(!('title' in only(doc)));
  assert.equal(doc.canUndo, undefined);
  assert.equal(doc.canRedo, 'rename');
});

test('what was saved is not joined to', () => {
  const doc = small();
  renameNode(doc, only(doc), 'a');
  doc.saved(doc.toSave());
  assert.equal(doc.dirtySince, undefined);
  renameNode(doc, only(doc), 'ab');
  assert.notEqual(doc.dirtySince, undefined);
  doc.undo();
  assert.equal(only(doc)['title'], 'a');
});

test('what is typed while a save is under way is not saved with it', () => {
  const doc = small();
  renameNode(doc, only(doc), 'a');
  const saving = doc.toSave();
  renameNode(doc, only(doc), 'ab');
  doc.saved(saving);
  assert.notEqual(doc.dirtySince, undefined);
  assert.match(doc.toText(), /"title": ?"ab"/);
  doc.undo();
  assert.equal(doc.dirtySince, undefined, 'that was saved');
  assert.equal(doc.toText(), saving.text);
  doc.redo();
  assert.notEqual(doc.dirtySince, undefined);
});

test('a step back from what was saved is unsaved, and the way forth is saved again', () => {
  const doc = small();
  renameNode(doc, only(doc), 'a');
  doc.saved(doc.toSave());
  doc.undo();
  assert.notEqual(doc.dirtySince, undefined);
  doc.redo();
  assert.equal(doc.dirtySince, undefined);
  doc.unsaved(5);
  assert.equal(doc.dirtySince, 5);
  doc.undo();
  doc.redo();
  assert.equal(doc.dirtySince, 5, 'no file has any of it');
});

test('what the page does by itself makes nothing unsaved, is written all the same, and can be taken back', () => {
  const doc = small();
  const seed = (to: number) => doc.transact('seed', (e) => e.set(only(doc), 'seed', to), { join: 'seed', own: true });
  for (const n of [1, 2, 3]) seed(n);
  assert.equal(doc.dirtySince, undefined);
  assert.match(doc.toText(), /"seed": ?3/);
  renameNode(doc, only(doc), 'a');
  seed(4);
  assert.notEqual(doc.dirtySince, undefined, 'there was something unsaved before');
  doc.undo();
  doc.undo();
  assert.equal(doc.dirtySince, undefined);
  assert.equal(only(doc)['seed'], 3);
  doc.undo();
  assert.ok(!('seed' in only(doc)), 'three in a row are one step');
  assert.equal(doc.dirtySince, undefined);
});

test('what is taken back leaves no trace, and what could be redone can be redone', () => {
  const doc = small();
  renameNode(doc, only(doc), 'a');
  doc.undo();
  const was = doc.now;
  for (const x of [1, 2]) doc.transact('resize', (e) => e.set(only(doc), 'size', x), 'held');
  assert.equal(doc.canRedo, undefined);
  assert.ok(doc.now !== was && doc.takeBack());
  assert.ok(doc.now === was && doc.canRedo === 'rename' && doc.dirtySince === undefined);
  const place = (doc.node(2) as JsonObject)['pos'] as Json[];
  for (const x of [5, 0]) doc.transact('move', (e) => e.set(place, 0, x), 'held');
  assert.ok(doc.now === was, 'what ends where it began was no step');
  assert.ok(doc.redo());
  assert.equal(only(doc)['title'], 'a');
});

test('a step that fails half-way was none', () => {
  const doc = small();
  const before = print(doc.raw);
  assert.throws(() => doc.transact('half', (e) => {
    e.set(only(doc), 'title', 'x');
    e.splice(doc.raw['nodes'] as Json[], 0, 2);
    throw new Error('stop');
  }), /stop/);
  assert.equal(print(doc.raw), before);
  assert.equal(doc.dirtySince, undefined);
});

test('a position keeps its shape, and what was not moved its spelling', () => {
  const doc = small();
  moveNodes(doc, [only(doc)], 1, 0);
  assert.equal(print(only(doc)), '{"id":1,"pos":{"0":2.5,"1":2.0}}');
});

test('who looks at a node hears of its changes and of no others', () => {
  const doc = small();
  let heard = 0;
  const end = doc.subscribe(1, () => heard++);
  moveNodes(doc, [doc.node(2) as JsonObject], 1, 1);
  assert.deepEqual([heard, doc.version(1), doc.version(2), doc.version('*')], [0, 0, 1, 1]);
  moveNodes(doc, [only(doc)], 1, 1);
  doc.undo();
  assert.deepEqual([heard, doc.version(1)], [2, 2]);
  end();
  doc.redo();
  assert.equal(heard, 2);
});

test('old steps are forgotten, and the last ones are not', () => {
  const doc = small();
  for (let i = 0; i < 700; i++) moveNodes(doc, [only(doc)], 1, 0);
  let steps = 0;
  while (doc.undo()) steps++;
  assert.equal(steps, 500);
  assert.equal(pairOf(only(doc), 'pos')[0], 201.5);
  assert.notEqual(doc.toText(), small().toText());
});

test('ids of new nodes are beyond all that any graph has had', () => {
  const text = '{"last_node_id": 3, "nodes": [{"id": 2}], "definitions": {"subgraphs": [{"nodes": [{"id": 40}, {"id": "x"}], "state": {"lastNodeId": 41}}]}}';
  assert.equal(nextId(new Document(text), 'Node'), 42);
  assert.equal(nextId(new Document('{"nodes": []}'), 'Node'), 1);
});

test('links are read in both shapes, and new ones join in theirs', () => {
  const link = { id: 9, from: 1, fromSlot: 0, to: 2, toSlot: 1, type: 'MODEL' };
  const asList = [9, 1, 0, 2, 1, 'MODEL'];
  const asObject = { id: 9, origin_id: 1, origin_slot: 0, target_id: 2, target_slot: 1, type: 'MODEL' };
  assert.deepEqual([readLink(asList), readLink(asObject)], [link, link]);
  assert.deepEqual(writeLink(link, [null, asList]), asList);
  assert.deepEqual({ ...(writeLink(link, [asObject]) as JsonObject) }, asObject);
  assert.deepEqual([writeLink(link, []), { ...(writeLink(link, [], true) as JsonObject) }], [asList, asObject]);
  for (const odd of [null, 3, [], [1, 2], {}, ['a', null, 0, 1, 0], undefined]) assert.equal(readLink(odd), undefined);
});

test('what is no workflow is refused in words', () => {
  assert.throws(() => new Document('[]'), { what: 'not-an-object' });
  assert.throws(() => new Document('{"1": {"class_type": "KSampler"}}'), { what: 'no-nodes' });
  assert.throws(() => new Document('{"nodes": ['), { what: 'end' });
});

test('items that are taken out of a list come back as they were spelled', () => {
  const text = '{"nodes": [{"id": 1, "widgets_values": [1.0, 2.50, 3.0]}]}';
  const doc = new Document(text);
  doc.transact('cut', (e) => e.splice(only(doc)['widgets_values'] as Json[], 0, 2));
  assert.equal(print(only(doc)['widgets_values'] as Json), '[3.0]');
  doc.undo();
  assert.equal(print(only(doc)['widgets_values'] as Json), '[1.0,2.50,3.0]');
});

test('what is done together is one step, and the next is another', () => {
  const text = '{"nodes": [{"id": 1}, {"id": 2}]}';
  const doc = new Document(text);
  const title = (id: number, to: string) => doc.transact('rename', (e) => e.set(doc.node(id) as JsonObject, 'title', to));
  doc.together(() => doc.together(() => title(1, 'a')) ?? title(2, 'b'));
  doc.together(() => title(1, 'c'));
  assert.ok(doc.undo());
  assert.equal(doc.node(1)?.['title'], 'a');
  assert.ok(doc.undo());
  assert.equal(doc.toText(), text);
  assert.ok(!doc.undo());
});

test('a value that is set again and again is one change of one step, and none where it ends as it began', () => {
  const text = '{"nodes": [{"id": 1, "widgets_values": [1.0, "a"]}]}';
  const doc = new Document(text);
  const put = (value: Json) => doc.transact('value', (e) => e.set(only(doc)['widgets_values'] as Json[], 0, value), 'session');
  for (const value of [2, 3, 4]) put(value);
  assert.ok(doc.undo());
  assert.equal(doc.toText(), text);
  assert.ok(doc.redo());
  assert.deepEqual(only(doc)['widgets_values'], [4, 'a']);
  doc.undo();
  for (const value of [2, 3, 1]) put(value);
  assert.equal(doc.canUndo, undefined);
  assert.equal(doc.toText(), text);
});

test('a long text that is typed letter by letter does not push what was before out of memory', () => {
  const doc = new Document('{"nodes": [{"id": 1, "title": "a"}]}');
  doc.transact('first', (e) => e.set(only(doc), 'title', 'b'));
  const long = 'x'.repeat(20_000);
  for (let i = 0; i < 1000; i++) doc.transact('type', (e) => e.set(only(doc), 'title', long + i), 'session');
  assert.ok(doc.undo());
  assert.ok(doc.undo());
  assert.equal(only(doc)['title'], 'a');
});

test('a member that is removed and set again stands last, before a step back and after the way forward', () => {
  const doc = new Document('{"nodes": [{"id": 1, "title": "a", "mode": 0}]}');
  for (const title of [undefined, 'b']) doc.transact('rename', (e) => (title ? e.set(only(doc), 'title', title) : e.remove(only(doc), 'title')), 'join');
  const end = print(doc.raw);
  assert.equal(end, '{"nodes":[{"id":1,"mode":0,"title":"b"}]}');
  doc.undo();
  assert.equal(print(doc.raw), '{"nodes":[{"id":1,"title":"a","mode":0}]}');
  doc.redo();
  assert.equal(print(doc.raw), end);
});

test('where one looks is written with a change, alone not at all, and is no change itself', () => {
  const text = '{"nodes": [{"id": 1, "pos": [1.0, 2]}], "extra": {"7": 1.0, "ds": {"scale": 1.0, "offset": [0, 0]}, "x": 2.50}, "version": 0.4}';
  const doc = new Document(text);
  const view = { scale: 0.5, offset: [10, 20] } as const;
  assert.equal(doc.toText(view), text);
  moveNodes(doc, [only(doc)], 0, 1);
  const written = '{"nodes": [{"id": 1, "pos": [1.0, 3]}], "extra": {"7": 1.0, "ds": {"scale": 0.5, "offset": [10, 20]}, "x": 2.50}, "version": 0.4}';
  assert.equal(doc.toText(view), written);
  assert.equal(doc.toText(), written.replace('{"scale": 0.5, "offset": [10, 20]}', '{"scale": 1.0, "offset": [0, 0]}'));
  doc.saved(doc.toSave(view));
  assert.equal(doc.toText(), written);
});
