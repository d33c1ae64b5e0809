// The canvas in numbers: lines of links, what is seen, where the keyboard goes, what is found; over the corpus, too.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { around, between, overlap } from '../../src/canvas/boxes.ts';
import { freeMiddle, isCut, middle, nearest, pieces, pointAt, setLinkStyle, trace } from '../../src/canvas/curve.ts';
import { hitAt } from '../../src/canvas/hit.ts';
import { isNear, MOST_BODIES, nextBodies, NONE_NEAR, nearOf } from '../../src/canvas/near.ts';
import { EMPTY_SCENE, sceneOf } from '../../src/canvas/scene.ts';
import { findNodes } from '../../src/canvas/search.ts';
import { slideOf } from '../../src/canvas/slide.ts';
import { along, inward, outward, stopOf, toward } from '../../src/canvas/walk.ts';
import { placesIn } from '../../src/canvas/places.ts';
import { arrived, goalFrom, noting, setOff, stopped } from '../../src/canvas/way.ts';
import { Document } from '../../src/doc/document.ts';
import { moveNodes } from '../../src/doc/ops.ts';

const FOLDER = join(import.meta.dirname, '../../../../tests/canvas/corpus');
const corpus = readdirSync(FOLDER).filter((f) => f.endsWith('.json')).map((f) => [f, readFileSync(join(FOLDER, f), 'utf8')] as const);
const defs = new Map();
const line = [{ x: 0, y: 0 }, { x: 100, y: 80 }, { x: 240, y: 40 }];
const size = { width: 1440, height: 900 };
const grid = (n: number) => Array.from({ length: n }, (_, i) => ({ key: `node:${i}`, x: (i % 40) * 300, y: Math.floor(i / 40) * 300, width: 200, height: 200 }));

test('a link leaves to the right, arrives from the left, and goes on as it came at each of its points', () => {
  const all = pieces(line);
  const [a, b] = all;
  assert.equal(all.length, 2);
  assert.ok(a && b && a[1].x > a[0].x && a[1].y === a[0].y && b[2].x < b[3].x && b[2].y === b[3].y);
  const [into, out] = [{ x: a[3].x - a[2].x, y: a[3].y - a[2].y }, { x: b[1].x - b[0].x, y: b[1].y - b[0].y }];
  assert.ok(Math.abs(into.x * out.y - into.y * out.x) < 1e-9, 'one direction');
  assert.deepEqual(pointAt(a, 1), line[1]);
});

test('what is near a link, and between which of its points, is told', () => {
  assert.ok(nearest(line, { x: 100, y: 80 }).distance < 1);
  assert.equal(nearest(line, { x: 20, y: 4 }).behind, 0);
  assert.equal(nearest(line, { x: 220, y: 41 }).behind, 1);
  assert.ok(nearest(line, { x: 100, y: 300 }).distance > 150);
  assert.ok(nearest(line, middle(line)).distance < 2);
});

test('a place in the middle of a link that nothing covers is found', () => {
  const straight = [{ x: 0, y: 0 }, { x: 300, y: 0 }];
  const at = (covered: (x: number) => boolean) => Math.round(freeMiddle(straight, (p) => covered(p.x)).x);
  assert.ok(Math.abs(at(() => false) - 150) < 15);
  assert.ok(at((x) => x > 40 && x < 240) > 240 - 1);
  assert.equal(at(() => true), Math.round(middle(straight).x));
});

test('a stroke cuts the links it crosses and no others', () => {
  assert.ok(isCut(line, { x: 50, y: -100 }, { x: 50, y: 200 }));
  assert.ok(!isCut(line, { x: -50, y: -100 }, { x: -50, y: 200 }));
  assert.ok(!isCut(line, { x: 50, y: -100 }, { x: 50, y: -20 }));
});

test('bodies are those in view and a little around, and never too many', () => {
  const nodes = grid(1000);
  const near = nearOf(nodes, { x: 0, y: 0, zoom: 1 }, size, NONE_NEAR);
  assert.ok(!near.far && near.ids.length >= 15 && near.ids.length < 60);
  assert.ok(isNear(near, { x: -100, y: -100, zoom: 1 }, size), 'a little is no matter');
  assert.ok(!isNear(near, { x: -3000, y: -100, zoom: 1 }, size));
  assert.ok(nearOf(nodes, { x: 0, y: 0, zoom: 0.4 }, size, near).far);
  const dense = nodes.map((n) => ({ ...n, x: n.x / 10, y: n.y / 10 }));
  assert.ok(nearOf(dense, { x: 0, y: 0, zoom: 1 }, size, near).far, 'too many in view');
  for (const zoom of [0.46, 0.5, 0.7, 1, 2, 4]) assert.ok(nearOf(nodes, { x: 0, y: 0, zoom }, size, near).ids.length <= MOST_BODIES);
});

