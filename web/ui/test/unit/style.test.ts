// The colours of tokens.css against WCAG 2.2: text 4.5 to 1, what only marks 3 to 1.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('../../src/style/tokens.css', import.meta.url), 'utf8');

function pair(token: string): [string, string] {
  const found = new RegExp(`--${token}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  assert.ok(found?.[1] && found[2], token);
  return [found[1], found[2]];
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

for (const [least, tokens] of [
  [4.5, ['text', 'text-2', 'text-3', 'accent', 'ok', 'warn', 'error', 'bypass']],
  [3, ['control']],
] as const)
  for (const token of tokens)
    test(`${token} is read on every ground, light and dark`, () => {
      for (const ground of ['canvas', 'node', 'title'])
        for (const theme of [0, 1] as const) {
          const ratio = contrast(pair(token)[theme], pair(ground)[theme]);
          assert.ok(ratio >= least, `${token} on ${ground}: ${ratio.toFixed(2)}`);
        }
    });

test('no style sheet but tokens.css names a colour', () => {
  const folder = new URL('../../src/style/', import.meta.url);
  const sheets = readdirSync(folder).filter((f) => f.endsWith('.css') && f !== 'tokens.css');
  assert.ok(sheets.length > 5);
  for (const name of sheets) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b|rgba?\(/i, name);
  }
});
