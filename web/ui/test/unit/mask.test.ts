// Masks in numbers: what each tool covers, and steps back and forth.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clear, feather, fill, invert, lasso, newMask, rectangle, share, stroke, type Mask } from '../../src/mask/mask.ts';
import { back, forth, keep, newSteps } from '../../src/mask/steps.ts';

const rows = (m: Mask) => Array.from({ length: m.height }, (_, y) => [...m.at.subarray(y * m.width, (y + 1) * m.width)].map((v) => (v === 255 ? '#' : v ? '+' : '.')).join(''));

test('a hard brush paints a disc, and an eraser takes it away', () => {
  const m = newMask(7, 7);
  const area = stroke(m, { x: 3.5, y: 3.5 }, { x: 3.5, y: 3.5 }, { radius: 2.3, hardness: 1, erase: false });
  assert.deepEqual(rows(m), ['.......', '..###..', '.#####.', '.#####.', '.#####.', '..###..', '.......']);
  assert.deepEqual(area, { left: 1, top: 1, right: 6, bottom: 6 });
  stroke(m, { x: 3.5, y: 3.5 }, { x: 3.5, y: 3.5 }, { radius: 3, hardness: 1, erase: true });
  assert.equal(share(m), 0);
});

test('a soft brush falls off, and never weakens what is there', () => {
  const m = newMask(9, 1);
  const soft = { radius: 4, hardness: 0, erase: false };
  stroke(m, { x: 4.5, y: 0.5 }, { x: 4.5, y: 0.5 }, soft);
  assert.deepEqual([...m.at], [0, 64, 128, 191, 255, 191, 128, 64, 0]);
  stroke(m, { x: 5.5, y: 0.5 }, { x: 5.5, y: 0.5 }, soft);
  assert.deepEqual([...m.at], [0, 64, 128, 191, 255, 255, 191, 128, 64]);
});

test('a stroke leaves no gaps, however fast the hand', () => {
  const m = newMask(100, 11);
  stroke(m, { x: 5, y: 5.5 }, { x: 95, y: 5.5 }, { radius: 3, hardness: 1, erase: false });
  for (let x = 5; x < 95; x++) assert.equal(m.at[5 * 100 + x], 255);
});

test('rectangles and lassos cover what they go round, and nothing beyond the picture', () => {
  const m = newMask(6, 4);
  rectangle(m, { x: 4, y: 3 }, { x: 1, y: 1 }, false);
  assert.deepEqual(rows(m), ['......', '.###..', '.###..', '......']);
  clear(m);
  lasso(m, [{ x: -9, y: -9 }, { x: 3, y: -9 }, { x: 3, y: 99 }, { x: -9, y: 99 }], false);
  assert.deepEqual(rows(m), ['###...', '###...', '###...', '###...']);
  invert(m);
  assert.deepEqual(rows(m), ['...###', '...###', '...###', '...###']);
});

test('filling stops where the colour changes', () => {
  const m = newMask(4, 2);
  const rgba = new Uint8ClampedArray(4 * 8).map((_, i) => (Math.floor(i / 4) % 4 < 2 ? 20 : 200));
  fill(m, rgba, { x: 0.5, y: 0.5 }, 24, false);
  assert.deepEqual(rows(m), ['##..', '##..']);
  assert.equal(fill(m, rgba, { x: -1, y: 0 }, 24, false).right, -Infinity);
});

test('a softened edge keeps what is far from it', () => {
  const m = newMask(64, 1);
  rectangle(m, { x: 0, y: 0 }, { x: 32, y: 1 }, false);
  feather(m, 8);
  assert.equal(m.at[0], 255);
  assert.equal(m.at[63], 0);
  assert.ok((m.at[31] as number) > 100 && (m.at[32] as number) < 156);
  for (let x = 1; x < 64; x++) assert.ok((m.at[x] as number) <= (m.at[x - 1] as number));
});

test('as many steps back as were made lead to the beginning, and forth to the end', () => {
  const point = fc.record({ x: fc.double({ min: -20, max: 60, noNaN: true }), y: fc.double({ min: -20, max: 60, noNaN: true }) });
  const deed = fc.record({ a: point, b: point, radius: fc.double({ min: 0.1, max: 30, noNaN: true }), what: fc.integer({ min: 0, max: 4 }), erase: fc.boolean() });
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 12 }), (deeds) => {
      const m = newMask(41, 37);
      const steps = newSteps();
      for (const { a, b, radius, what, erase } of deeds) {
        const was = m.at.slice();
        const area = [
          () => stroke(m, a, b, { radius, hardness: 0.5, erase }), () => rectangle(m, a, b, erase),
          () => lasso(m, [a, b, { x: 0, y: 30 }], erase), () => invert(m), () => feather(m, radius),
        ][what]?.();
        assert.ok(area);
        keep(steps, m, was, area);
        const changed = m.at.findIndex((v, i) => v !== was[i]);
        if (changed >= 0) assert.ok(changed % 41 >= area.left && Math.floor(changed / 41) >= area.top);
      }
      const end = m.at.slice();
      while (back(steps, m));
      assert.ok(m.at.every((v) => v === 0));
      while (forth(steps, m));
      assert.deepEqual(m.at, end);
    }),
    { numRuns: 50 },
  );
});