test('bodies that went come back a tenth later', () => {
  const nodes = grid(30);
  const away = nearOf(nodes, { x: 0, y: 0, zoom: 0.44 }, size, nearOf(nodes, { x: 0, y: 0, zoom: 1 }, size, NONE_NEAR));
  assert.ok(away.far && nearOf(nodes, { x: 0, y: 0, zoom: 0.47 }, size, away).far);
  assert.ok(!nearOf(nodes, { x: 0, y: 0, zoom: 0.5 }, size, away).far);
});

test('the keyboard goes to the nearest node that way, rather straight ahead', () => {
  const boxes = grid(120);
  const from = boxes[45];
  assert.ok(from);
  assert.equal(toward(boxes, from, 'right'), boxes[46]);
  assert.equal(toward(boxes, from, 'left'), boxes[44]);
  assert.equal(toward(boxes, from, 'up'), boxes[5]);
  assert.equal(toward(boxes, from, 'down'), boxes[85]);
  assert.equal(toward(boxes, boxes[0] ?? from, 'left'), undefined);
});

test('along a link the keyboard stops at its points, and comes back the same way', () => {
  const doc = new Document(JSON.stringify({
    nodes: [
      { id: 1, type: 'A', pos: [0, 30], outputs: [{ name: 'o', type: 'X', links: [1, 2] }] },
      { id: 2, type: 'B', pos: [600, 30], inputs: [{ name: 'i', type: 'X', link: 1 }] },
      { id: 3, type: 'B', pos: [600, 330], inputs: [{ name: 'i', type: 'X', link: 2 }, { name: 'w', type: 'Y', link: null }] },
    ],
    links: [[1, 1, 0, 2, 0, 'X'], [2, 1, 0, 3, 0, 'X']],
    floatingLinks: [{ id: 9, origin_id: -1, origin_slot: -1, target_id: 3, target_slot: 1, type: 'Y', parentId: 7 }],
    extra: {
      reroutes: [{ id: 5, pos: [300, 20], linkIds: [1] }, { id: 6, parentId: 5, pos: [400, 20], linkIds: [1] }, { id: 7, pos: [400, 500], linkIds: [], floating: { slotType: 'input' } }],
      linkExtensions: [{ id: 1, parentId: 6 }],
    },
  }));
  const scene = sceneOf(doc, [], defs, EMPTY_SCENE);
  const way = (key: string, to: 'left' | 'right') => {
    const keys = [key];
    for (let at = stopOf(scene, key); at && keys.length < 9; ) if ((at = along(scene, at, to))) keys.push(at.key);
    return keys;
  };
  assert.deepEqual(way('node:1', 'right'), ['node:1', 'reroute:5', 'reroute:6', 'node:2']);
  assert.deepEqual(way('node:2', 'left'), ['node:2', 'reroute:6', 'reroute:5', 'node:1']);
  assert.deepEqual(way('reroute:7', 'right'), ['reroute:7', 'node:3']);
  assert.equal(stopOf(scene, 'reroute:8'), undefined);
});

test('the keyboard goes out to the group around, to the next, and into one again', () => {
  const group = (title: string, bounding: number[]) => ({ title, bounding });
  const doc = new Document(JSON.stringify({
    nodes: [{ id: 1, type: 'A', pos: [60, 130], size: [140, 60] }, { id: 2, type: 'A', pos: [260, 130], size: [140, 60] }, { id: 3, type: 'A', pos: [900, 130], size: [140, 60] }],
    links: [], groups: [group('outer', [0, 0, 500, 400]), group('inner', [240, 60, 200, 200]), group('empty', [600, 0, 100, 100])],
  }));
  const scene = sceneOf(doc, [], defs, EMPTY_SCENE);
  const to = (by: typeof outward, key: string) => by(scene, stopOf(scene, key) ?? assert.fail())?.key;
  assert.deepEqual(['node:1', 'node:2', 'group:1', 'group:0', 'node:3'].map((k) => to(outward, k)), ['group:0', 'group:1', 'group:0', undefined, 'group:2']);
  assert.deepEqual(['group:0', 'group:1', 'group:2', 'node:1'].map((k) => to(inward, k)), ['node:1', 'node:2', undefined, undefined]);
  assert.equal(toward(scene.groups, scene.groups[1] ?? assert.fail(), 'right'), scene.groups[2]);
});

