// Looks: every screen in both languages and both themes, compared with what it was (test/looks), and what holds of it at three
// sizes of the window and for assistive technology. Pages are set in rectangles (font.ts), so no machine's fonts matter; pictures
// are kept as means of 10 by 10 pixels. With KEEP=FOLDER the pictures are written there instead: they are what will be compared.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { visit } from './browser.ts';
import { layoutFaults } from './layout.ts';
import { dialogs, screens, type Screen } from './screens.ts';
import type { Served } from './served.ts';
import { contrastFaults, faults, type Story } from './shell.ts';
import { steady } from './steady.ts';

const KEPT = join(import.meta.dirname, '../looks');
const KEEP = process.env['KEEP'];
const CELL = 10; // pixels
const LEAST = 16; // of 255: less is how sharp a machine draws letters, which fontconfig decides
const MOST = 8; // cells of another colour
const REST_MS = 5000; // in which a screen comes to look as it should, if it is only late

const languages = { English: 'en-GB', Chinese: 'zh-CN' } as const;
const themes = ['light', 'dark'] as const;
const SIZES = [{ width: 1440, height: 900 }, { width: 1024, height: 700 }, { width: 390, height: 844 }];

const still = (page: Page) => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));

/** Means of squares, as a small PNG; and how many of them differ from those of another such picture. */
function means(page: Page, png: Buffer, before: Buffer | undefined): Promise<{ small: string; changed: number; where: string }> {
  return page.evaluate(async ({ png, before, CELL, LEAST }) => {
    const read = async (base64: string) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const paint = canvas.getContext('2d', { willReadFrequently: true });
      if (!paint) throw new Error('no canvas');
      paint.drawImage(bitmap, 0, 0);
      return paint.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    const whole = await read(png);
    const [columns, rows] = [Math.ceil(whole.width / CELL), Math.ceil(whole.height / CELL)];
    const small = new ImageData(columns, rows);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const sum = [0, 0, 0];
        let n = 0;
        for (let j = y * CELL; j < Math.min(whole.height, (y + 1) * CELL); j++)
          for (let i = x * CELL; i < Math.min(whole.width, (x + 1) * CELL); i++, n++)
            for (let c = 0; c < 3; c++) sum[c] = (sum[c] ?? 0) + (whole.data[4 * (j * whole.width + i) + c] ?? 0);
        for (let c = 0; c < 4; c++) small.data[4 * (y * columns + x) + c] = c === 3 ? 255 : Math.round((sum[c] ?? 0) / n);
      }
    const canvas = new OffscreenCanvas(columns, rows);
    canvas.getContext('2d')?.putImageData(small, 0, 0);
    const packed = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
    const old = before ? await read(before) : undefined;
    const same = old?.width === columns && old.height === rows;
    let [changed, left, top, right, bottom] = [same ? 0 : columns * rows, columns, rows, 0, 0];
    if (same)
      for (let i = 0; i < columns * rows; i++)
        if ([0, 1, 2].some((c) => Math.abs((old.data[4 * i + c] ?? 0) - (small.data[4 * i + c] ?? 0)) > LEAST)) {
          changed++;
          [left, right] = [Math.min(left, i % columns), Math.max(right, i % columns)];
          [top, bottom] = [Math.min(top, Math.floor(i / columns)), Math.max(bottom, Math.floor(i / columns))];
        }
    const where = `${left * CELL}, ${top * CELL} to ${(right + 1) * CELL}, ${(bottom + 1) * CELL}`;
    return { small: btoa(Array.from(packed, (b) => String.fromCharCode(b)).join('')), changed, where };
  }, { png: png.toString('base64'), before: before?.toString('base64'), CELL, LEAST });
}

