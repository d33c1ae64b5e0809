// A place for a node that nobody pointed one for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlap, type Box } from '../../src/canvas/boxes.ts';
import { wayToRoom } from '../../src/canvas/room.ts';

test('a node that nobody pointed a place for lies on no other, and near', () => {
  const laid: Box[] = [];
  for (let i = 0; i < 12; i++) {
    const box = { x: 100, y: 100, width: 200 + 10 * i, height: 120 };
    const way = wayToRoom(box, laid);
    const there = { ...box, x: box.x + way.x, y: box.y + way.y };
    assert.ok(!laid.some((o) => overlap(o, there)), String(i));
    assert.ok(Math.hypot(way.x, way.y) < 1000, String(i));
    laid.push(there);
  }
  assert.deepEqual(wayToRoom({ x: 0, y: 0, width: 10, height: 10 }, [{ x: 500, y: 0, width: 10, height: 10 }]), { x: 0, y: 0 });
});

test('where all is full the place is below it', () => {
  const full = { x: -2000, y: -2000, width: 5000, height: 5000 };
  const way = wayToRoom({ x: 0, y: 0, width: 100, height: 100 }, [full]);
  assert.ok(!overlap(full, { x: way.x, y: way.y, width: 100, height: 100 }));
});
