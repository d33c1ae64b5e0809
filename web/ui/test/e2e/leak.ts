// What is kept in memory: after documents were opened and closed, workflows were run, dialogs and panels came and went, the page
// has what it had before. Elements, listeners and blobs are counted; bytes may be a tenth more.
import assert from 'node:assert/strict';
import type { CDPSession, Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { body, manyNodes } from './hands.ts';
import { blobs, collected, countBlobs } from './heap.ts';
import { dialogs } from './screens.ts';
import type { Story } from './shell.ts';

const DOCUMENTS = 25; // a round; there are two
const RUNS = 25;
const SIZE = 60; // nodes of each document

interface Kept {
  bytes: number;
  elements: number; // whether they are on the page or only held
  listeners: number;
  frames: number;
  blobs: number; // whose URL is alive
}

async function kept(page: Page, session: CDPSession): Promise<Kept> {
  await collected(page, session);
  const { usedSize } = (await session.send('Runtime.getHeapUsage')) as { usedSize: number };
  const { documents, nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return {
    bytes: usedSize, elements: nodes, listeners: jsEventListeners, frames: documents,
    blobs: await blobs(page),
  };
}

/** In the page: a word to the browser for each step would take a minute. */
function openAndClose(page: Page, n: number, text: string) {
  return page.evaluate(async ({ n, text }) => {
    const frame = () => new Promise(requestAnimationFrame);
    const until = async (is: () => boolean) => {
      for (let i = 0; i < 600 && !is(); i++) await frame();
      if (!is()) throw new Error('it did not come');
    };
    const tabs = () => document.querySelectorAll('[role="tab"]').length;
    const first = tabs();
    for (let i = 0; i < n; i++) {
      const data = new DataTransfer();
      data.items.add(new File([text.replace('"last_node_id"', `"extra_id": ${i}, "last_node_id"`)], `file ${i}.json`, { lastModified: i }));
      document.querySelector('.stage')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
      await until(() => tabs() === first + 1 && document.querySelector('[role="application"]')?.getAttribute('aria-label')?.startsWith(`file ${i},`) === true);
      const graph = document.querySelector('[role="application"]');
      const { x = 0, y = 0, width = 0, height = 0 } = graph?.getBoundingClientRect() ?? {};
      for (const deltaY of [-300, -300, 600, 500])
        document.elementFromPoint(x + width / 2, y + height / 2)?.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: x + width / 2, clientY: y + height / 2, bubbles: true, cancelable: true }));
      await frame();
      await frame();
      document.querySelector('.tab[data-chosen="true"] .icon')?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      await until(() => tabs() === first);
    }
  }, { n, text });
}

/** Each has ended, and the page has heard of it. */
async function runs(page: Page, n: number) {
  for (let i = 5; i <= n; i += 5) {
    for (let k = 0; k < 5; k++) await page.keyboard.press('Control+Enter');
    await until(() => page.locator('.queue-panel .job[data-state="completed"]').count(), i);
    await page.locator('.queue[data-state="idle"]').waitFor();
  }
}

async function comeAndGo(page: Page) {
  for (const [name, dialog] of Object.entries(dialogs)) {
    if (name === 'what is missing' || name === 'from the gallery') continue; // one opens a document, one adds a node
    await dialog.open(page);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('dialog[open], .menu, :popover-open'));
  }
  for (const panel of ['Nodes', 'Workflows', 'Gallery', 'Outline', 'Problems', 'Queue', 'Queue']) {
    await page.getByRole('button', { name: panel, exact: true }).first().click();
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  if (!(await page.locator('.queue-panel').isVisible())) await page.getByRole('button', { name: 'Queue', exact: true }).first().click();
  for (const view of ['App', 'Graph']) await page.getByRole('button', { name: view, exact: true }).click();
}

async function round(page: Page, text: string) {
  await openAndClose(page, DOCUMENTS, text);
  await runs(page, RUNS);
  for (let i = 0; i < 3; i++) await comeAndGo(page);
  await page.getByRole('button', { name: 'Clear history' }).click(); // a list of what ran is no leak
  await page.getByRole('dialog').locator('[data-risky="true"]').click();
  await page.waitForFunction(() => !document.querySelector('.queue-panel .job'));
}

export const leak: Record<string, Story> = {
  'fifty documents, fifty runs, and everything that opens: nothing of it stays in memory': async (browser, any) => {
    const served = await any.another();
    const v = await visit(browser, served.url, { reducedMotion: 'reduce' }, countBlobs);
    const { page } = v;
    const session = await page.context().newCDPSession(page);
    const text = manyNodes(SIZE);

    await body(page, 'KSampler').waitFor();
    await body(page, 'KSampler').locator('.row', { hasText: 'steps' }).locator('[role="spinbutton"]').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('1');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await round(page, text); // what is loaded once, and lists that are as long as they get
    const before = await kept(page, session);
    await round(page, text);
    const after = await kept(page, session);
    console.log(`    ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
    assert.ok(after.bytes <= before.bytes * 1.1, `bytes: ${before.bytes} -> ${after.bytes}`);
    assert.ok(after.elements <= before.elements * 1.1, `elements: ${before.elements} -> ${after.elements}`);
    assert.ok(after.listeners <= before.listeners * 1.1, `listeners: ${before.listeners} -> ${after.listeners}`);
    assert.equal(after.frames, before.frames);
    assert.equal(after.blobs, 0, 'no blob is alive');
    v.clean();
    await v.close();
    await served.done();
  },
};
