// look.ts LIMN ROOT CHROMIUM FOLDER [NAME [THEME]]: pictures of the page's screens, dark in English and light in Chinese (or all
// in a theme: grey, contrast), for people to look at; docs/pictures has those of the last time.
import { writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launch, visit } from './browser.ts';
import { screens } from './screens.ts';
import { serve } from './served.ts';

const [limn = '', root = '', browser = '', folder = '.', only = '', theme = ''] = process.argv.slice(2);
const looks = [
  { name: 'dark', locale: 'en-GB', colorScheme: 'dark' },
  { name: 'light', locale: 'zh-CN', colorScheme: 'light' },
] as const;

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

/** Each on a server of its own, so that none shows what another did. */
async function look(chromium: Browser) {
  const blank = await (await chromium.newContext()).newPage();
  for (const { name: scheme, locale, colorScheme } of looks)
    for (const [name, screen] of Object.entries(screens)) {
      if (!name.includes(only)) continue;
      const served = await serve(limn, root);
      const v = await visit(chromium, served.url, { locale, colorScheme, ...screen.options });
      if (theme) {
        await v.page.evaluate((theme) => localStorage.setItem('limn.settings', JSON.stringify({ theme })), theme);
        await v.page.reload();
      }
      await screen.open(v.page, served);
      await v.page.waitForTimeout(600); // what moves has come to rest
      await keep(blank, v.page, `${name}-${theme ? `${theme}-` : ''}${scheme}`);
      await v.close();
      await served.done();
    }
}

const chromium = await launch(browser);
await look(chromium);
await chromium.close();
