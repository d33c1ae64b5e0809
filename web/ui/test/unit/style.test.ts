// The colours of tokens.css against WCAG 2.2, in every theme: text 4.5 to 1, what only marks 3 to 1, both 7 to 1 in high
// contrast; on every ground, and on the tints that mark what is chosen.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../../src/style/tokens.css', import.meta.url), 'utf8');

type Rgb = readonly [number, number, number]; // 0 to 1, as CSS writes them
type Tokens = ReadonlyMap<string, string>;

/** What the block with this selector sets. */
function block(selector: string): Map<string, string> {
  const from = css.indexOf(`${selector} {`);
  assert.ok(from >= 0, selector);
  return new Map([...css.slice(from, css.indexOf('}', from)).matchAll(/--([\w-]+): ([^;]+);/g)].map((m) => [m[1] ?? '', m[2] ?? '']));
}

const plain = block(':root');
const both = (tokens: Tokens, scheme: 0 | 1): Tokens =>
  new Map([...tokens].map(([name, value]) => [name, /^light-dark\((#\w+), (#\w+)\)$/.exec(value)?.[scheme + 1] ?? value]));
const more = new Map([...plain, ...block(':root[data-contrast="more"]')]);
const themes: readonly (readonly [string, Tokens])[] = [
  ['light', both(plain, 0)],
  ['dark', both(plain, 1)],
  ['grey', new Map([...both(plain, 0), ...block(':root[data-theme="grey"]')])],
  ['high contrast, light', both(more, 0)],
  ['high contrast, dark', both(more, 1)],
];

const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const curved = (c: number) => (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
const luminance = ([r, g, b]: Rgb) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
const mix = (a: Rgb, part: number, b: Rgb): Rgb => [0, 1, 2].map((i) => (a[i] ?? 0) * part + (b[i] ?? 0) * (1 - part)) as unknown as Rgb;

function rgb(tokens: Tokens, name: string): Rgb {
  const hex = tokens.get(name) ?? '';
  assert.match(hex, /^#[0-9a-f]{6}$/, name);
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as unknown as Rgb;
}

function contrast(a: Rgb, b: Rgb): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Source: Ottosson, "A perceptual color space for image processing", 2020. */
function oklch(l: number, c: number, hue: number): Rgb {
  const [a, b] = [c * Math.cos((hue * Math.PI) / 180), c * Math.sin((hue * Math.PI) / 180)];
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((v) => v ** 3) as unknown as Rgb;
  return [4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z, -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z, -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z]
    .map((v) => curved(Math.min(1, Math.max(0, v)))) as unknown as Rgb;
}

const GROUNDS = ['canvas', 'node', 'title', 'field'];
const TEXTS = ['text', 'text-2', 'text-3', 'accent', 'ok', 'warn', 'error', 'bypass'];
const MARKS = ['control', ...[...plain.keys()].filter((t) => t.startsWith('type-'))];
/** Text, what tints its ground, how much of it, and that ground: as the sheets have them. */
const TINTS: readonly (readonly [string, string, number, string])[] = [
  ['text', 'accent', 0.18, 'node'], ['text-2', 'accent', 0.18, 'node'], ['text', 'accent', 0.1, 'node'],
  ['text-2', 'text-3', 0.18, 'title'], ['bypass', 'bypass', 0.1, 'title'], ['error', 'error', 0.12, 'node'], ['text', 'accent', 0.22, 'field'],
];

for (const [theme, tokens] of themes) {
  const strong = theme.startsWith('high');
  const colour = (name: string) => rgb(tokens, name);
  const holds = (what: string, a: Rgb, b: Rgb, least: number) => {
    const ratio = contrast(a, b);
    assert.ok(ratio >= (strong ? 7 : least), `${theme}: ${what}: ${ratio.toFixed(2)}`);
  };

  test(`every text is read on every ground: ${theme}`, () => {
    for (const text of TEXTS) for (const ground of GROUNDS) holds(`${text} on ${ground}`, colour(text), colour(ground), 4.5);
    for (const ground of ['accent', 'ok', 'warn', 'error', 'text-3']) holds(`node on ${ground}`, colour('node'), colour(ground), 4.5);
  });

  test(`every mark is seen on the canvas, on nodes and on titles: ${theme}`, () => {
    for (const mark of MARKS) for (const ground of ['canvas', 'node', 'title']) holds(`${mark} on ${ground}`, colour(mark), colour(ground), 3);
    assert.ok(contrast(colour('accent'), mix(colour('accent'), 0.16, colour('node'))) >= 3, 'a button that is pressed');
  });

  test(`a kind of value that nobody has heard of is seen: ${theme}`, () => {
    const dark = luminance(colour('canvas')) < 0.2;
    for (let hue = 0; hue < 360; hue++)
      for (const ground of ['canvas', 'node', 'title']) holds(`hue ${hue} on ${ground}`, oklch(dark ? 0.78 : 0.4, 0.12, hue), colour(ground), 3);
  });

  test(`what is chosen is read on its tint: ${theme}`, () => {
    for (const [text, tint, part, ground] of TINTS) {
      const ratio = contrast(colour(text), mix(colour(tint), part, colour(ground)));
      assert.ok(ratio >= 4.5, `${theme}: ${text} on ${part} ${tint} over ${ground}: ${ratio.toFixed(2)}`);
    }
  });
}

test('every theme says every colour, a palette of the system, too', () => {
  const colours = [...plain].filter(([, value]) => value.startsWith('light-dark(#')).map(([name]) => name).filter((n) => n !== 'veil');
  assert.ok(colours.length > 30);
  for (const selector of [':root[data-theme="grey"]', ':root[data-contrast="more"]', ':root:root'])
    assert.deepEqual(colours.filter((c) => !block(selector).has(c)), [], selector);
});

test('no style sheet but tokens.css names a colour', () => {
  const folder = new URL('../../src/style/', import.meta.url);
  const sheets = readdirSync(folder).filter((f) => f.endsWith('.css') && f !== 'tokens.css');
  assert.ok(sheets.length > 5);
  for (const name of sheets) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b|rgba?\(/i, name);
    assert.ok(text.split('\n').length <= 301, `${name} is longer than 300 lines`);
  }
});
