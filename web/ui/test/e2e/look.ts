// look.ts LIMN ROOT CHROMIUM FOLDER [NAME]: pictures of the page's screens, dark in English and light in Chinese, for people
// to look at; docs/pictures has those of the last time.
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launch, visit, type Visit } from './browser.ts';
import { serve, type Served } from './served.ts';

const [limn = '', root = '', browser = '', folder = '.', only = ''] = process.argv.slice(2);
const looks = [
  { theme: 'dark', locale: 'en-GB', colorScheme: 'dark' },
  { theme: 'light', locale: 'zh-CN', colorScheme: 'light' },
] as const;

const either = (...names: string[]) => new RegExp(`^(${names.join('|')})`);
const button = (page: Page, ...names: string[]) => page.getByRole('button', { name: either(...names) }).first();

async function ran(page: Page) {
  await page.locator('.body').first().waitFor();
  await page.keyboard.press('Control+Enter');
  await page.locator('.body img').first().waitFor();
  await page.locator('.queue[data-state="idle"]').waitFor();
}

async function drop(page: Page, name: string, text: string) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text ?? ''], name ?? ''));
    return data;
  }, [name, text]);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
}

/** A picture of the server's own, on a node that loads it. */
async function loadPicture(page: Page) {
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(768, 512);
    const paint = canvas.getContext('2d');
    for (const [colour, x, y, r] of [['#3b6ea5', 384, 256, 600], ['#e8c15a', 540, 150, 70], ['#2f4f3a', 300, 520, 240], ['#b2533e', 420, 330, 90]] as const) {
      if (!paint) return;
      paint.fillStyle = colour;
      paint.beginPath();
      paint.arc(x, y, r, 0, 7);
      paint.fill();
    }
    const form = new FormData();
    form.set('image', await canvas.convertToBlob(), 'harbour.png');
    form.set('overwrite', 'true');
    await fetch('upload/image', { method: 'POST', body: form });
  });
  const node = { id: 1, type: 'LoadImage', pos: [0, 0], size: [320, 330], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], widgets_values: ['harbour.png', 'image'] };
  await drop(page, 'harbour.json', JSON.stringify({ nodes: [node], links: [], version: 0.4 }));
  await button(page, 'Edit mask', '编辑遮罩').click();
}

const screens: Record<string, (page: Page) => Promise<unknown>> = {
  main: ran,
  'add-node': async (page) => {
    await page.locator('.body').first().waitFor();
    await page.keyboard.press('/');
    await page.getByRole('combobox').or(page.getByRole('searchbox')).first().waitFor();
    await page.keyboard.type('upsc');
  },
  gallery: async (page) => {
    for (let i = 0; i < 3; i++) await ran(page);
    await button(page, 'Gallery', '图库').click();
    const tiles = page.locator('.gallery-panel .tile[role="option"]');
    await tiles.nth(1).waitFor();
    await tiles.nth(0).click();
    await tiles.nth(1).click({ modifiers: ['Control'] });
    await button(page, 'Compare', '比较', '对比').click();
    await page.locator('dialog[open] img').first().waitFor();
  },
  mask: async (page) => {
    await loadPicture(page);
    const canvas = page.locator('.mask-editor canvas.tint');
    const box = await canvas.boundingBox();
    if (!box) return;
    await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.66, { steps: 8 });
    await page.mouse.up();
  },
  templates: async (page) => {
    await page.locator('.body').first().waitFor();
    await page.getByRole('menuitem', { name: either('File', '文件') }).first().click();
    await page.getByRole('menuitem', { name: either('Templates', '模板') }).first().click();
    await page.locator('dialog[open] img').first().waitFor();
  },
  app: inApp,
  phone: async (page) => {
    await button(page, 'Run', '运行').click();
    await page.locator('.linear img').first().waitFor();
  },
};

/** The App view, with a picture that it painted. */
async function inApp(page: Page) {
  await button(page, 'App', '应用').click();
  await page.keyboard.press('Control+Enter');
  await page.locator('.linear img').first().waitFor();
}

/** As WebP, which the browser makes. */
async function keep(blank: Page, page: Page, name: string) {
  const png = (await page.screenshot()).toString('base64');
  const webp = await blank.evaluate(async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 })).arrayBuffer());
    return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));
  }, png);
  writeFileSync(`${folder}/${name}.webp`, Buffer.from(webp, 'base64'));
}

async function look(chromium: Browser, served: Served) {
  const blank = await (await chromium.newContext()).newPage();
  for (const { theme, locale, colorScheme } of looks)
    for (const [name, screen] of Object.entries(screens)) {
      if (!name.includes(only)) continue;
      const phone = name === 'phone' ? { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } : {};
      const v: Visit = await visit(chromium, served.url, { locale, colorScheme, ...phone });
      await screen(v.page);
      await v.page.waitForTimeout(600); // what moves has come to rest
      await keep(blank, v.page, `${name}-${theme}`);
      await v.close();
    }
}

const chromium = await launch(browser);
const served = await serve(limn, root);
await look(chromium, served);
await chromium.close();
await served.done();
