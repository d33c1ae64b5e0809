// Stories of the shell: what a person sees who opens the page of a server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { settledFaults, until, visit } from './browser.ts';
import { longJob, type Served } from './served.ts';

export type Story = (browser: Browser, served: Served) => Promise<void>;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const queue = (page: Page) => page.getByRole('status');
const background = (page: Page) => page.locator('body').evaluate((e) => getComputedStyle(e).backgroundColor);

/** What a language's page says, from the browser's wish alone. */
const said = {
  'zh-CN': { lang: 'zh-Hans', idle: '没有任务在运行', first: '文生图', nodes: '7 个节点', open: '已连接' },
  'en-GB': { lang: 'en', idle: 'Nothing is running', first: 'Text to picture', nodes: '7 nodes', open: 'Connected' },
} as const;
const canvas = { dark: 'rgb(22, 24, 28)', light: 'rgb(236, 238, 241)' } as const;

/** The page never comes to rest: then it would fetch what it does not need yet, after 3000 ms (app/later.ts). */
const restless = (page: Page) =>
  page.addInitScript(() => {
    const later = window.setTimeout;
    Object.assign(window, { setTimeout: (does: TimerHandler, ms?: number, ...more: unknown[]) => (ms === 3000 ? 0 : later(does, ms, ...more)) });
  });

/** All that was asked for, but whether the queue is paused, which is asked a while later. */
const atStart = (requests: readonly string[]) => new Set(requests.filter((r) => !r.endsWith('/limn/queue')));

