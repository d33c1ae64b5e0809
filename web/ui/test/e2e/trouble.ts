// Stories of a bad day: an error, a server that dies while it paints, a page that nobody looks at, a page that fails, one that is very narrow.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { edit, nodes } from './app.ts';
import { holding, until, visit } from './browser.ts';
import { openAfresh, setNumber } from './days.ts';
import { body, graph, newWorkflow } from './hands.ts';
import { layoutFaults } from './layout.ts';
import type { Story } from './shell.ts';
import { atRest } from './without.ts';

const job = (page: Page, state: string) => page.locator(`.job[data-state="${state}"]`);
const press = (page: Page, keys: string) => page.keyboard.press(keys);
const icon = (page: Page, name: string) => // a page that nobody looks at has no pictures to wait for
  page.waitForFunction((name) => document.querySelector('link[rel="icon"]')?.getAttribute('href')?.endsWith(name), `/${name}.svg`, { polling: 50 });

interface Kept {
  limnTold: string[];
  limnTitles: string[];
}

/** From now on nobody looks at the page: it draws nothing, and what it tells the system and the bar of tabs is kept. */
async function hide(page: Page) {
  await page.evaluate(() => {
    const w = window as unknown as Kept;
    w.limnTold = [];
    w.limnTitles = [];
    window.requestAnimationFrame = () => 0;
    new MutationObserver(() => w.limnTitles.push(document.title)).observe(document.head, { subtree: true, childList: true, characterData: true });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
    class Told {
      static permission = 'granted';
      constructor(_title: string, { body }: { body: string }) {
        w.limnTold.push(body);
      }
    }
    Object.assign(window, { Notification: Told });
  });
}
const told = (page: Page) => page.evaluate(() => (window as unknown as Kept).limnTold);

/** Breaks what the page draws its tabs with. */
const breakTabs = (page: Page) =>
  page.evaluate(() => {
    const real = Element.prototype.setAttribute;
    Element.prototype.setAttribute = function (name, value) {
      if (name === 'role' && value === 'tab') throw new Error('no such tab');
      real.call(this, name, value);
    };
  });

