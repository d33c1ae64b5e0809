// Finding classes: by words of both languages, by pinyin, by what a link needs; and how long it takes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { match } from '../../src/app/match.ts';
import type { Defs, NodeDef } from '../../src/defs/def.ts';
import { categoryTitle, classTitle, loadNames, nodeTitle, slotLabel } from '../../src/defs/labels.ts';
import { ownClasses, withOwn } from '../../src/defs/own.ts';
import { findSounds, soundsIn, soundsOf } from '../../src/defs/pinyin.ts';
import { readDefs } from '../../src/defs/read.ts';
import { placeFor, search, type Wanted } from '../../src/defs/search.ts';
import { parentOf, rowsOfTree, treeOf, type TreeRow } from '../../src/defs/tree.ts';
import { zhCategories, zhNodes } from '../../src/defs/zh-nodes.ts';
import { matches } from '../../src/widgets/rows.ts';

await loadNames('zh');
const NODES = join(import.meta.dirname, '../../../../nodes');
const sources = readdirSync(NODES).filter((f) => f.endsWith('.c')).map((f) => readFileSync(join(NODES, f), 'utf8'));
const declared = sources.flatMap((text) => [...text.matchAll(/LIMN_NODE\(\s*\.name\s*=\s*"([^"]+)"/g)].map((m) => m[1] ?? ''));
const categories = sources.flatMap((text) => [...text.matchAll(/\.category\s*=\s*"([^"]+)"/g)].map((m) => m[1] ?? ''));

const classes: [name: string, title: string, category: string, inputs: string[], outputs: string[]][] = [
  ['KSampler', 'KSampler', 'sampling', ['MODEL', 'CONDITIONING', 'LATENT'], ['LATENT']],
  ['KSamplerAdvanced', 'KSampler (Advanced)', 'sampling', ['MODEL', 'LATENT'], ['LATENT']],
  ['ImageScale', 'Upscale Image', 'image/upscaling', ['IMAGE'], ['IMAGE']],
  ['ImageScaleBy', 'Upscale Image By', 'image/upscaling', ['IMAGE'], ['IMAGE']],
  ['LatentUpscale', 'Upscale Latent', 'latent', ['LATENT'], ['LATENT']],
  ['VAEDecode', 'VAE Decode', 'latent', ['LATENT', 'VAE'], ['IMAGE']],
  ['VAELoader', 'Load VAE', 'loaders', [], ['VAE']],
  ['CheckpointLoaderSimple', 'Load Checkpoint', 'loaders', [], ['MODEL', 'CLIP', 'VAE']],
  ['SaveImage', 'Save Image', 'image', ['IMAGE'], []],
  ['PreviewAny', 'Preview Any', 'utils', ['*'], []],
  ['ConditioningCombine', 'Conditioning (Combine)', 'conditioning', ['CONDITIONING', 'CONDITIONING'], ['CONDITIONING']],
  ['ImageBlend', 'ImageBlend', 'image/postprocessing', ['IMAGE', 'IMAGE'], ['IMAGE']],
];
const made = (list: typeof classes): Defs =>
  readDefs(Object.fromEntries(list.map(([name, title, category, inputs, outputs]) => [name, {
    display_name: title, category, input: { required: Object.fromEntries(inputs.map((t, i) => [`in${i}`, [t]])) }, output: outputs,
  }])));
const defs = made(classes);
const find = (query: string, wanted?: Wanted, uses: [string, number][] = []) => search(defs, { query, wanted: wanted ? [wanted] : [], uses: new Map(uses) }).map((d) => d.name);

test('every class of limn has a Chinese title', () => {
  assert.ok(declared.length > 70, String(declared.length));
  const lacking = [...declared, ...ownClasses.map((d) => d.name)].filter((name) => !zhNodes[name]);
  assert.deepEqual(lacking, [], 'add them to src/defs/zh-nodes.ts');
});

test('every part of their categories has a Chinese name', () => {
  const lacking = new Set(categories.flatMap((c) => c.split('/')).filter((p) => !zhCategories[p]));
  assert.deepEqual([...lacking], [], 'add them to src/defs/zh-nodes.ts');
});

test('two classes of limn are never called the same', () => {
  const titles = declared.map((name) => zhNodes[name]);
  assert.deepEqual(titles.filter((t, i) => titles.indexOf(t) !== i), []);
});

test('the beginning of a title is found first', () => {
  assert.deepEqual(find('upsc').slice(0, 3).sort(), ['ImageScale', 'ImageScaleBy', 'LatentUpscale']);
  assert.equal(find('ksampler')[0], 'KSampler');
  assert.equal(find('upscale image')[0], 'ImageScale');
  assert.equal(find('SAVE')[0], 'SaveImage');
  const near = made([['ImageOnlyLoader', 'Load Video', 'loaders', [], ['MODEL']], ['LoadImage', 'Load Image', 'image', [], ['IMAGE']]]);
  assert.equal(search(near, { query: 'load image', uses: new Map() })[0]?.name, 'LoadImage');
});

test('words are found in any order, letters with gaps, and initials', () => {
  assert.equal(find('image upscale by')[0], 'ImageScaleBy');
  assert.equal(find('vdc')[0], 'VAEDecode');
  assert.equal(find('ksa')[0], 'KSampler');
  assert.ok(find('ksa').includes('KSamplerAdvanced'));
  assert.deepEqual(find('zzzz'), []);
});

test('Chinese words, pinyin and its initials find the same', () => {
  for (const query of ['放大', 'fangda', 'fd', 'fangd', 'fda']) {
    const found = find(query).slice(0, 3).sort();
    assert.deepEqual(found, ['ImageScale', 'ImageScaleBy', 'LatentUpscale'], query);
  }
  for (const query of ['采样器', 'cyq', 'caiyangqi', 'caiyq']) assert.deepEqual(find(query).slice(0, 2), ['KSampler', 'KSamplerAdvanced'], query);
  assert.equal(find('jiazaidmx')[0], 'CheckpointLoaderSimple');
  assert.equal(find("cai'yang'qi")[0], 'KSampler'); // as an input method shows it meanwhile
});

test('what a Chinese keyboard writes wide is what another writes narrow, in every list', () => {
  for (const query of ['K 采样器（高级）', 'k 采样器(高级)', 'ＫＳａｍｐｌｅｒ　（ａｄｖ']) assert.equal(find(query)[0], 'KSamplerAdvanced', query);
  for (const query of ['（高', '(高']) {
    assert.ok(match(query, 'K 采样器（高级）') > 0, query);
    assert.ok(matches('K 采样器（高级）', query), query);
  }
});

test('a category is found by its name, and alone by #', () => {
  assert.deepEqual(find('#loaders').sort(), ['CheckpointLoaderSimple', 'VAELoader']);
  assert.equal(find('#加载 vae')[0], 'VAELoader');
  assert.equal(find('vae #loaders')[0], 'VAELoader');
});

test('what was used more comes first among what is found as well', () => {
  assert.equal(find('upscale', undefined, [['LatentUpscale', 9]])[0], 'LatentUpscale');
  assert.equal(find('', undefined, [['VAEDecode', 2], ['SaveImage', 5]]).slice(0, 3).join(), 'SaveImage,VAEDecode,CheckpointLoaderSimple');
});

test('a link is offered first what takes nothing else, then what is used most, at last what takes anything', () => {
  const found = find('', { type: 'IMAGE', direction: 'out' }, [['SaveImage', 3], ['ImageBlend', 9]]);
  assert.equal(found[0], 'SaveImage');
  assert.deepEqual(found.slice(-2), ['ImageBlend', 'PreviewAny']);
  assert.ok(!found.includes('VAEDecode'));
  assert.deepEqual(find('', { type: 'VAE', direction: 'in' }), ['VAELoader', 'CheckpointLoaderSimple']);
  assert.deepEqual(find('load', { type: 'VAE', direction: 'in' }), ['VAELoader', 'CheckpointLoaderSimple']);
  const between: Wanted[] = [{ type: 'LATENT', direction: 'out' }, { type: 'LATENT', direction: 'in' }];
  assert.deepEqual(search(defs, { query: '', wanted: between, uses: new Map() }).map((d) => d.name), ['LatentUpscale', 'KSampler', 'KSamplerAdvanced']);
  assert.equal(placeFor(defs.get('KSampler') as NodeDef, { type: 'AUDIO', direction: 'out' }), 0);
});

test('what should not be used any more is found by its whole name only, what nothing runs not at all', () => {
  const old = readDefs({ Old: { deprecated: true, display_name: 'Old Thing' }, Older: {}, Oldest: { dev_only: true } });
  const names = (query: string) => search(old, { query, uses: new Map() }).map((d) => d.name);
  assert.deepEqual([names('thing'), names(''), names('old')], [[], ['Older'], ['Old', 'Older']]);
});

test('the table of sounds knows the words of this page', () => {
  const told = { 采样器: 'cai yang qi', 潜空间: 'qian kong jian', 种子: 'zhong zi', 遮罩: 'zhe zhao', 绿: 'lv', 旅: 'lv', 女: 'nv', 略: 'lve', 座: 'zuo', 啊: 'a', 羽化: 'yu hua', 噪声: 'zao sheng', 锐: 'rui' };
  for (const [text, sounds] of Object.entries(told)) assert.equal(soundsIn(text).map((s) => s[0]).join(' '), sounds, text);
  assert.deepEqual(soundsOf('重'), ['zhong', 'chong']);
  assert.deepEqual(soundsOf('x'), ['x']);
});

test('a query may give some letters of each sound', () => {
  const text = soundsIn('K 采样器（高级）');
  assert.deepEqual(['kcyq', 'cyq', 'caiyangqi', 'cyqgj', 'gaoj', 'qcy', 'cyqx'].map((q) => findSounds(q, text)), [0, 1, 1, 1, 4, -1, -1]);
});

test('the canvas has classes of its own, which a server may have too', () => {
  const all = withOwn(readDefs({ Note: { display_name: 'Server Note' } }));
  assert.equal(all.get('Note')?.title, 'Server Note');
  assert.ok(all.has('Reroute'));
});

test('names that a person gave are kept, all others are said in their language', () => {
  assert.equal(slotLabel('steps', 'steps', 'zh'), '步数');
  assert.equal(slotLabel('steps', 'Steps', 'zh', 'Steps'), '步数');
  assert.equal(slotLabel('steps', 'my steps', 'zh'), 'my steps');
  assert.equal(slotLabel('unheard', 'unheard', 'zh'), 'unheard');
  assert.equal(classTitle({ name: 'VAEDecode', title: 'VAE Decode' }, 'en'), 'VAE Decode');
  assert.equal(nodeTitle('VAEDecode', 'VAE Decode', 'VAE Decode', 'zh'), 'VAE 解码');
  assert.equal(nodeTitle('VAEDecode', 'mine', 'VAE Decode', 'zh'), 'mine');
  assert.equal(categoryTitle('image/upscaling', 'zh'), '图像 / 放大');
  assert.equal(categoryTitle('_for_testing', 'en'), 'for testing');
});

const said = (rows: readonly TreeRow[]) => rows.map((r) => `${r.level}${r.kind === 'branch' ? `${r.branch.path} ${r.branch.count}` : r.def.name}`);

test('classes stand in a tree of categories, of which some are open', () => {
  const tree = treeOf(defs);
  assert.deepEqual(said(rowsOfTree(tree, new Set())), ['1loaders 2', '1conditioning 1', '1sampling 2', '1latent 2', '1image 4', '1utils 1']);
  const rows = rowsOfTree(tree, new Set(['image', 'image/upscaling', 'gone']));
  assert.deepEqual(said(rows).slice(4, 10), ['1image 4', '2image/postprocessing 1', '2image/upscaling 2', '3ImageScale', '3ImageScaleBy', '2SaveImage']);
  assert.deepEqual([parentOf(rows, 7), parentOf(rows, 6), parentOf(rows, 4)], [6, 4, 4]);
});

test('a class without a category stands at the end, one that should not be used nowhere', () => {
  const odd = treeOf(readDefs({ A: { display_name: 'A' }, B: { category: '//x//' }, C: { deprecated: true } }));
  assert.deepEqual(said(rowsOfTree(odd, new Set())), ['1x 1', '1A']);
});

test('a letter is answered in time among a thousand classes', () => {
  const many = made(Array.from({ length: 1000 }, (_, i) => {
    const [name, title, category, inputs, outputs] = classes[i % classes.length] ?? ['', '', '', [], []];
    return [`${name}${i}`, `${title} ${i}`, category, inputs, outputs];
  }));
  const ask = (query: string) => search(many, { query, uses: new Map() });
  const queries = ['u', 'up', 'ups', 'cyq', 'fd', 'scale image', 'xqz', '放大'];
  ask('warm');
  for (let i = 0; i < 5; i++) queries.forEach(ask);
  const before = process.cpuUsage();
  for (let i = 0; i < 10; i++) queries.forEach(ask);
  const spent = process.cpuUsage(before);
  const each = (spent.user + spent.system) / 1000 / 10 / queries.length;
  assert.ok(each < 5, `${each.toFixed(2)} ms`);
});