test('a node goes into a link by one socket and takes what is held by another', () => {
  const sockets = (...types: string[]) => types.map((type, index) => ({ type, index }));
  const apply = [sockets('CONDITIONING', 'CONTROL_NET', 'IMAGE'), sockets('CONDITIONING')] as const;
  const combine = [sockets('CONDITIONING', 'CONDITIONING'), sockets('CONDITIONING')] as const;
  const held = (side: 'in' | 'out', type: string) => ({ side, type });
  const own = (p: ReturnType<typeof placesIn<{ type: string; index: number }, { type: string; index: number }>>) => p && [p.input.index, p.output.index, 'own' in p ? p.own.index : undefined];
  assert.deepEqual(own(placesIn(...apply, 'CONDITIONING')), [0, 0, undefined]);
  assert.deepEqual(own(placesIn(...apply, 'CONDITIONING', held('in', 'CONTROL_NET'))), [0, 0, 1]);
  assert.deepEqual(own(placesIn(...apply, 'CONDITIONING', held('in', 'CONDITIONING'))), undefined, 'one socket is not two');
  assert.deepEqual(own(placesIn(...combine, 'CONDITIONING', held('in', 'CONDITIONING'))), [0, 0, 1]);
  assert.deepEqual(own(placesIn(sockets('MODEL', 'CLIP'), sockets('MODEL', 'CLIP'), 'CLIP', held('out', 'MODEL'))), [1, 1, 0]);
  assert.equal(placesIn(sockets('*'), sockets('*'), 'CLIP'), undefined, 'what takes anything does nothing to it');
});

test('every file of the corpus has a scene, and what is at a node is that node', () => {
  for (const [file, text] of corpus) {
    const doc = new Document(text);
    const scene = sceneOf(doc, [], defs, EMPTY_SCENE);
    assert.equal(scene.nodes.length, new Set(doc.nodes().map((n) => String(n['id']))).size, file);
    for (const node of scene.nodes) {
      assert.ok(Number.isFinite(node.x + node.y + node.width + node.height) && node.width > 0 && node.height > 0, file);
      if (scene.nodes.some((n) => n !== node && overlap(n, node))) continue;
      const hit = hitAt(scene, { x: node.x + node.width / 2, y: node.y + 12 }, 1);
      assert.equal(hit.kind === 'node' && hit.node.key, node.key, file);
    }
    for (const link of scene.links) assert.ok(link.points.length >= 2 && link.points.every((p) => Number.isFinite(p.x + p.y)), file);
  }
});

test('a change draws the nodes that it touched, and no others', () => {
  const [, text = ''] = corpus.find(([f]) => f === 'plain-04.json') ?? [];
  const doc = new Document(text);
  const before = sceneOf(doc, [], defs, EMPTY_SCENE);
  const first = before.nodes[0];
  assert.ok(first);
  moveNodes(doc, [first.node], 10, 0);
  const after = sceneOf(doc, [], defs, before);
  assert.deepEqual(after.nodes.map((n, i) => n === before.nodes[i]), before.nodes.map((_, i) => i !== 0));
  assert.equal(after.nodes[0]?.x, first.x + 10);
  assert.equal(sceneOf(doc, [], new Map(), after).nodes.some((n, i) => n === after.nodes[i]), false, 'other classes, other nodes');
});

test('nodes are found by title, class, number and what is written in them', () => {
  const [, text = ''] = corpus.find(([f]) => f === 'plain-04.json') ?? [];
  const { nodes } = sceneOf(new Document(text), [], defs, EMPTY_SCENE);
  assert.equal(findNodes(nodes, 'ksam')[0]?.shape.title, 'KSampler');
  assert.equal(findNodes(nodes, 'red circle').length, 1);
  assert.equal(findNodes(nodes, nodes[2]?.id ?? '')[0], nodes[2]);
  assert.deepEqual(findNodes(nodes, '  '), []);
});

test('boxes: around several, between two corners', () => {
  assert.equal(around([]), undefined);
  assert.deepEqual(around([{ x: 0, y: 0, width: 10, height: 10 }, { x: 20, y: -5, width: 5, height: 5 }]), { x: 0, y: -5, width: 25, height: 15 });
  assert.deepEqual(between({ x: 5, y: 9 }, { x: 1, y: 2 }), { x: 1, y: 2, width: 4, height: 7 });
});

test('a graph that is left on the way somewhere is left there, and not half-way', () => {
  const [here, half, there] = [{ x: 0, y: 0, zoom: 1 }, { x: 50, y: 20, zoom: 0.8 }, { x: 100, y: 40, zoom: 0.6 }];
  const kept: unknown[] = [];
  const leave = () => {
    const notes = noting((camera) => kept.push(camera));
    notes.moved(half);
    notes.end();
    return kept.pop();
  };
  setOff(there);
  assert.equal(goalFrom(here), there);
  assert.equal(leave(), there);
  assert.equal(leave(), half, 'the next graph has no part in that way');
  setOff(there);
  noting((camera) => kept.push(camera)).end();
  assert.equal(kept.pop(), there, 'before the first step of it');
  setOff(here);
  setOff(there);
  arrived(here);
  assert.equal(goalFrom(half), there, 'the end of the way before is not the end of this one');
  arrived(there);
  assert.deepEqual([goalFrom(half), leave()], [half, half]);
  setOff(there);
  stopped();
  assert.equal(leave(), half, 'a hand took it on the way');
  noting((camera) => kept.push(camera)).end();
  assert.deepEqual(kept, [], 'nothing moved, nothing is noted');
});

