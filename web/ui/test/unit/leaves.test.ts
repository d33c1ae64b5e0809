// Values that are several numbers: read in each shape that files have, changed in one number and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse, print } from '../../src/doc/json.ts';
import { extentOf, firstOf, leavesOf, pointsOf, withLeaf, withoutPoint, withPoint } from '../../src/widgets/leaves.ts';

const read = (text: string) => parse(text);

test('boxes and ranges are read in each shape, and what is neither is none', () => {
  const told = (text: string, kind: 'box' | 'range') => leavesOf(read(text), kind)?.map((l) => [l.name, l.value]);
  assert.deepEqual(told('{"x": 1, "y": 2, "width": 3, "height": 4, "label": "a"}', 'box'), [['x', 1], ['y', 2], ['width', 3], ['height', 4]]);
  assert.deepEqual(told('[1, 2, 3, 4]', 'box'), [['x', 1], ['y', 2], ['width', 3], ['height', 4]]);
  assert.deepEqual(told('{"min": 0.25, "max": 1, "midpoint": 0.5}', 'range'), [['min', 0.25], ['max', 1], ['midpoint', 0.5]]);
  assert.deepEqual(told('[0.1, 0.9]', 'range'), [['min', 0.1], ['max', 0.9]]);
  for (const none of ['"text"', '7', '{}', '[]', '{"a": "b"}']) assert.equal(leavesOf(read(none), 'box'), undefined, none);
  assert.deepEqual([leavesOf(undefined, 'box')?.length, leavesOf(null, 'range')?.length], [4, 2], 'nobody has set it yet');
  assert.equal(leavesOf(undefined, 'curve'), undefined);
});

test('one number is changed, and everything else stays as it was spelled', () => {
  const value = read('{"label": "a", "x": 7.0, "y": 18446744073709551615, "10": 1, "2": 2}');
  assert.equal(print(withLeaf(value, ['x'], 8)), print(read('{"label": "a", "x": 8, "y": 18446744073709551615, "10": 1, "2": 2}')));
  assert.equal(print(value), print(read('{"label": "a", "x": 7.0, "y": 18446744073709551615, "10": 1, "2": 2}')), 'the first is not touched');
});

test('curves: points of each shape, new ones in their place, and never fewer than two', () => {
  for (const text of ['[[0, 0], [0.5, 0.9], [1, 1]]', '[{"x": 0, "y": 0}, {"x": 0.5, "y": 0.9}, {"x": 1, "y": 1}]', '{"points": [[0, 0], [0.5, 0.9], [1, 1]], "interpolation": "linear"}']) {
    const value = read(text);
    assert.deepEqual(pointsOf(value)?.map((p) => [p.x.value, p.y.value]), [[0, 0], [0.5, 0.9], [1, 1]]);
    const { value: more, at } = withPoint(value, 0.25, 0.4);
    assert.equal(at, 1);
    assert.deepEqual(pointsOf(more)?.map((p) => p.x.value), [0, 0.25, 0.5, 1]);
    assert.deepEqual(pointsOf(withoutPoint(more, 1))?.map((p) => p.x.value), [0, 0.5, 1]);
    assert.deepEqual(pointsOf(withLeaf(value, pointsOf(value)![1]!.y.path, 0.2))?.[1]?.y.value, 0.2);
    assert.equal(print(withoutPoint(withPoint(value, 2, 2).value, 3)), print(value), 'there and back');
  }
  assert.equal(pointsOf(withoutPoint(firstOf('curve'), 0))?.length, 2);
  for (const none of ['[]', '[1, 2]', '{"points": 3}', '"x"', '[[0, "a"]]']) assert.equal(pointsOf(read(none)), undefined, none);
  assert.equal(extentOf(pointsOf(read('[[0, 0], [255, 128]]'))!, undefined), 255);
  assert.equal(extentOf(pointsOf(undefined)!, 10), 10);
});
