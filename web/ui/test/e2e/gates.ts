// What the canvas promises for large files, as counts; times are said beside them.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { busy, framesOf, said, typed, typedAnywhere } from './frames.ts';
import { body, counts, dropFile, graph, manyNodes, newWorkflow, titleSpot, withText } from './hands.ts';
import { blobs, collected, countBlobs, documentsKept, textsKept } from './heap.ts';
import type { Story } from './shell.ts';

const NODES = 1000;
const MOST_BODIES = 160;
const LETTERS = 'a red circle on a blue ground ';
const SPIN = 200; // ms that a picture of a slow page takes

const bodies = (page: Page) => page.locator('.body').count();
const elements = (page: Page) => page.evaluate(() => document.querySelectorAll('*').length);

async function sway(page: Page, at: { x: number; y: number }, steps = 40) {
  for (let i = 0; i < steps; i++) await page.mouse.move(at.x + Math.sin(i / 4) * 120, at.y + Math.cos(i / 4) * 80);
}

/** Waits until no more bodies come, and those that are there stay where they are, for some pictures of the page. */
const settled = (page: Page) =>
  page.evaluate(async () => {
    const now = () => [...document.querySelectorAll('.body')].map((b) => `${b.getBoundingClientRect().x} ${b.getBoundingClientRect().y}`).join();
    for (let last = now(), same = 0; same < 8; last = now()) {
      const wait = new Promise((next) => setTimeout(next, 20));
      await new Promise(requestAnimationFrame);
      await wait;
      same = last && now() === last ? same + 1 : 0;
    }
  });