function opens(locale: keyof typeof said, colorScheme: keyof typeof canvas): Story {
  return async (browser, served) => {
    const v = await visit(browser, served.url, { locale, colorScheme }, restless);
    const words = said[locale];

    await queue(v.page).getByText(words.idle).waitFor();
    assert.equal(await v.page.locator('html').getAttribute('lang'), words.lang);
    assert.equal(await v.page.getByRole('tab', { selected: true }).textContent(), words.first);
    await v.page.locator('.status').getByText(words.nodes).waitFor();
    await until(async () => (await v.page.locator('.link').textContent())?.trim(), words.open);
    assert.equal(await background(v.page), canvas[colorScheme]);
    await until(() => v.page.title(), /^[^▶]*limn$/);
    await until(() => v.requests.some((r) => r.includes('/api/jobs')), true);
    await v.page.waitForLoadState('networkidle');
    assert.ok(atStart(v.requests).size <= 12, v.requests.join('\n'));
    v.clean();
    await v.close();
  };
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** With the page's own words, so that a failure says which element it is. */
export async function faults(page: Page, runOnly: string[] | { type: 'rule'; values: string[] } = RULES): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return settledFaults(() => page.evaluate(async (runOnly) => {
    const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(document, { runOnly, resultTypes: ['violations'] });
    return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`);
  }, runOnly));
}

/** What another theme can change. */
export const contrastFaults = (page: Page) => faults(page, { type: 'rule', values: ['color-contrast'] });

export const shell: Record<string, Story> = {
  'the page opens in Chinese, dark': opens('zh-CN', 'dark'),
  'the page opens in Chinese, light': opens('zh-CN', 'light'),
  'the page opens in English, dark': opens('en-GB', 'dark'),
  'the page opens in English, light': opens('en-GB', 'light'),

  'language and theme are switched by the keyboard and outlast a reload': async (browser, served) => {
    const v = await visit(browser, served.url, { colorScheme: 'light' });

    await v.page.locator('.status').getByText(said['en-GB'].nodes).waitFor();
    await v.page.getByRole('button', { name: '中文' }).focus();
    await v.page.keyboard.press('Enter');
    await v.page.locator('.status').getByText(said['zh-CN'].nodes).waitFor();
    await v.page.keyboard.press('Tab');
    await v.page.locator('.theme:focus').waitFor();
    await v.page.keyboard.press('Space');
    await until(() => background(v.page), canvas.dark);
    await v.page.reload();
    await v.page.getByRole('button', { name: 'English' }).click();
    await v.page.locator('.status').getByText(said['en-GB'].nodes).waitFor();
    v.clean();
    await v.close();
  },

  'what is chosen while a language comes is there, and what was chosen last counts': async (browser, served) => {
    let come = () => {};
    const held = new Promise<void>((go) => (come = go));
    const v = await visit(browser, served.url, { colorScheme: 'light' }, (page) =>
      page.route('**/assets/zh-*.js', async (route) => (await held, route.continue())));

    await v.page.getByRole('button', { name: '中文' }).click();
    await v.page.getByRole('button', { name: 'Change to the dark theme' }).click(); // in English still
    come();
    await v.page.locator('.status').getByText(said['zh-CN'].nodes).waitFor();
    await until(() => background(v.page), canvas.dark);
    v.clean();
    await v.close();
  },

  'what was chosen is there before the first picture': async (browser, served) => {
    const v = await visit(browser, served.url, { colorScheme: 'light' });

    await v.page.getByRole('button', { name: '中文' }).click();
    await v.page.getByRole('button', { name: '切换为深色主题' }).click();
    await v.page.route('**/assets/*.js', (route) => route.abort()); // all that is slow
    await v.page.reload();
    assert.equal(await v.page.locator('html').getAttribute('lang'), 'zh-Hans');
    assert.equal(await background(v.page), canvas.dark);
    assert.equal(await v.page.locator('.bar').textContent(), 'limn');
    await v.close();
  },

  'the theme of the system is followed while none is chosen': async (browser, served) => {
    const v = await visit(browser, served.url, { colorScheme: 'light' });

    await v.page.emulateMedia({ colorScheme: 'dark' });
    await v.page.getByRole('button', { name: 'Change to the light theme' }).waitFor();
    await until(() => background(v.page), canvas.dark);
    v.clean();
    await v.close();
  },

  'the queue is told as it changes': async (browser, served) => {
    const v = await visit(browser, served.url);

    await queue(v.page).getByText('Nothing is running').waitFor();
    for (const seed of [1, 2, 3]) assert.equal((await served.post('prompt', longJob(seed))).status, 200);
    await queue(v.page).getByText('Running', { exact: true }).waitFor();
    await queue(v.page).getByText('2 waiting').waitFor();
    await until(() => v.page.title(), /^▶ .*limn$/);
    await served.post('queue', { clear: true });
    await v.page.locator('.waiting').waitFor({ state: 'detached' });
    await served.post('interrupt', {});
    await queue(v.page).getByText('Nothing is running').waitFor();
    await until(() => v.page.title(), /^[^▶]*limn$/);
    v.clean();
    await v.close();
  },

  'a server that goes is missed, and found when it is back': async (browser, served) => {
    const v = await visit(browser, served.url);

    await served.stop('SIGKILL');
    await v.page.getByRole('alert').getByText('The server cannot be reached.').waitFor();
    await until(async () => (await v.page.locator('.link').textContent())?.trim(), 'Not connected');
    await served.again();
    await v.page.getByRole('button', { name: 'Try now' }).click({ timeout: 2000 }).catch(() => {}); // it may be back by itself
    await v.page.locator('.link[data-state="open"]').waitFor();
    await v.page.getByRole('alert').waitFor({ state: 'detached' });
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'the canvas zooms by wheel and buttons': async (browser, served) => {
    const v = await visit(browser, served.url);
    const zoom = v.page.getByRole('group', { name: 'Zoom' });

    await v.page.mouse.move(400, 300);
    await v.page.mouse.wheel(0, -300);
    await v.page.waitForFunction(() => document.querySelector('.zoom .value')?.textContent !== '100 %');
    await zoom.getByText('%').click();
    await zoom.getByText('100 %').waitFor();
    await zoom.getByRole('button', { name: 'Zoom in' }).click();
    await zoom.getByText('120 %').waitFor();
    v.clean();
    await v.close();
  },

  'what the policy forbids is refused': async (browser, served) => {
    const v = await visit(browser, served.url);

    await v.page.evaluate(() => {
      const script = document.createElement('script');
      try { script.textContent = 'window.ran = 1'; document.head.append(script); } catch { /* Trusted Types */ }
      try { document.body.innerHTML = '<b>no</b>'; } catch { /* Trusted Types */ }
      document.body.setAttribute('style', 'color: red');
      const image = new Image();
      image.src = 'http://127.0.0.2:9/x.png';
      void fetch('http://127.0.0.2:9/').catch(() => {});
    });
    for (const rule of ['require-trusted-types-for', 'style-src-attr', 'img-src', 'connect-src'])
      await until(() => v.violations, (all) => all.some((x) => x.startsWith(rule)), `nothing was refused by ${rule}`);
    assert.equal(await v.page.evaluate(() => (window as unknown as { ran?: number }).ran), undefined);
    await v.close();
  },

  'nothing stands in the way of assistive technology': async (browser, served) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const v = await visit(browser, served.url, { colorScheme });
      await queue(v.page).getByText('Nothing is running').waitFor();
      assert.deepEqual(await faults(v.page), []);
      await v.close();
    }
  },

  'on a phone a tap in the panel of nodes adds one': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    const panel = v.page.getByRole('region', { name: 'Nodes' });

    await v.page.getByRole('button', { name: 'Nodes', exact: true }).click();
    await panel.getByText('Tap a node to add it').waitFor();
    await panel.getByRole('searchbox').fill('repeatlat');
    await panel.getByRole('treeitem', { name: /Repeat/ }).first().tap();
    await panel.getByText(/Repeat.* is in the graph/).waitFor();
    await v.page.locator('.status').getByText('8 nodes').waitFor({ state: 'attached' });
    v.clean();
    await v.close();
  },

  'on a phone nothing is cut off': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

    await v.page.locator('.linear-field').nth(5).waitFor();
    await v.page.locator('.status').getByText('7 nodes').waitFor({ state: 'attached' });
    assert.equal(await v.page.evaluate(() => document.documentElement.scrollWidth), 390);
    assert.ok((await v.page.getByRole('button').count()) > 3);
    await until(() => v.page.getByRole('button').evaluateAll((all) => all.map((b) => [b.textContent, b.getBoundingClientRect()] as const)
      .filter(([, { x, width, height }]) => width < 44 || height < 44 || x < 0 || x + width > 390)
      .map(([name, { x, width, height }]) => `${name}: ${width} × ${height} at ${x}`)), []);
    v.clean();
    await v.close();
  },
};
