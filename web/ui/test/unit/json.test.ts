// JSON that loses nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  copy, isObject, keysOf, layoutOf, parse, print, spellingAt, splice, type Json, type JsonFault, type JsonObject,
} from '../../src/doc/json.ts';

const again = (text: string) => print(parse(text));
const object = (text: string) => parse(text) as JsonObject;
const list = (text: string) => parse(text) as Json[];

/** What a text can say: numbers as they are spelled too. */
const texts = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('null', 'true', 'false', '7.0', '-0', '1e5', '1E-3', '18446744073709551615', '0.10', 'NaN', '-Infinity'),
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => String(n === 0 ? 0 : n)),
    fc.string({ unit: 'binary' }).map((s) => JSON.stringify(s)),
    fc.array(tie('value'), { maxLength: 6 }).map((all) => `[${all.join(',')}]`),
    fc.uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.nat().map(String), fc.constant('__proto__')), tie('value')), { selector: ([k]) => k, maxLength: 6 })
      .map((all) => `{${all.map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`),
  ),
})).value;

test('what is read is written as it stood', () => {
  fc.assert(fc.property(fc.array(texts), (all) => {
    const text = `[${all.join(',')}]`;
    assert.equal(again(text), text);
  }), { numRuns: 400 });
});

test('a copy is written the same', () => {
  fc.assert(fc.property(fc.array(texts), (all) => assert.equal(print(copy(parse(`[${all.join(',')}]`))), `[${all.join(',')}]`)), { numRuns: 200 });
});

test('plain values are what JSON.parse makes of them', () => {
  fc.assert(fc.property(fc.json(), (text) => {
    const plain = (v: Json): unknown => Array.isArray(v) ? v.map(plain)
      : isObject(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)])) : typeof v === 'bigint' ? Number(v) : v;
    assert.deepEqual(plain(parse(text)), JSON.parse(text));
  }));
});

test('seeds of 64 bits are whole', () => {
  assert.equal(object('{"seed": 18446744073709551615}')['seed'], 18446744073709551615n);
  assert.equal(list('[9007199254740991]')[0], 9007199254740991);
  assert.equal(list('[-9007199254740993]')[0], -9007199254740993n);
});

test('keys stay in their order, numbers among them too', () => {
  const o = object('{"10": 1, "9": 2, "a": 3, "1": 4}');
  assert.deepEqual(keysOf(o), ['10', '9', 'a', '1']);
  delete o['9'];
  o['b'] = 5;
  assert.equal(print(o), '{"10":1,"a":3,"1":4,"b":5}');
});

test('a spelling lasts as long as its value', () => {
  const o = object('{"cfg": 7.0, "x": NaN}');
  assert.deepEqual([o['cfg'], o['x'], spellingAt(o, 'cfg')], [7, null, '7.0']);
  o['cfg'] = 8;
  assert.equal(print(o), '{"cfg":8,"x":NaN}');
  o['x'] = 1;
  assert.equal(print(o), '{"cfg":8,"x":1}');
});

test('spellings move with the items of a list', () => {
  const all = list('[1.0, 2.0, 3.0, 4.0]');
  splice(all, 1, 1, 9, 9);
  assert.equal(print(all), '[1.0,9,9,3.0,4.0]');
});

test('a key called __proto__ is a key', () => {
  const o = object('{"__proto__": {"polluted": 1}, "constructor": 2}');
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(print(o), '{"__proto__":{"polluted":1},"constructor":2}');
});

test('the last of two keys counts, as everywhere', () => assert.equal(again('{"a": 1.0, "b": 2, "a": 1}'), '{"a":1,"b":2}'));

test('the layout of a text is kept', () => {
  for (const text of ['{"a":1,"b":[1,{}]}', '{"a": 1, "b": [1, {"c": []}]}\n', '{\n  "a": 1,\n  "b": [\n    1,\n    {}\n  ]\n}', '[\n\t1\n]\n'])
    assert.equal(print(parse(text), layoutOf(text)), text);
});

test('what is wrong is said with its place', () => {
  const said = (text: string) => {
    try {
      return print(parse(text));
    } catch (e) {
      const { what, line, column } = e as JsonFault;
      return `${what} ${line}:${column}`;
    }
  };
  assert.deepEqual(['', '{', '{"a" 1}', '[1 2]', '[1,]', '{"a":1,}', '01', '"\\x"', '"a', '[\n1,\n x]', '1 2', '"\u0001"', '+1', '.5', 'nul'].map(said), [
    'end 1:1', 'key 1:2', 'separator 1:6', 'separator 1:4', 'value 1:4', 'key 1:8', 'end 1:2', 'text 1:1', 'text 1:3',
    'value 3:2', 'end 1:3', 'text 1:2', 'value 1:1', 'value 1:1', 'value 1:1']);
});

test('what is nested too deep is refused, and what is long is not', () => {
  assert.throws(() => parse('['.repeat(100000)), { what: 'depth' });
  assert.equal(again('['.repeat(900) + ']'.repeat(900)).length, 1800);
  assert.equal(again(`[${'9'.repeat(5000)}]`).length, 5002);
});

test('no text makes the reader fail but with a fault', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\\019.eE-+ \ntrufalsnNI\u0000é') }), (text) => {
    try {
      parse(text);
    } catch (e) {
      assert.ok((e as JsonFault).what, String(e));
    }
  }), { numRuns: 2000 });
});