test('links of each style begin and end at their sockets, and are met where they are seen', () => {
  const points = [{ x: 0, y: 0 }, { x: 100, y: 60 }, { x: 40, y: 200 }];
  const lines: string[] = [];
  const pen = { moveTo: () => lines.push('m'), lineTo: () => lines.push('l'), bezierCurveTo: () => lines.push('c') };
  for (const style of ['curved', 'straight', 'angled'] as const) {
    setLinkStyle(style);
    const all = pieces(points);
    assert.deepEqual([all[0]?.[0], all.at(-1)?.[3]], [points[0], points[2]], style);
    for (const [i, piece] of all.slice(1).entries()) assert.deepEqual(piece[0], all[i]?.[3], `${style}: one piece goes on where another ended`);
    assert.ok(nearest(points, middle(points)).distance < 2, style);
    assert.deepEqual([nearest(points, { x: 2, y: 1 }).behind, nearest(points, { x: 39, y: 199 }).behind], [0, 1], style);
    if (style === 'angled') for (const [a, , , b] of all) assert.ok(a.x === b.x || a.y === b.y, 'right angles only');
    trace(pen, points);
  }
  assert.match(lines.join(''), /^mccm?l/);
  setLinkStyle('angled');
  const back = pieces([{ x: 300, y: 0 }, { x: 0, y: 100 }]);
  assert.ok((back[0]?.[3].x ?? 0) > 300 && (back.at(-1)?.[0].x ?? 0) < 0, 'out to the right, in from the left, even when it leads back');
  setLinkStyle('hidden');
  assert.equal(nearest(points, points[1]!).distance, Infinity);
  assert.ok(!isCut(points, { x: 50, y: -100 }, { x: 50, y: 300 }));
  setLinkStyle('curved');
  assert.ok(isCut(points, { x: 50, y: -100 }, { x: 50, y: 300 }));
});

test('bodies come and go a few at a time, and none goes before it may', () => {
  const has = new Set(['a', 'b', 'c']);
  assert.deepEqual([...nextBodies(['c', 'd', 'e'], has, 1, 0)], ['c', 'd', 'a', 'b']);
  assert.deepEqual([...nextBodies(['c', 'd', 'e'], has, 9, 1)], ['c', 'd', 'e', 'b']);
  assert.deepEqual([...nextBodies(['c'], has, 1, Infinity)], ['c']);
  assert.deepEqual([...nextBodies([], has, 1, Infinity)], []);
  const many = Array.from({ length: 300 }, (_, i) => `${i}`);
  assert.equal([...nextBodies(many.slice(150), new Set(many.slice(0, 150)), 200, 0)].filter((key) => Number(key) >= 150).length, 150, 'what is wanted has the room');
  assert.equal(nextBodies(many.slice(0, 10), new Set(many.slice(10, 200)), 10, 0).size, MOST_BODIES);
});

test('a drawing slides and grows while it covers the view, and each of its points is where it would be drawn', () => {
  const beyond = 160;
  const drawn = { x: 30, y: -40, zoom: 0.5 };
  for (const [now, fits] of [
    [{ x: 130, y: 60, zoom: 0.5 }, true], [{ x: 200, y: 0, zoom: 0.5 }, false], [{ x: -400, y: -300, zoom: 0.7 }, true],
    [{ x: 100, y: 40, zoom: 0.45 }, true], [{ x: 0, y: 0, zoom: 0.3 }, false], [{ x: 0, y: 0, zoom: 0.8 }, false],
  ] as const) {
    const slid = slideOf(drawn, now, size, beyond);
    assert.equal(slid !== undefined, fits, JSON.stringify(now));
    if (!slid) continue;
    const p = { x: 123, y: 456 }; // of the graph
    const [x, y] = [p.x * drawn.zoom + drawn.x + beyond, p.y * drawn.zoom + drawn.y + beyond]; // of the drawing
    assert.ok(Math.abs(x * slid.by + slid.x - beyond - (p.x * now.zoom + now.x)) < 1e-9);
    assert.ok(Math.abs(y * slid.by + slid.y - beyond - (p.y * now.zoom + now.y)) < 1e-9);
  }
});
