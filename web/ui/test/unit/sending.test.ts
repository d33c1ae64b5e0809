// From a document to a job: seeds, what a check says, the body that is sent, and what "run to this node" asks for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPlans } from '../../src/defs/places.ts';
import { readDefs } from '../../src/defs/read.ts';
import type { InputDef } from '../../src/defs/def.ts';
import { Document } from '../../src/doc/document.ts';
import { parse, print, type Json, type JsonObject } from '../../src/doc/json.ts';
import { languages } from '../../src/i18n/languages.ts';
import { sayFaults, sentenceIn, textAt } from '../../src/net/http.ts';
import { bodyOf, newId } from '../../src/run/body.ts';
import { essenceOf, hasChoices } from '../../src/run/check.ts';
import { fitting, moved, zoomed } from '../../src/run/looking.ts';
import { readCheck, sparing } from '../../src/run/read-check.ts';
import { changeSeeds, changeSeedsBefore, draw, nextValue } from '../../src/run/seeds.ts';
import { sentenceOf } from '../../src/run/sentences.ts';
import { targetsFor } from '../../src/run/targets.ts';
import { titleFor } from '../../src/run/title.ts';
import { locate } from '../../src/run/where.ts';

const input = (of: Partial<InputDef>): InputDef => ({ name: 'x', label: 'x', type: 'INT', required: true, advanced: false, options: {}, ...of });
const seed = input({ widget: 'seed', min: 0, max: 18446744073709551615n });

test('seeds go up and down by one with all their digits, and stop at the ends', () => {
  assert.equal(nextValue('increment', 9007199254740991, seed), 9007199254740992n);
  assert.equal(nextValue('increment', 18446744073709551614n, seed), 18446744073709551615n);
  assert.equal(nextValue('increment', 18446744073709551615n, seed), 18446744073709551615n);
  assert.equal(nextValue('decrement', 9007199254740993n, seed), 9007199254740992n);
  assert.equal(nextValue('decrement', 0, seed), 0);
  assert.equal(nextValue('fixed', 7, seed), 7);
});

test('a drawn seed is within its bounds and on its steps', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 1n << 60n), fc.bigInt(0n, 1n << 64n), fc.integer({ min: 1, max: 64 }), (a, b, step) => {
      const [min, max] = a < b ? [a, b] : [b, a];
      const drawn = BigInt(nextValue('randomize', 0, input({ widget: 'int', min, max, step })) as number | bigint);
      assert.ok(drawn >= min && drawn <= max && (drawn - min) % BigInt(step) === 0n);
    }),
  );
  const seen = new Set(Array.from({ length: 200 }, () => draw(3n)));
  assert.deepEqual([...seen].sort(), [0n, 1n, 2n]);
});

test('a seed is drawn from all that its input allows, to the last digit, and never beyond', () => {
  const MOST = (1n << 64n) - 1n;
  const ends = (def: InputDef, at: 'least' | 'most') => {
    const asked: bigint[] = [];
    const found = nextValue('randomize', 0, def, (below) => (asked.push(below), at === 'least' ? 0n : below - 1n));
    return [asked[0], found];
  };
  assert.deepEqual(ends(seed, 'most'), [1n << 64n, MOST]);
  assert.deepEqual(ends(seed, 'least'), [1n << 64n, 0]);
  assert.deepEqual(ends(input({ widget: 'seed', min: 0, max: 1125899906842624 }), 'most'), [1125899906842625n, 1125899906842624]);
  assert.deepEqual(ends(input({ widget: 'seed', min: 0, max: 2 ** 64 }), 'most'), [1n << 64n, MOST], 'an end that a float has rounded');
  assert.deepEqual(ends(input({ widget: 'int' }), 'most'), [1n << 53n, 9007199254740991]);
  assert.deepEqual(ends(input({ widget: 'int', min: MOST - 10n, max: MOST, step: 4 }), 'most'), [3n, MOST - 2n]);
  assert.deepEqual(ends(input({ widget: 'int', min: -(1n << 63n), max: (1n << 63n) - 1n }), 'most'), [1n << 64n, (1n << 63n) - 1n]);
  assert.equal(nextValue('randomize', 0, input({ widget: 'int', min: 5, max: 5 })), 5);
  assert.equal(nextValue('increment', MOST - 5n, input({ widget: 'int' })), MOST - 4n, 'no end is told');
  const high = Array.from({ length: 64 }, () => draw(1n << 64n));
  assert.ok(high.some((n) => n > 1n << 63n) && high.some((n) => n < 1n << 63n) && high.every((n) => n <= MOST));
  assert.ok(Array.from({ length: 64 }, () => draw(1n << 70n)).some((n) => n > MOST));
  assert.equal(draw(1n), 0n);
});