export const trouble: Record<string, Story> = {
  'an error of a run is still there after other tabs were looked at': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await setNumber(page, 'Empty Latent Image', 'width', 16384);
    await setNumber(page, 'Empty Latent Image', 'height', 16384);
    await setNumber(page, 'Empty Latent Image', 'batch_size', 4096);
    await press(page, 'Control+Enter');
    await job(page, 'failed').waitFor();
    const failed = page.locator('.body[data-state="error"]');
    await failed.waitFor();
    const said = await until(() => failed.getAttribute('aria-label'), /Empty Latent Image/);
    await newWorkflow(page);
    assert.equal(await failed.count(), 0);
    await page.getByRole('tab', { name: /^Text to picture/ }).click();
    await nodes(page, 7);
    await failed.waitFor();
    await until(() => failed.getAttribute('aria-label'), said);
    await page.getByRole('button', { name: 'Problems' }).first().click();
    await page.getByRole('region', { name: 'Problems' }).getByRole('button', { name: /Empty Latent Image #/ }).waitFor();
    v.clean();
    await v.close();
  },

  'the server dies while it paints: edits go on, and all is there when it is back': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const running = job(page, 'running');

    await atRest(v);
    await setNumber(page, 'KSampler', 'steps', 9000);
    await press(page, 'Control+Enter');
    await press(page, 'Control+Enter');
    await job(page, 'waiting').first().waitFor();
    await running.getByText(/KSampler \d+\/9000/).waitFor();
    await served.stop('SIGKILL');
    await page.getByRole('alert').getByText('cannot be reached').waitFor();

    await edit(page, 'written while it was away');
    await graph(page).focus();
    await press(page, '/');
    await page.locator('.add-node input').fill('empty latent');
    await page.locator('.add-node [aria-selected="true"]', { hasText: 'Empty Latent' }).waitFor();
    await press(page, 'Enter');
    await nodes(page, 8);
    await press(page, 'Control+z');
    await nodes(page, 7);
    await press(page, 'Control+Shift+z');
    await nodes(page, 8);

    await served.again();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await running.getByText(/KSampler \d+\/9000/).waitFor();
    await job(page, 'waiting').first().waitFor();
    await page.locator('.body[data-state="running"]').waitFor();
    await page.locator('.stage').getByText('written while it was away', { exact: true }).waitFor();
    await nodes(page, 8);
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await served.post('queue', { clear: true });
    await served.post('interrupt', {});
    await job(page, 'cancelled').first().waitFor();
    await press(page, 'Escape');
    await graph(page).focus();
    await press(page, 'Control+z'); // the node that lies over the others
    await nodes(page, 7);
    await setNumber(page, 'KSampler', 'steps', 3);
    const [sent] = await Promise.all([
      page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/prompt')),
      press(page, 'Control+Enter'),
    ]);
    assert.match(sent.postData() ?? '', /written while it was away/);
    await job(page, 'completed').first().waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'the machine sleeps while the server paints, and has another connection when it wakes: all is there': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const session = await page.context().newCDPSession(page);
    const done = async () => Object.keys((await (await fetch(new URL('history', served.url))).json()) as object).length;

    await atRest(v);
    await setNumber(page, 'KSampler', 'steps', 40);
    await edit(page, 'before it slept');
    await served.post('limn/queue', { op: 'pause' });
    for (let i = 0; i < 3; i++) await press(page, 'Control+Enter');
    await job(page, 'waiting').nth(2).waitFor();
    await served.post('limn/queue', { op: 'resume' });
    await job(page, 'running').or(job(page, 'completed')).first().waitFor(); // the latter where the machine is fast and the page is slow
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await until(done, 3);
    await served.stop();
    await served.again();
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await job(page, 'completed').nth(2).waitFor();
    await page.locator('.link[data-state="open"]').waitFor();
    await page.locator('.status').getByText('Nothing is running').waitFor();
    await page.locator('.node-pictures[data-of="files"] img').waitFor();
    await until(() => page.locator('.body[data-state="running"], .body[data-state="waiting"]').count(), 0);
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await until(() => page.title(), /^[^▶]*Text to picture – limn$/);
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'a page that nobody looks at tells the system that a picture is done, keeps a word of it, and has its sign': async (browser, served) => {
    let hold: (from?: RegExp) => void = () => {};
    const v = await openAfresh(browser, served, {}, async (page) => (hold = await holding(page)));
    const { page } = v;

    await icon(page, 'favicon');
    await page.evaluate(() => localStorage.setItem('limn.run', JSON.stringify({ notify: true })));
    await page.reload();
    await body(page, 'KSampler').waitFor();
    await setNumber(page, 'KSampler', 'steps', 80);
    hold(/"progress/);
    await press(page, 'Control+Enter');
    await icon(page, 'favicon-run');
    await hide(page);
    hold();
    await job(page, 'completed').first().waitFor();
    await icon(page, 'favicon');
    await page.waitForFunction(() => document.title === 'Text to picture – limn', undefined, { polling: 50 });
    assert.ok((await page.evaluate(() => (window as unknown as Kept).limnTitles)).some((t) => /^▶ \d+ % Text to picture/.test(t)));
    await page.locator('.toast').getByText('Text to picture is done').waitFor();
    assert.deepEqual(await told(page), ['Text to picture is done']);
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => false }));
    await press(page, 'Control+Enter');
    await job(page, 'completed').nth(1).waitFor();
    assert.deepEqual(await told(page), ['Text to picture is done']); // who looks at it is not told again
    v.clean();
    await v.close();
  },

  'a page that fails says so, and gives what is open as files': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await edit(page, 'not to be lost');
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await breakTabs(page);
    await page.getByRole('button', { name: 'New workflow' }).click();
    await page.getByRole('heading', { name: 'limn failed to show this page' }).waitFor();
    await page.locator('.failed').getByText('no such tab').waitFor();
    const files: string[] = [];
    page.on('download', (d) => void d.path().then((path) => files.push(readFileSync(path, 'utf8'))));
    await page.getByRole('button', { name: 'Download open workflows' }).click();
    await until(() => files.filter((f) => f.includes('not to be lost')).length, 1);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).click();
    await page.locator('.stage').getByText('not to be lost', { exact: true }).first().waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'at 400 % of 1280 points everything is there without scrolling both ways': async (browser, served) => {
    for (const [locale, colorScheme] of [['en-GB', 'light'], ['zh-CN', 'dark']] as const) {
      const v = await visit(browser, served.url, { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4, locale, colorScheme });
      const { page } = v;
      const wide = () =>
        page.evaluate(() => {
          const across = [...document.querySelectorAll('body *')].filter((e) => {
            const { overflowX, overflowY } = getComputedStyle(e);
            const scrolls = (how: string) => how === 'auto' || how === 'scroll';
            return scrolls(overflowX) && scrolls(overflowY) && e.scrollWidth > e.clientWidth + 1 && e.scrollHeight > e.clientHeight + 1;
          });
          return [document.documentElement.scrollWidth, ...across.map((e) => `${e.tagName}.${e.className}`)];
        });

      const fits = async (what: string) => {
        await until(wide, [320], what);
        assert.deepEqual(await layoutFaults(page), [], what);
      };

      await page.locator('.status').first().waitFor({ state: 'attached' });
      await fits('the page');
      await press(page, 'Control+,');
      await page.getByRole('dialog').getByRole('radio').first().waitFor();
      await fits('the settings');
      await press(page, 'Escape');
      await page.getByRole('button', { name: locale === 'zh-CN' ? '节点图' : 'Graph', exact: true }).click();
      await page.waitForFunction(() => parseInt(document.querySelector('.zoom .value')?.textContent ?? '') > 4); // the graph is no dot
      for (const tool of await page.locator('.rail button:visible').all()) {
        await tool.click();
        await page.locator('.dock .panel > :nth-child(2)').waitFor(); // its body has come
        await fits((await tool.getAttribute('aria-label')) ?? '');
        await page.locator('.dock .panel > header button').click();
      }
      await page.getByRole('button', { name: locale === 'zh-CN' ? '应用' : 'App', exact: true }).click();
      const field = page.locator('.linear-field').nth(5);
      await field.waitFor({ state: 'attached' });
      await fits('the App view');
      await field.scrollIntoViewIfNeeded();
      const room = await page.locator('.linear').evaluate((e) => e.clientHeight - [...e.querySelectorAll('.linear-run')].reduce((sum, r) => sum + (getComputedStyle(r).position === 'sticky' ? r.clientHeight : 0), 0));
      assert.ok(room > 80, `${room} points are left for the form`);
      v.clean();
      await v.close();
    }
  },
};
