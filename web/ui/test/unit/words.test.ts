// Words, numbers, and the choice of a language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes, percent } from '../../src/i18n/format.ts';
import { langOf } from '../../src/i18n/lang.ts';
import { languageOf, languages as page } from '../../src/i18n/languages.ts';
import { readdirSync } from 'node:fs';
import type { Both } from '../../src/i18n/both.ts';

/** Of all rooms: those of the first load, and those that bring their own. */
const folder = new URL('../../src/i18n/words/', import.meta.url);
const rooms = await Promise.all(
  readdirSync(folder).map(async (file) => Object.entries((await import(new URL(file, folder).href)) as Record<string, Both<object>>)),
);
const languages = { en: { ...page.en }, zh: { ...page.zh } } as Record<'en' | 'zh', Record<string, unknown>>;
for (const [name, room] of rooms.flat()) for (const language of ['en', 'zh'] as const) languages[language][name] = room[language];

/** Every word with its key; functions are asked with 0, 1 and 2. */
function* words(of: object, path = ''): Generator<[string, string]> {
  for (const [key, value] of Object.entries(of))
    if (typeof value === 'object') yield* words(value, `${path}${key}.`);
    else if (typeof value === 'function') for (const n of [0, 1, 2]) yield [`${path}${key}(${n})`, String(value(n, n))];
    else yield [`${path}${key}`, value];
}

test('no language has an empty word', () => {
  for (const [language, of] of Object.entries(languages))
    for (const [key, word] of words(of)) assert.ok(word.trim(), `${language}: ${key}`);
});

test('Chinese is written in Chinese', () => {
  const same = new Set(['machine.version(0)', 'machine.version(1)', 'machine.version(2)', 'locale', 'language.short']);
  for (const [key, word] of words(languages.zh)) if (!same.has(key.replace(/^shell\./, '')) && /\p{L}/u.test(word)) assert.match(word, /\p{Script=Han}/u, key);
});

test('the glossary is kept: no word stands in zh that it forbids', () => {
  for (const [key, word] of words(languages.zh)) assert.doesNotMatch(word, /链接|插槽|静音|检查点|组节点|清除待处理|打包文件|以前的保存|字段/, key);
});

test('a browser that asks for Chinese first is answered in Chinese', () => {
  assert.equal(languageOf(['zh-CN', 'en']), 'zh');
  assert.equal(languageOf(['zh-Hant-TW']), 'zh');
  assert.equal(languageOf(['fr', 'ZH', 'en']), 'zh');
});

test('all others are answered in English', () => {
  for (const list of [[], ['fr'], ['en-GB', 'zh'], ['zhuang'], ['fr', 'de']]) assert.equal(languageOf(list), 'en');
});

test('sizes have one to three figures', () => {
  const said = [0, 999, 1000, 1024, 9.94 * 1024, 9.96 * 1024, 999 * 1024, 25276502016, 2 ** 60].map(bytes);
  assert.deepEqual(said, ['0 B', '999 B', '1.0 KB', '1.0 KB', '9.9 KB', '10 KB', '999 KB', '24 GB', '1048576 TB']);
});

test('shares are percents', () => assert.deepEqual([0, 0.504, 1.2].map(percent), ['0 %', '50 %', '120 %']));

test('which language a text is in, where it is not the page’s', () => {
  assert.deepEqual(['KSampler', 'K 采样器', 'VAE', 'x', '7', ''].map((t) => langOf(t, 'zh')), ['en', undefined, 'en', undefined, undefined, undefined]);
  assert.deepEqual(['KSampler', '采样器', 'ノイズ'].map((t) => langOf(t, 'en')), [undefined, 'zh-Hans', 'ja']);
});