test('a drawn seed stands in the file as it was drawn', () => {
  const doc = new Document('{"nodes": [{"id": 1, "type": "Sample", "mode": 0, "widgets_values": [7.0, "randomize", 20]}], "links": []}');
  const big = readDefs(parse('{"Sample": {"input": {"required": {"seed": ["INT", {"min": 0, "max": 18446744073709551615, "control_after_generate": true}], "steps": ["INT", {"default": 20}]}}, "output": [], "output_name": []}}'),
    readPlans(parse('{"Sample": [["seed", "value"], ["seed", "control"], ["steps", "value"]]}')));
  for (let n = 0; n < 40; n++) changeSeeds(doc, big);
  const written = /"widgets_values": ?\[(\d+),/.exec(doc.toText())?.[1] ?? '';
  const held = (doc.nodes()[0]?.['widgets_values'] as Json[])[0];
  assert.equal(written, String(held));
  doc.undo();
  doc.redo();
  assert.equal(/"widgets_values": ?\[(\d+),/.exec(doc.toText())?.[1], written);
});

test('parts and choices have their own next values', () => {
  const part = input({ widget: 'float', type: 'FLOAT', min: 0, max: 1, step: 0.1 });
  assert.equal(nextValue('increment', 0.2, part), 0.3);
  assert.equal(nextValue('decrement', 0.05, part), 0);
  const choice = input({ widget: 'choice', choices: ['a', 'b', 'c'] });
  assert.deepEqual(['increment', 'decrement', 'increment-wrap'].map((c) => nextValue(c, 'c', choice)), ['c', 'b', 'a']);
  assert.ok(['a', 'b', 'c'].includes(nextValue('randomize', 'a', choice) as string));
  assert.equal(nextValue('increment', 'text', input({ widget: 'text', type: 'STRING' })), 'text');
});

// ------------------------------------------------------------------ a whole workflow

const DEFS = readDefs(parse(JSON.stringify({
  Sample: {
    input: { required: { seed: ['INT', { min: 0, max: 1000, control_after_generate: true }], steps: ['INT', { default: 20 }] } },
    output: ['LATENT'], output_name: ['LATENT'], name: 'Sample', display_name: 'Sampler', category: 'x', output_node: false,
  },
  Decode: { input: { required: { samples: ['LATENT'] } }, output: ['IMAGE'], output_name: ['IMAGE'], name: 'Decode', category: 'x' },
  PreviewImage: { input: { required: { images: ['IMAGE'] } }, output: [], name: 'PreviewImage', category: 'x', output_node: true },
  SaveImage: { input: { required: { images: ['IMAGE'] } }, output: [], name: 'SaveImage', category: 'x', output_node: true },
})), readPlans(parse('{"Sample": [["seed", "value"], ["seed", "control"], ["steps", "value"]], "Decode": [], "PreviewImage": [], "SaveImage": []}')));

const node = (id: number, type: string, values: Json[], mode = 0) => ({ id, type, pos: [0, 0], size: [200, 100], mode, widgets_values: values });
const open = (...nodes: object[]) => new Document(JSON.stringify({ nodes, links: [], version: 0.4 }));
const valuesOf = (doc: Document, id: number) => doc.node(id)?.['widgets_values'];

test('seeds of what ran change in one step, and of nothing else', () => {
  const doc = open(node(1, 'Sample', [5, 'increment', 20]), node(2, 'Sample', [9, 'decrement', 20]), node(3, 'Sample', [7, 'increment', 20], 2),
                   node(4, 'Sample', [1, 'fixed', 20]), node(5, 'Sample', [3, 'increment', 20]));
  changeSeeds(doc, DEFS, parse('{"1": {}, "2": {}, "3": {}, "4": {}}') as JsonObject);
  assert.deepEqual([1, 2, 3, 4, 5].map((id) => (valuesOf(doc, id) as Json[])[0]), [6, 8, 7, 1, 3]);
  doc.undo();
  assert.equal(doc.canUndo, undefined);
  assert.deepEqual(valuesOf(doc, 2), [9, 'decrement', 20]);
});

test('where seeds change before runs, the first run has those of the file', () => {
  const doc = open(node(1, 'Sample', [5, 'increment', 20]));
  const seeds = [1, 2, 3].map(() => (changeSeedsBefore(doc, DEFS), (valuesOf(doc, 1) as Json[])[0]));
  assert.deepEqual(seeds, [5, 6, 7]);
});

test('what only looks different is not checked again', () => {
  const doc = open(node(1, 'Sample', [5, 'fixed', 20]));
  const before = essenceOf(doc);
  doc.transact('move', (e) => e.set(doc.node(1) as JsonObject, 'pos', [9, 9]));
  assert.equal(essenceOf(doc), before);
  doc.transact('value', (e) => e.set(doc.node(1) as JsonObject, 'widgets_values', [6, 'fixed', 20]));
  assert.notEqual(essenceOf(doc), before);
});

test('choices in braces are seen', () => {
  assert.ok(hasChoices('["a {red|blue} ball"]'));
  assert.ok(!hasChoices('{"nodes":[{"a":"b|c"}]}'));
});

test('a node within a subgraph is found by its name', () => {
  const doc = new Document(JSON.stringify({
    nodes: [{ id: 12, type: 'sub' }], links: [],
    definitions: { subgraphs: [{ id: 'sub', nodes: [{ id: 3, type: 'Sample' }], links: [] }] },
  }));
  assert.equal(locate(doc, '12:3')?.node['type'], 'Sample');
  assert.equal(locate(doc, '12')?.node['type'], 'sub');
  for (const gone of ['3', '12:4', '13:3', '12:3:1', '']) assert.equal(locate(doc, gone), undefined);
});

test('run to a node: itself if it gives, with a preview if it makes a picture, else what comes of it', () => {
  const prompt = parse(JSON.stringify({
    9: { class_type: 'SaveImage', inputs: { images: ['12:6', 0] } },
    '12:5': { class_type: 'Sample', inputs: { seed: 1 } },
    '12:6': { class_type: 'Decode', inputs: { samples: ['12:5', 0] } },
  })) as JsonObject;
  assert.deepEqual(targetsFor(prompt, ['9'], DEFS)?.targets, ['9']);
  assert.deepEqual(targetsFor(prompt, ['12:5'], DEFS)?.targets, ['9']);
  const made = targetsFor(prompt, ['12:6'], DEFS);
  assert.deepEqual(made?.targets, ['12:6:preview']);
  assert.equal(print(made?.prompt['12:6:preview'] ?? null), '{"class_type":"PreviewImage","inputs":{"images":["12:6",0]}}');
  assert.deepEqual([...(targetsFor(prompt, ['12'], DEFS)?.targets ?? [])].sort(), ['12:6:preview', '9']);
  assert.equal(targetsFor(prompt, ['77'], DEFS), undefined);
});

// ------------------------------------------------------------------ what goes over the wire

test('the body keeps the digits of the prompt and the text of the workflow', () => {
  const prompt = '{"5":{"inputs":{"seed":18446744073709551615,"cfg":7.0}}}';
  const body = bodyOf({
    id: newId(), prompt: print(parse(prompt)), workflow: '{"nodes": [], "x": 1.50}', client: 'c', uid: 'u"', name: '名', outputs: ['5'], targets: ['5'], first: true,
  });
  assert.ok(body.includes(prompt) && body.includes('"workflow":{"nodes": [], "x": 1.50}'));
  const read = JSON.parse(body) as Record<string, unknown>;
  assert.deepEqual([read['front'], read['partial_execution_targets'], read['client_id']], [true, ['5'], 'c']);
  assert.deepEqual((read['extra_data'] as Record<string, unknown>)['limn'], { uid: 'u"', name: '名', outputs: ['5'] });
  assert.match(String(read['prompt_id']), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

// ------------------------------------------------------------------ what comes back

const ANSWER = {
  error: { type: 'prompt_outputs_failed_validation', message: 'Prompt outputs failed validation', details: '', extra_info: {} },
  node_errors: {
    1: { errors: [{ type: 'value_not_in_list', message: 'Value not in list', details: "ckpt: 'a' not in []", extra_info: { input_name: 'ckpt', received_value: 'a' } }] },
    '12:5': { errors: [
      { type: 'required_input_missing', message: 'Required input is missing', details: 'model', extra_info: { input_name: 'model' } },
      { type: 'value_smaller_than_min', message: 'm', details: 'steps', extra_info: { input_name: 'steps', input_config: ['INT', { min: 1 }], received_value: 0 } },
      { type: 'new_kind', message: 'Something new', details: 'of it', extra_info: {} },
    ] },
  },
  outputs: [], prompt: { 1: { class_type: 'x', inputs: { seed: 1 } } },
  missing_models: [{ node: '1', input: 'ckpt', name: 'a', folder: 'checkpoints', near: ['aa'] }, { node: '2', input: 'lora', name: 'b', folder: 'loras', near: [] }],
  unknown_types: [{ type: 'Nope', nodes: ['4', '6'], near: ['Node'] }],
  warnings: ['node 7: an old link was left out', 'something else'],
};

test('a check is read as problems by node and input, each once', () => {
  const { problems, checked, prompt } = readCheck(JSON.stringify(ANSWER));
  assert.deepEqual(problems.map((p) => [p.severity, p.node, p.input, p.type].join(' ')), [
    'error 1 ckpt value_not_in_list', 'error 12:5 model required_input_missing', 'error 12:5 steps value_smaller_than_min', 'error 12:5  new_kind',
    'error 4  unknown_type', 'error 6  unknown_type', 'error 2 lora value_not_in_list', 'warning 7  ', 'warning   ',
  ]);
  assert.equal(checked.missingModels.length, 2);
  assert.ok(prompt);
});

test('problems are sentences in both languages', () => {
  const { problems } = readCheck(JSON.stringify(ANSWER));
  const said = (w: typeof languages.en) => problems.map((p) => sentenceOf(p, w));
  assert.equal(said(languages.en)[2], 'steps is too small: 0, the least is 1');
  assert.equal(said(languages.zh)[2], '步数 太小：0，最小为 1');
  assert.equal(said(languages.en)[3], 'Something new: of it');
  assert.match(said(languages.en)[4] ?? '', /Nope here\. Similar: Node/);
  assert.match(said(languages.zh)[4] ?? '', /Nope。相近的有：Node/);
});

test('what a run failed with is told by its type in Chinese, and as the server says it in English', () => {
  const said = (type: string) => [languages.en, languages.zh].map((w) => sentenceOf({ message: 'no room for 4 GB', type }, w));
  assert.deepEqual(said('torch.OutOfMemoryError'), ['no room for 4 GB', '内存或显存不足：no room for 4 GB']);
  assert.deepEqual(said('constructor'), ['no room for 4 GB', 'no room for 4 GB']);
  assert.match(said('exception_during_validation').join(), /leads to a node.*不存在/);
});

test('what the server’s refusals tell by a type is said as the page speaks', () => {
  const answer = JSON.stringify({ error: { type: 'busy', message: 'there is no memory for another prompt', details: '' } });
  assert.equal(sentenceIn(answer), 'there is no memory for another prompt');
  sayFaults((type) => textAt(languages.zh.link.faults, type) ?? '');
  assert.match(sentenceIn(answer), /正忙/);
  assert.equal(sentenceIn('{"error": {"type": "toString", "message": "odd"}}'), 'odd');
  sayFaults(() => '');
});

test('a check of another shape has nothing to say', () => {
  for (const odd of ['null', '3', '[]', '{}', '{"node_errors": 3, "error": [], "warnings": {}, "missing_models": [null]}'])
    assert.equal(readCheck(odd).problems.filter((p) => p.type !== 'value_not_in_list').length, 0, odd);
});

// ------------------------------------------------------------------ what one sees

test('the title says how far the run is', () => {
  assert.equal(titleFor(0.624, true, 'a'), '▶ 62 % a – limn');
  assert.equal(titleFor(undefined, true, undefined), '▶ limn');
  assert.equal(titleFor(undefined, false, 'a'), 'a – limn');
});

test('a picture stays in its frame, and what is under the pointer stays there', () => {
  const [own, frame] = [{ width: 1000, height: 500 }, { width: 500, height: 500 }];
  assert.equal(fitting(own, frame), 0.5);
  assert.equal(fitting({ width: 10, height: 10 }, frame), 4);
  const near = zoomed({ x: 0, y: 0 }, 4, { x: 100, y: 250 }, own, frame);
  assert.deepEqual(near, { zoom: 2, x: -300, y: -250 });
  assert.deepEqual(moved(near, 10_000, -10_000, own, frame), { zoom: 2, x: 0, y: -500 });
  assert.deepEqual(zoomed(near, 0.001, { x: 0, y: 0 }, own, frame), { zoom: 0.5, x: 0, y: 125 });
});

test('what is wrong with a node that no output needs stands in nobody\'s way', () => {
  const prompt = {
    1: { class_type: 'Load', inputs: { name: 'gone' } }, 2: { class_type: 'Load', inputs: { name: 'there' } },
    3: { class_type: 'SaveImage', inputs: { images: ['2', 0] } },
  };
  const load = '"Load": {"input": {"required": {"name": [["there"]]}}, "output": ["IMAGE"], "output_name": ["IMAGE"], "name": "Load", "category": "x", "output_node": false}';
  const save = '"SaveImage": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "name": "SaveImage", "category": "x", "output_node": true}';
  const defs = readDefs(parse(`{${load}, ${save}}`), readPlans(parse('{"Load": [["name", "value"]], "SaveImage": []}')));
  const answer = (missing: string, unknown: object[] = []) => readCheck(JSON.stringify({
    prompt, outputs: ['3'], unknown_types: unknown, missing_models: [{ node: missing, input: 'name', name: 'gone', folder: 'checkpoints', near: [] }],
  }));
  const severities = (missing: string, unknown: object[] = []) => sparing(answer(missing, unknown), defs).problems.map((p) => `${p.node} ${p.severity}`);
  assert.deepEqual(severities('1'), ['1 warning']);
  assert.deepEqual(severities('2'), ['2 error']);
  assert.deepEqual(severities('1', [{ type: 'Other', nodes: ['1'], near: [] }]), ['1 error', '1 warning'], 'a class that is not here is refused with the whole prompt');
  assert.deepEqual(sparing(answer('1'), new Map()).problems.map((p) => p.severity), ['error'], 'classes that are not known may be outputs');
});
