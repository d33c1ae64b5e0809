// Node classes out of /object_info, the places of their values, and which types go together.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { InputDef, NodeDef } from '../../src/defs/def.ts';
import { readPlans } from '../../src/defs/places.ts';
import { readDefs } from '../../src/defs/read.ts';
import { colorOf, familyOf, fits, hueOf, markOf } from '../../src/defs/types.ts';
import { parse } from '../../src/doc/json.ts';

/** A class of one kind of input, as a server would send it. */
function read(text: string, name = 'X'): NodeDef {
  const def = readDefs(parse(`{${JSON.stringify(name)}: ${text}}`)).get(name);
  assert.ok(def);
  return def;
}
function input(spec: string, name = 'x'): InputDef {
  const found = read(`{"input": {"required": {${JSON.stringify(name)}: ${spec}}}}`).inputs[0];
  assert.ok(found);
  return found;
}

const KSAMPLER = `{
  "input": {"required": {
    "denoise": ["FLOAT", {"default": 1.0}], "model": ["MODEL"],
    "seed": ["INT", {"min": 0, "max": 18446744073709551615, "control_after_generate": true}],
    "sampler_name": [["euler", "heun"], {"tooltip": "How."}]}, "hidden": {"id": "UNIQUE_ID"}},
  "input_order": {"required": ["model", "seed", "sampler_name", "denoise"], "hidden": ["id"]},
  "output": ["LATENT"], "output_is_list": [false], "output_name": ["LATENT"], "output_tooltips": ["The end."],
  "display_name": "KSampler", "description": "Walks.", "category": "sampling", "output_node": false}`;

test('a class is read as it was declared, in the order it says, without what is hidden', () => {
  const def = read(KSAMPLER, 'KSampler');
  assert.deepEqual(def.inputs.map((i) => [i.name, i.widget]),
    [['model', undefined], ['seed', 'seed'], ['sampler_name', 'choice'], ['denoise', 'float']]);
  assert.deepEqual(def.outputs, [{ name: 'LATENT', type: 'LATENT', list: false, tooltip: 'The end.' }]);
  assert.deepEqual([def.title, def.doc, def.category], ['KSampler', 'Walks.', 'sampling']);
});

test('a limit of 64 bits keeps its digits', () => {
  assert.equal(read(KSAMPLER).inputs[1]?.max, 18446744073709551615n);
});

test('choices are read in both ways of saying them', () => {
  for (const spec of ['[["a", "b"], {"default": "b"}]', '["COMBO", {"options": ["a", "b"], "default": "b"}]']) {
    const found = input(spec);
    assert.deepEqual([found.type, found.widget, found.choices, found.default], ['COMBO', 'choice', ['a', 'b'], 'b']);
  }
  assert.equal(input('[["a", "b"]]').default, 'a');
  assert.deepEqual(input('[[]]').choices, []);
  assert.equal(Object.hasOwn(input('[[]]'), 'default'), false);
});

test('what edits a value follows from the declaration', () => {
  const kinds: [string, string | undefined][] = [
    ['["INT", {}]', 'int'], ['["INT"]', 'int'], ['["FLOAT", {"default": 1}]', 'float'], ['["STRING"]', 'text'],
    ['["STRING", {"multiline": true}]', 'texts'], ['["BOOLEAN", {}]', 'boolean'], ['["MODEL"]', undefined],
    ['["STRING", {"forceInput": true}]', undefined], ['["INT,FLOAT", {"widgetType": "FLOAT"}]', 'float'],
    ['["INT,FLOAT", {}]', undefined], ['["COMBO", {"options": [], "multi_select": {}}]', 'choices'],
    ['[["a.png"], {"image_upload": true}]', 'upload'], ['["COLOR", {}]', 'color'], ['["*", {}]', undefined],
    ['["COMFY_DYNAMICCOMBO_V3", {"options": []}]', 'json'], ['["INT", {"control_after_generate": true}]', 'seed'],
  ];
  for (const [spec, kind] of kinds) assert.equal(input(spec).widget, kind, spec);
  assert.equal(input('["INT", {}]', 'noise_seed').widget, 'seed');
  assert.equal(input('["INT", {"control_after_generate": false}]', 'seed').widget, 'int');
});

