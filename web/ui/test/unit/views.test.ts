// Links, groups and points on links, as files keep them; sums in number fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Document } from '../../src/doc/document.ts';
import { evaluate } from '../../src/doc/expr.ts';
import { groupAround, groupsOf, groupsWithin, membersOf } from '../../src/doc/groups.ts';
import { linksOf } from '../../src/doc/links.ts';
import { reroutesOf } from '../../src/doc/reroutes.ts';
import { corpus, opened } from './classes.ts';

test('a link leads where the node says, whatever slot the link names', () => {
  const doc = new Document(JSON.stringify({
    nodes: [{ id: 1, outputs: [{ links: [5, 6, 7] }] }, { id: 2, inputs: [{ name: 'a', link: null }, { name: 'b', link: 5 }, { name: 'c', link: 99 }] }],
    links: [[5, 1, '0', 2, '0', 'X'], [6, 1, 0, 2, 0, 'X'], [7, 9, 0, 2, 0, 'X'], null],
  }));
  const links = linksOf(doc, doc.raw);
  assert.deepEqual(links.all, [{ id: 5, from: 1, fromSlot: 0, to: 2, toSlot: 1, type: 'X' }]);
  assert.deepEqual([links.from(1), links.into(2), links.into(1)], [links.all, links.all, []]);
  assert.deepEqual([...links.byId.keys()], ['5', '6', '7']);
});

test('each change is seen by who asks for the links', () => {
  const doc = opened('plain-04');
  const before = linksOf(doc, doc.raw);
  assert.equal(linksOf(doc, doc.raw), before);
  doc.transact('cut', (e) => {
    e.splice(doc.raw['links'] as [], 0, 1);
    assert.equal(linksOf(doc, doc.raw).all.length, before.all.length - 1);
  });
  doc.undo();
  assert.deepEqual(linksOf(doc, doc.raw).all, before.all);
});

test("a subgraph's links lead from and to its edges", () => {
  const doc = opened('subgraph');
  const [, inner] = doc.graphs();
  assert.ok(inner);
  const links = linksOf(doc, inner);
  assert.ok(links.from(-10).length > 0 && links.into(-20).length > 0);
  assert.equal(linksOf(doc, doc.raw).from(-10).length, 0);
});

test('points are read wherever a version keeps them, from the origin to the target', () => {
  const old = opened('reroutes-native');
  assert.deepEqual(reroutesOf(old, old.raw).along(9).map((r) => [r.id, ...r.at]), [[1, 100, 100], [2, 200, 100]]);
  assert.deepEqual(reroutesOf(old, old.raw).along(8), []);
  const later = opened('reroutes-native-10');
  assert.deepEqual(reroutesOf(later, later.raw).along(9).map((r) => [r.id, ...r.at]), [[1, 1, 2]]);
});

test('points in a ring, and points that are not there, end a chain', () => {
  const doc = new Document(JSON.stringify({
    nodes: [], links: [{ id: 1, parentId: 1 }, { id: 2, parentId: 9 }],
    reroutes: [{ id: 1, parentId: 2, pos: [0, 0] }, { id: 2, parentId: 1, pos: [1, 1] }, { id: 'x', pos: null }, null],
  }));
  assert.deepEqual(reroutesOf(doc, doc.raw).along(1).map((r) => r.id), [2, 1]);
  assert.deepEqual(reroutesOf(doc, doc.raw).along(2), []);
});

test('what has its centre in a group belongs to it, and of several to the innermost', () => {
  const doc = new Document(JSON.stringify({ nodes: [], groups: [
    { title: 'outer', bounding: [0, 0, 1000, 1000] }, { title: 'inner', bounding: [100, 100, 300, 300] }, null, { title: 'aside', bounding: [900, 0, 400, 400] },
  ] }));
  const groups = groupsOf(doc.raw);
  const [outer, inner, aside] = groups;
  assert.ok(outer && inner && aside);
  const box = (x: number, y: number) => ({ x: x - 50, y: y - 50, width: 100, height: 100 });
  const items = [box(200, 200), box(600, 600), box(950, 200), box(2000, 0)];
  assert.deepEqual(items.map((i) => groupAround(groups, i)?.title), ['inner', 'outer', 'aside', undefined]);
  assert.deepEqual(membersOf(groups, outer, items), items.slice(0, 2));
  assert.deepEqual(membersOf(groups, inner, items), items.slice(0, 1));
  assert.deepEqual(groupsWithin(groups, outer).map((g) => g.title), ['outer', 'inner']);
  assert.deepEqual(groups.map((g) => g.index), [0, 1, 3]);
});

