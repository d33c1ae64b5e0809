// What a person's system wishes: a theme, contrast, colours of its own, no motion, large text, a page at 200 and 400 %.
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { body } from './hands.ts';
import { layoutFaults } from './layout.ts';
import type { Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const background = (page: Page) => page.locator('body').evaluate((e) => getComputedStyle(e).backgroundColor);
const still = (page: Page) => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))));

/** The colour that the drawing behind the bodies has at a point of the canvas where nothing is: dots and ground. Of the drawings
 * one is on the screen, the others keep what is moved. */
const drawn = (page: Page) =>
  page.evaluate(() => {
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.graph canvas.drawing')) {
      const all = canvas.getBoundingClientRect().width > 0 && canvas.width > 0 ? (canvas.getContext('2d')?.getImageData(0, 0, canvas.width, 200).data ?? []) : [];
      for (let i = 0; i < all.length; i += 4) if (all[i + 3] === 255) return `rgb(${all[i]}, ${all[i + 1]}, ${all[i + 2]})`;
    }
    return 'nothing';
  });
const hairline = (page: Page) =>
  page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--hairline)';
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  });

async function open(browser: Browser, served: Served, options: BrowserContextOptions) {
  const v = await visit(browser, served.url, options);
  await body(v.page, options.locale === 'zh-CN' ? 'K 采样器' : 'KSampler').waitFor();
  return v;
}

/** Fields, and the result with Run in reach, with nothing cut off. */
async function appWorks(page: Page) {
  await page.getByRole('button', { name: 'App', exact: true }).click();
  await page.locator('.linear-field').nth(5).waitFor();
  await still(page);
  assert.deepEqual(await layoutFaults(page), []);
}

export const wishes: Record<string, Story> = {
  'themes are chosen by command and in the settings, colour the drawing too, and outlast a reload': async (browser, served) => {
    const v = await open(browser, served, { colorScheme: 'dark' });
    const { page } = v;
    const seen = new Set<string>();
    const look = async (colour: string) => {
      await page.waitForFunction((c) => getComputedStyle(document.body).backgroundColor === c, colour);
      await still(page);
      await until(async () => (await drawn(page)) === (await hairline(page)), true, 'the drawing has the theme’s colours');
      seen.add(await hairline(page));
    };

    await look('rgb(22, 24, 28)');
    await page.getByRole('menuitem', { name: 'View' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'High contrast' }).click();
    await look('rgb(0, 0, 0)');
    await page.emulateMedia({ colorScheme: 'light' });
    await look('rgb(255, 255, 255)');
    await page.keyboard.press('Control+,');
    const dialog = page.getByRole('dialog');
    await until(() => dialog.getByRole('radio', { name: 'High contrast' }).isChecked(), true);
    await dialog.getByRole('radio', { name: 'Grey' }).check();
    await page.keyboard.press('Escape');
    await look('rgb(185, 189, 196)');
    await page.reload();
    await body(page, 'KSampler').waitFor();
    await look('rgb(185, 189, 196)');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('/theme system');
    await page.locator('[role="option"][aria-selected="true"]', { hasText: /theme.*system/i }).click();
    await look('rgb(236, 238, 241)');
    assert.equal(seen.size, 5);
    v.clean();
    await v.close();
  },

  'a system that wishes more contrast has it, as long as nobody chose grey': async (browser, served) => {
    const v = await open(browser, served, { colorScheme: 'light', contrast: 'more' });
    const { page } = v;

    await until(() => background(page), 'rgb(255, 255, 255)');
    assert.deepEqual(await faults(page), []);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(0, 0, 0)');
    await until(() => page.locator('.panel > header').first().evaluate((e) => getComputedStyle(e).borderBottomWidth), '2px');
    await page.emulateMedia({ contrast: null });
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(22, 24, 28)');
    v.clean();
    await v.close();
  },

  'a palette of the system takes the place of every colour': async (browser, served) => {
    const v = await open(browser, served, { forcedColors: 'active', colorScheme: 'dark' });
    const { page } = v;
    const colours = await page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      const is = (css: string) => {
        probe.style.color = css;
        return getComputedStyle(probe).color;
      };
      const known = new Set(['Canvas', 'CanvasText', 'Field', 'Highlight'].map(is));
      const others = [...document.querySelectorAll('.body, .body *, .shell, .bar, .bar *, .rail *, .status *')].flatMap((e) => {
        const { color, backgroundColor } = getComputedStyle(e);
        return [color, backgroundColor].filter((c) => !known.has(c) && !/^rgba\(0, 0, 0, 0\)$|^color\(srgb/.test(c));
      });
      const tokens = ['--text-3', '--type-model', '--error'].map((t) => is(`var(${t})`) === is('CanvasText'));
      probe.remove();
      return { others: [...new Set(others)], tokens };
    });
    assert.deepEqual(colours, { others: [], tokens: [true, true, true] });
    await still(page);
    await until(async () => (await drawn(page)) === (await hairline(page)), true, 'the drawing has the system’s colours');
    v.clean();
    await v.close();
  },

  'where no motion is wished, nothing moves while a workflow runs': async (browser, served) => {
    const v = await open(browser, served, { reducedMotion: 'reduce' });
    const { page } = v;
    const steps = body(page, 'KSampler').locator('.row', { hasText: 'steps' });

    await steps.locator('[role="spinbutton"]').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('2000');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+Enter');
    await page.locator('.body[data-state="running"] .progress').first().waitFor();
    await until(() => page.evaluate(() => document.getAnimations().map((a) => a.playState).filter((is) => is !== 'paused')), []); // what is at rest holds a place
    await served.post('interrupt', {});
    await page.locator('.queue[data-state="idle"]').waitFor();
    v.clean();
    await v.close();
  },

  'text of twice the size finds room, in both languages': async (browser, served) => {
    for (const locale of ['en-GB', 'zh-CN']) {
      const v = await open(browser, served, { locale });
      const { page } = v;
      const heading = page.locator('.panel > header h2').first();
      const size = () => heading.evaluate((e) => parseFloat(getComputedStyle(e).fontSize));
      const before = await size();
      await page.evaluate(() => (document.documentElement.style.fontSize = '32px')); // as the browser's own setting does
      await still(page);
      await until(size, 2 * before);
      assert.deepEqual(await layoutFaults(page), []);
      await page.getByRole('button', { name: locale === 'zh-CN' ? '应用' : 'App', exact: true }).click();
      await page.locator('.linear-field').nth(5).waitFor();
      await still(page);
      assert.deepEqual(await layoutFaults(page), []);
      await page.keyboard.press('Control+,');
      await page.getByRole('dialog').waitFor();
      await still(page);
      assert.deepEqual(await layoutFaults(page), []);
      v.clean();
      await v.close();
    }
  },

  'a page at 200 % and at 400 % reflows': async (browser, served) => {
    for (const [width, height, deviceScaleFactor] of [[720, 450, 2], [360, 225, 4]] as const) {
      const v = await visit(browser, served.url, { viewport: { width, height }, deviceScaleFactor });
      await until(() => v.page.evaluate(() => document.documentElement.scrollWidth), width);
      assert.deepEqual(await layoutFaults(v.page), []);
      await appWorks(v.page);
      v.clean();
      await v.close();
    }
  },
};
