// Whatever people do, in whatever order: the file agrees with itself, and as many steps back lead to its first byte.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Document } from '../../src/doc/document.ts';
import { print } from '../../src/doc/json.ts';
import { disagreements } from './agree.ts';
import { shapeOf } from '../../src/doc/shapes.ts';
import { corpus, defs } from './classes.ts';
import { act, N_DEEDS } from './deeds.ts';

const sound = corpus.filter(([, text]) => disagreements(new Document(text)).length === 0);
const choice = fc.record({ what: fc.nat(N_DEEDS - 1), which: fc.nat(60), other: fc.nat(60), n: fc.nat(60) });
const deeds = fc.array(choice, { maxLength: 20 });

test('most files of the corpus agree with themselves', () => {
  assert.ok(sound.length > 40, `${sound.length}`);
});

test('whatever is done to a file that agrees with itself, it does afterwards', () => {
  fc.assert(fc.property(fc.nat(sound.length - 1), deeds, (file, all) => {
    const doc = new Document(sound[file]?.[1] ?? '');
    for (const one of all) {
      act(doc, one);
      assert.deepEqual(disagreements(doc), [], sound[file]?.[0]);
    }
  }), { numRuns: 300 });
});

/** The same document, of which nothing is known yet. */
const again = (doc: Document) => new Document(print(doc.raw));

const shapesOf = (doc: Document) => doc.graphs().map((g) => doc.nodes(g).map((n) => shapeOf(n, g, doc, defs)));
const plainly = (value: unknown) => JSON.stringify(value, (key, v: unknown) => (key === 'source' || key === 'graph' ? undefined : typeof v === 'bigint' ? `${v}` : v));

test('every shape is right after whatever was done: who is changed is told', () => {
  fc.assert(fc.property(fc.nat(corpus.length - 1), deeds, (file, all) => {
    const doc = new Document(corpus[file]?.[1] ?? '');
    for (const one of all) {
      act(doc, one);
      assert.equal(plainly(shapesOf(doc)), plainly(shapesOf(again(doc))), corpus[file]?.[0]);
    }
  }), { numRuns: 60 });
});

test('whatever is done to any file, undo leads back to the first byte and redo to the last', () => {
  fc.assert(fc.property(fc.nat(corpus.length - 1), deeds, (file, all) => {
    const text = corpus[file]?.[1] ?? '';
    const doc = new Document(text);
    for (const one of all) act(doc, one);
    const end = print(doc.raw);
    let steps = 0;
    while (doc.undo()) steps++;
    assert.equal(print(doc.raw), print(new Document(text).raw));
    assert.equal(doc.toText(), text);
    while (doc.redo()) steps--;
    for (let i = 0; i < 20 && print(doc.raw) !== end; i++) doc.undo();
    assert.equal(print(doc.raw), end);
    assert.ok(steps <= 0);
  }), { numRuns: 300 });
});

test('what is written after any deeds is read again as the same', () => {
  fc.assert(fc.property(fc.nat(corpus.length - 1), deeds, (file, all) => {
    const doc = new Document(corpus[file]?.[1] ?? '');
    for (const one of all) act(doc, one);
    assert.equal(print(new Document(doc.toText()).raw), print(doc.raw));
  }), { numRuns: 100 });
});