test('a default is of the kind that is edited', () => {
  const told: [string, unknown][] = [
    ['["INT", {"default": [7, 8]}]', 7], ['["INT"]', 0], ['["FLOAT", {"default": "x"}]', 0], ['["BOOLEAN"]', false], ['["STRING"]', ''],
    ['["STRING", {"default": 3}]', ''], ['["COLOR"]', '#000000'],
  ];
  for (const [spec, value] of told) assert.equal(input(spec).default, value, spec);
});

test('places that the server tells are believed', () => {
  const plans = readPlans(parse('{"X": [["a", "value"], ["a", "control"]], "Y": [["b", "sound"]], "Z": 3}'));
  assert.deepEqual([...plans.keys()], ['X']);
  const defs = readDefs(parse('{"X": {"input": {"required": {"a": ["FLOAT"]}}}}'), plans);
  assert.deepEqual(defs.get('X')?.places, [{ input: 'a', holds: 'value' }, { input: 'a', holds: 'control' }]);
});

test('odd declarations are read as far as they can be', () => {
  const odd = '{"A": null, "B": 3, "C": {}, "D": {"input": 3, "output": "x", "input_order": []}, "E": {"input": {"required": {"a": 3, "b": [4], "c": []}}}}';
  const defs = readDefs(parse(odd));
  assert.deepEqual([...defs.keys()], ['C', 'D', 'E']);
  for (const def of defs.values()) assert.deepEqual([def.inputs, def.outputs, def.places], [[], [], []]);
  for (const text of ['[]', 'null', '3', '"x"']) assert.equal(readDefs(parse(text)).size, 0);
});

test('types fit by name, by union and by star', () => {
  const yes: [string, string][] = [['IMAGE', 'IMAGE'], ['IMAGE', '*'], ['*', 'MASK'], ['image', 'IMAGE'], ['MASK', 'IMAGE,MASK'],
    ['INT,FLOAT', 'FLOAT'], ['', 'MODEL'], ['COMBO', 'COMBO']];
  const no: [string, string][] = [['IMAGE', 'MASK'], ['IMAGE', 'LATENT,MASK'], ['INT', 'FLOAT'], ['COMBO', 'STRING']];
  for (const [output, into] of yes) assert.ok(fits(output, into), `${output} -> ${into}`);
  for (const [output, into] of no) assert.ok(!fits(output, into), `${output} -> ${into}`);
});

test('every known type has a colour of its own in tokens.css', () => {
  const css = readFileSync(new URL('../../src/style/tokens.css', import.meta.url), 'utf8');
  for (const type of ['MODEL', 'CLIP', 'IMAGE', 'LATENT', 'CLIP_VISION_OUTPUT', 'COMBO', 'BOOLEAN', 'SIGMAS']) {
    const token = /^var\((--[\w-]+)\)$/.exec(colorOf(type))?.[1];
    assert.ok(token && css.includes(`${token}:`), type);
  }
});

test('a type has a mark of its family, and an unknown one a colour of its name', () => {
  const told = ['MODEL', 'LATENT', 'IMAGE,MASK', 'INT', '*', 'SIGMAS', 'BLURP'].map((t) => [familyOf(t), markOf(t)].join(' '));
  assert.deepEqual(told, ['weights square', 'pictures ring', 'pictures circle', 'values triangle', 'any half', 'guidance diamond', 'other hexagon']);
  assert.equal(hueOf('BLURP'), hueOf('BLURP'));
  assert.notEqual(hueOf('BLURP'), hueOf('BLURQ'));
  assert.match(colorOf('blurp'), /^light-dark\(oklch/);
});