/** Into the field of the node that withText makes, as near as life. */
async function toText(page: Page) {
  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Find in this graph' }).fill('CLIP');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+0');
  await page.locator('.zoom .value', { hasText: '100 %' }).waitFor();
  await page.locator('.body .lines').click();
  await page.locator('.body textarea').waitFor();
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
    await until(() => elements(page), (n) => n <= few, `nodes that are far have elements, more than ${few}`);
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down({ button: 'middle' });
    const panFar = await framesOf(page, () => sway(page, middle));
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
    const panNear = await framesOf(page, () => sway(page, middle));
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
    const drag = await framesOf(page, () => sway(page, start));
    await page.mouse.move(start.x + 40, start.y + 30);
    await page.mouse.up();
    assert.ok(before);
    await until(place, (after) => after && Math.round(after.x - before.x) === 40 && Math.round(after.y - before.y) === 30, `it was not moved from ${before.x}, ${before.y}`);
    await page.keyboard.press('Control+z');
    await until(place, before);
    await counts(page, NODES, 1967);
    console.log(`    first picture ${first} ms; pan, all in view ${said(panFar)}; at 100 % ${said(panNear)}; drag all ${said(drag)} (middle, 95 %, 99 %)`);
    v.clean();
    await v.close();
  },

  'what is typed into a text of a thousand nodes': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    const empty = await typedAnywhere(page, LETTERS);
    await dropFile(page, 'many', withText(manyNodes(NODES), 'nothing'));
    await counts(page, NODES + 1, 1967);
    await toText(page);
    await page.keyboard.press('Control+a');
    const here = await typed(page, LETTERS);
    await until(() => page.locator('.body textarea').inputValue(), LETTERS);
    console.log(`    from key to picture ${said(here)}, in a page with a field and nothing else ${said(empty)} (middle, 95 %, 99 %); ratio ${(here.middle / empty.middle).toFixed(2)}`);
    v.clean();
    await v.close();
  },

  'a page that is slow is seen to be': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    await page.locator('.body .lines').first().click();
    await page.locator('.body textarea').waitFor();
    const look = async () => ({ pictures: await framesOf(page, () => sway(page, { x: 700, y: 450 }, 10)), letters: await typed(page, 'slow') });
    const before = await look();
    await busy(page, SPIN);
    const slow = await look();
    await busy(page, 0);
    console.log(`    pictures ${said(before.pictures)} -> ${said(slow.pictures)}; letters ${said(before.letters)} -> ${said(slow.letters)}`);
    for (const what of ['pictures', 'letters'] as const) {
      assert.ok(slow[what].middle >= SPIN * 0.95, `${what}: ${slow[what].middle} ms beside a loop of ${SPIN}`);
      assert.ok(before[what].middle < slow[what].middle, `${what}: ${before[what].middle} ms without it, ${slow[what].middle} ms beside it`);
    }
    v.clean();
    await v.close();
  },

  'of documents that were closed nothing is kept': async (browser, served) => {
    const v = await visit(browser, served.url, {}, countBlobs);
    const { page } = v;
    const session = await page.context().newCDPSession(page);
    const marks = ['mark of a member', 'mark of a title', 'mark of a text', 'mark of a change'];
    const [member, title, text, change] = marks as [string, string, string, string];
    await body(page, 'KSampler').waitFor();
    const [first = ''] = await documentsKept(session);

    const file = withText(manyNodes(20), text).replace('{', `{"made":"${member}",`);
    await dropFile(page, 'dropped', file.replace('"type":"KSampler"', `"type":"KSampler","title":"${title}"`));
    await counts(page, 21, 34);
    await toText(page);
    await page.keyboard.type(change);
    await page.keyboard.press('Escape');
    for (const keys of ['Control+a', 'Control+g', 'Control+z']) await page.keyboard.press(keys);
    const [dropped = ''] = (await documentsKept(session)).filter((uid) => uid !== first);

    await page.getByRole('tab').first().click();
    await body(page, 'KSampler').waitFor();
    await graph(page).focus();
    for (const keys of ['Control+a', 'Control+c']) await page.keyboard.press(keys);
    await newWorkflow(page);
    await page.keyboard.press('Control+v');
    await counts(page, 7, 9);
    await page.locator('.body .lines').first().click();
    await page.keyboard.type(change);
    await page.keyboard.press('Control+Enter');
    await page.locator('.job[data-state="completed"]').first().waitFor();
    await page.keyboard.press('Escape');
    const all = await until(() => documentsKept(session), (uids) => uids.length === 3, 'three are open');
    for (const [what, n] of Object.entries(await textsKept(session, [...marks, dropped]))) assert.ok(n > 0, `open, and nothing has ${what}`);

    for (const left of [2, 1, 0]) {
      await page.getByRole('tab').last().click();
      await page.locator('.tab[data-chosen="true"] .icon').click();
      if (left) await page.getByRole('dialog').locator('[data-risky="true"]').click();
      await page.waitForFunction((left) => document.querySelectorAll('[role="tab"]').length === left, left);
    }
    for (let i = 0; i < 2; i++) { // React has what it drew last until it draws as much again
      await page.locator('.empty .main').click();
      await body(page, 'KSampler').waitFor();
      await page.locator('.tab[data-chosen="true"] .icon').click();
      await page.locator('.empty').waitFor();
    }
    const kept = async () => (await documentsKept(session)).filter((uid) => all.includes(uid));
    await until(() => collected(page, session).then(kept), []);
    await until(() => collected(page, session).then(() => textsKept(session, [...marks, dropped])), Object.fromEntries([...marks, dropped].map((what) => [what, 0])));
    await until(() => blobs(page), 0);
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
    await page.keyboard.type('9000');
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
    await page.waitForFunction(() => /^[1-9]\d+\/9000\b/.test(document.querySelector('.body[data-state="running"] .steps')?.textContent ?? ''));
    const from = await page.evaluate(() => (window as unknown as { limnTouched: string[][] }).limnTouched.length);
    const touched = await until(() => page.evaluate((from) => (window as unknown as { limnTouched: string[][] }).limnTouched.slice(from), from), (all) => all.length > 3, 'few changes');
    assert.ok(touched.every((ids) => ids.length === 1), JSON.stringify(touched));
    await served.post('interrupt', {});
    v.clean();
    await v.close();
  },
};
