// What things are called and what is said of them: in English, in Chinese, by both names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDefs } from '../../src/defs/read.ts';
import { categoryTitle, classTitle, loadNames, nodeTitle, sentence, slotLabel } from '../../src/defs/labels.ts';
import { sumOf } from '../../src/defs/said.ts';
import { zhSaid } from '../../src/defs/zh-said.ts';
import { parse } from '../../src/doc/json.ts';
import { LIMN, limn } from './limn.ts';

await loadNames('zh');

test('both names stand side by side, and one that has the other in it stands alone', () => {
  assert.equal(classTitle({ name: 'KSampler', title: 'KSampler' }, 'both'), 'K 采样器 KSampler');
  assert.equal(classTitle({ name: 'FreeU', title: 'FreeU' }, 'both'), 'FreeU');
  assert.equal(slotLabel('steps', 'steps', 'both'), '步数 steps');
  assert.equal(slotLabel('clip', 'clip', 'both'), 'CLIP');
  assert.equal(categoryTitle('image/upscaling', 'both'), '图像 image / 放大 upscaling');
  assert.equal(classTitle({ name: 'Stranger', title: 'A stranger' }, 'both'), 'A stranger');
});

test('what a person wrote stays as it is, by both names, too', () => {
  assert.equal(nodeTitle('KSampler', 'Second pass', 'KSampler', 'both'), 'Second pass');
  assert.equal(nodeTitle('KSampler', 'KSampler', 'KSampler', 'both'), 'K 采样器 KSampler');
  assert.equal(slotLabel('steps', 'How many', 'both'), 'How many');
});

test('sentences are Chinese where there is one, and English else', () => {
  const text = 'The same seed gives the same picture.';
  assert.equal(sentence(text, 'zh'), '种子相同，生成的图像就相同。');
  assert.equal(sentence(text, 'both'), '种子相同，生成的图像就相同。');
  assert.equal(sentence(text, 'en'), text);
  assert.equal(sentence('Of a plugin.', 'zh'), 'Of a plugin.');
  assert.equal(sentence(undefined, 'zh'), undefined);
});

test('no two sentences have one sum, and each is written in Chinese', () => {
  const all = Object.entries(zhSaid);
  assert.equal(new Set(all.map(([text]) => sumOf(text))).size, all.length);
  for (const [text, zh] of all) assert.match(zh, /\p{Script=Han}.*。$/u, text);
});

test('every sentence of limn’s classes, their inputs and outputs has a Chinese one, and the table has no others', { skip: !LIMN }, () => {
  const defs = [...readDefs(parse(limn('nodes', '--json', '--no-plugins'))).values()];
  const told = new Set(defs.flatMap((d) => [d.doc, ...d.inputs.map((i) => i.tooltip), ...d.outputs.map((o) => o.tooltip)]).filter((t) => t));
  assert.ok(told.size > 200, String(told.size));
  assert.deepEqual([...told].filter((t) => !zhSaid[t ?? '']), [], 'add them to src/defs/zh-said.ts');
  assert.deepEqual(Object.keys(zhSaid).filter((t) => !told.has(t) && !t.startsWith('limn has no')), [], 'nobody says these any more');
});