/** Against the picture of this name; one that differs when it is looked at again is kept for a person to look at. */
async function compare(page: Page, blank: Page, name: string): Promise<string[]> {
  const file = join(KEPT, `${name}.png`);
  assert.ok(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight), 'the page as a whole is no longer than its window');
  const before = existsSync(file) ? readFileSync(file) : undefined;
  let png = await page.screenshot();
  let { small, changed, where } = await means(blank, png, before);
  for (const end = Date.now() + REST_MS; before && changed > MOST && Date.now() < end; ) {
    await new Promise((next) => setTimeout(next, 250));
    png = await page.screenshot();
    ({ small, changed, where } = await means(blank, png, before));
  }
  if (KEEP) {
    mkdirSync(KEEP, { recursive: true });
    writeFileSync(join(KEEP, `${name}.png`), Buffer.from(small, 'base64'));
    return [];
  }
  if (before && changed <= MOST) return [];
  const seen = join(tmpdir(), `limn-look-${name}.png`);
  writeFileSync(seen, png);
  return [before ? `${name} looks different: ${changed} cells of ${CELL} pixels, from ${where}; see ${seen}` : `${name} has no picture in test/looks; see ${seen}`];
}

async function atAllSizes(page: Page, screen: Screen): Promise<string[]> {
  const found: string[] = [];
  const first = page.viewportSize();
  for (const size of screen.options ? [first, { width: 844, height: 390 }] : SIZES) {
    if (!size) continue;
    await page.setViewportSize(size);
    await still(page);
    found.push(...(await layoutFaults(page)).map((f) => `${size.width} × ${size.height}: ${f}`));
  }
  if (first) await page.setViewportSize(first);
  await still(page);
  return found;
}

/** In the themes that differ from the first one only by their colours. */
async function contrastsIn(page: Page, theme: string): Promise<string[]> {
  await page.evaluate((theme) => {
    const { dataset } = document.documentElement;
    dataset['theme'] = theme;
    dataset['contrast'] = theme === 'contrast' ? 'more' : '';
  }, theme);
  return (await contrastFaults(page)).map((f) => `${theme}: ${f}`);
}

async function lookAt(browser: Browser, any: Served, name: string, screen: Screen, locale: string) {
  const served = await any.another();
  const v = await visit(browser, served.url, { locale, colorScheme: 'light', reducedMotion: 'reduce', ...screen.options }, steady);
  const blank = await (await browser.newContext()).newPage();
  const found: string[] = [];

  await screen.open(v.page, served);
  for (const colorScheme of themes) {
    await v.page.emulateMedia({ colorScheme });
    await still(v.page);
    found.push(...(await compare(v.page, blank, `${name}-${locale.slice(0, 2)}-${colorScheme}`)));
  }
  found.push(...(await atAllSizes(v.page, screen)), ...(await faults(v.page)));
  for (const theme of ['light', 'grey', 'contrast']) found.push(...(await contrastsIn(v.page, theme)));
  v.clean();
  await v.close();
  await blank.context().close();
  await served.done();
  assert.deepEqual(found, []);
}

/** Each dialog, opened and left again: nothing of it stands in anybody's way. */
function allDialogs(locale: string): Story {
  return async (browser, served) => {
    const v = await visit(browser, served.url, { locale, colorScheme: 'dark', reducedMotion: 'reduce' }, steady);
    const found: string[] = [];
    await v.page.locator('.body').first().waitFor();
    for (const [name, dialog] of Object.entries(dialogs)) {
      await dialog.open(v.page);
      await still(v.page);
      const here = [...(await faults(v.page)), ...(await layoutFaults(v.page))];
      await v.page.setViewportSize({ width: 390, height: 844 });
      await still(v.page);
      here.push(...(await layoutFaults(v.page)).map((f) => `390: ${f}`));
      await v.page.setViewportSize({ width: 1440, height: 900 });
      for (const theme of ['light', 'grey', 'contrast', 'dark']) here.push(...(await contrastsIn(v.page, theme)));
      found.push(...here.map((f) => `${name}: ${f}`));
      await v.page.keyboard.press(dialog.leave ?? 'Escape');
      await v.page.waitForFunction(() => !document.querySelector('dialog[open], .menu, :popover-open, .properties'));
    }
    v.clean();
    await v.close();
    assert.deepEqual(found, []);
  };
}

export const looks: Record<string, Story> = Object.fromEntries(
  Object.entries(languages).flatMap(([language, locale]) => [
    ...Object.entries(screens).map(([name, screen]): [string, Story] => [`the look of ${name}, in ${language}`, (browser, served) => lookAt(browser, served, name, screen, locale)]),
    [`no dialog stands in anybody’s way, in ${language}`, allDialogs(locale)] as [string, Story],
  ]),
);