test('a thousand groups are gone through once, not once for each', () => {
  const bounds = Array.from({ length: 1000 }, (_, i) => ({ title: `${i}`, bounding: [i, i, 3000 - 2 * i, 3000 - 2 * i] }));
  const groups = groupsOf(new Document(JSON.stringify({ nodes: [], groups: bounds })).raw);
  const items = Array.from({ length: 1000 }, (_, i) => ({ x: 1500 - i / 10, y: 1500, width: 1, height: 1 }));
  const from = process.cpuUsage();
  assert.equal(membersOf(groups, groups, items).length, 1000);
  assert.equal(groupsWithin(groups, groups[0] as never).length, 1000);
  const { user, system } = process.cpuUsage(from);
  assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`);
});

test('groups as large as each other do not contain each other for ever', () => {
  const doc = new Document('{"nodes": [], "groups": [{"bounding": [0, 0, 10, 10]}, {"bounding": [0, 0, 10, 10]}]}');
  const groups = groupsOf(doc.raw);
  assert.equal(groupsWithin(groups, groups[0] as never).length, 1);
});

test('every file of the corpus has links, groups and points that can be read', () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    for (const graph of doc.graphs()) {
      const { all } = linksOf(doc, graph);
      assert.equal(new Set(all.map((l) => String(l.id))).size, all.length, file);
      for (const link of all) assert.ok(reroutesOf(doc, graph).along(link.id).length < 10);
      groupsOf(graph);
    }
  }
});

test('sums are worked out, with a comma for a point and whole numbers exact', () => {
  const sums: [string, number | bigint | undefined][] = [
    ['512', 512], ['0,5', 0.5], ['.5', 0.5], ['5.', 5], ['1e3', 1000], ['2+3*4', 14], ['(2+3)*4', 20], ['-2--3', 1], ['+7', 7], ['10/4', 2.5], ['2*(3', undefined],
    ['1024 / 8 - 3', 125], ['10/5/2', 1], ['18446744073709551615', 18446744073709551615n], ['18446744073709551615-1', 18446744073709551614n], ['9007199254740993*1', 9007199254740993n],
    ['', undefined], ['1/0', undefined], ['x', undefined], ['1 2', undefined], ['1,2,3', undefined], ['()', undefined], ['2**3', undefined], ['alert(1)', undefined], ['('.repeat(300), undefined],
    ['（１＋２）＊３', 9], ['0。5', 0.5], ['１，５／２', 0.75], ['2²', undefined],
  ];
  for (const [text, value] of sums) assert.equal(evaluate(text), value, text);
});

test('any sum is what it would be elsewhere, and no text makes it throw', () => {
  const sum = fc.letrec<{ e: string }>((tie) => ({
    e: fc.oneof({ depthSize: 'small' }, fc.nat(999).map(String), fc.nat(99).map((n) => `${n}.5`),
      fc.tuple(tie('e'), fc.constantFrom('+', '-', '*', '/'), tie('e')).map(([a, s, b]) => `(${a} ${s} ${b})`), tie('e').map((a) => `-(${a})`)),
  })).e.filter((text) => text.length <= 200);
  fc.assert(fc.property(sum, (text) => {
    const want = Number((0, globalThis.eval)(text));
    const got = evaluate(text);
    if (!Number.isFinite(want)) assert.equal(got, undefined);
    else if (Math.abs(want) < 2 ** 53) assert.ok(Math.abs(Number(got) - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${text}: ${got}, ${want}`);
  }), { numRuns: 500 });
  fc.assert(fc.property(fc.string(), (text) => void evaluate(text)), { numRuns: 500 });
});
