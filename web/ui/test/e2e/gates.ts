// What the canvas promises for large files, as counts; times are said beside them.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { visit } from './browser.ts';
import { body, counts, dropFile, graph, manyNodes, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';

const NODES = 1000;
const MOST_BODIES = 160;

const bodies = (page: Page) => page.locator('.body').count();
const elements = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length);

/** Milliseconds between pictures while something is done: the middle one, and that which 19 of 20 are within. */
async function frames(page: Page, act: () => Promise<void>): Promise<string> {
  await page.evaluate(() => {
    const w = window as unknown as { limnFrames: number[] | undefined };
    const all: number[] = (w.limnFrames = []);
    let last = performance.now();
    const tick = (now: number) => {
      all.push(now - last);
      last = now;
      if (w.limnFrames) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  const all = await page.evaluate(() => {
    const w = window as unknown as { limnFrames: number[] | undefined };
    const all = w.limnFrames ?? [];
    w.limnFrames = undefined;
    return all.slice(1).sort((a, b) => a - b);
  });
  const at = (share: number) => Math.round(all[Math.floor(all.length * share)] ?? 0);
  return `${at(0.5)} / ${at(0.95)} / ${at(0.99)} ms`;
}

async function sway(page: Page, at: { x: number; y: number }, steps = 40) {
  for (let i = 0; i < steps; i++) await page.mouse.move(at.x + Math.sin(i / 4) * 120, at.y + Math.cos(i / 4) * 80);
}

/** Waits until no more bodies come. */
async function settled(page: Page) {
  await page.waitForFunction(() => new Promise<boolean>((resolve) => {
    const count = () => document.querySelectorAll('.body').length;
    const before = count();
    setTimeout(() => resolve(count() === before && before > 0), 150);
  }));
}

export const gates: Record<string, Story> = {
  'a thousand nodes: few bodies at any zoom, and all of them dragged at once': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    const few = await elements(page);
    const began = Date.now();
    await dropFile(page, 'many', manyNodes(NODES));
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const first = Date.now() - began;
    const box = await graph(page).boundingBox();
    assert.ok(box);
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };

    await page.waitForFunction(() => document.querySelector('.body') === null); // those of the graph before go in the next pictures
    assert.ok((await elements(page)) <= few, 'nodes that are far have no elements');
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down({ button: 'middle' });
    const panFar = await frames(page, () => sway(page, middle));
    await page.mouse.up({ button: 'middle' });
    let most = 0;
    for (let i = 0; i < 40; i++) {
      await page.mouse.move(middle.x, middle.y);
      await page.mouse.wheel(0, -110);
      most = Math.max(most, await bodies(page));
    }
    for (let i = 0; i < 22; i++) {
      await page.mouse.wheel(0, 110);
      most = Math.max(most, await bodies(page));
    }
    assert.ok(most > 0 && most <= MOST_BODIES, `${most} bodies`);
    await page.keyboard.press('Alt+0');
    await page.locator('.zoom .value', { hasText: '100 %' }).waitFor();
    await settled(page);
    await page.mouse.down({ button: 'middle' });
    const panNear = await frames(page, () => sway(page, middle));
    await page.mouse.up({ button: 'middle' });

    await settled(page);
    await page.keyboard.press('Control+a');
    const title = await titleSpot(page, 'KSampler').catch(() => middle);
    const some = page.locator('.body').first();
    const id = await some.locator('..').getAttribute('data-id');
    const place = () => page.locator(`[data-id="${id}"]`).boundingBox();
    const grip = (await some.locator('.title').boundingBox()) ?? { ...title, width: 0, height: 0 };
    const start = { x: grip.x + grip.width / 2, y: grip.y + grip.height / 2 };
    const before = await place();
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(start.x + 8, start.y + 8);
    const drag = await frames(page, () => sway(page, start));
    await page.mouse.move(start.x + 40, start.y + 30);
    await page.mouse.up();
    const after = await place();
    assert.ok(before && after && Math.round(after.x - before.x) === 40 && Math.round(after.y - before.y) === 30, JSON.stringify([before, after]));
    await page.keyboard.press('Control+z');
    assert.deepEqual(await place(), before);
    await counts(page, NODES, 1967);
    console.log(`    first picture ${first} ms; pan, all in view ${panFar}; at 100 % ${panNear}; drag all ${drag} (middle, 95 %, 99 %)`);
    v.clean();
    await v.close();
  },

  'progress of one node draws one node': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    const steps = body(page, 'KSampler').locator('.row', { hasText: 'steps' });
    await steps.locator('[role="spinbutton"]').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('400');
    await page.keyboard.press('Enter');
    await page.evaluate(() => {
      const w = window as unknown as { limnTouched: string[][] };
      w.limnTouched = [];
      new MutationObserver((all) => {
        const ids = new Set(all.map((m) => (m.target instanceof Element ? m.target : m.target.parentElement)?.closest('.react-flow__node')?.getAttribute('data-id') ?? ''));
        ids.delete('');
        if (ids.size) w.limnTouched.push([...ids]);
      }).observe(document.querySelector('.react-flow__nodes') as Node, { subtree: true, childList: true, attributes: true, characterData: true });
    });
    await page.keyboard.press('Control+Enter');
    await page.waitForFunction(() => /^[1-9]\d\/400\b/.test(document.querySelector('.body[data-state="running"] .steps')?.textContent ?? ''));
    const from = await page.evaluate(() => (window as unknown as { limnTouched: string[][] }).limnTouched.length);
    await page.waitForFunction(() => /^[1-9]\d\d\/400\b/.test(document.querySelector('.body[data-state="running"] .steps')?.textContent ?? ''));
    const touched = await page.evaluate((from) => (window as unknown as { limnTouched: string[][] }).limnTouched.slice(from), from);
    assert.ok(touched.length > 3, `${touched.length} changes`);
    assert.ok(touched.every((ids) => ids.length === 1), JSON.stringify(touched));
    await served.post('interrupt', {});
    v.clean();
    await v.close();
  },
};
