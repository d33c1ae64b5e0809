// Stories of pictures that come back: one is opened and painted anew, one is let go of on a workflow that was edited.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { drop, edit } from './app.ts';
import { visit, type Visit } from './browser.ts';
import { body, graph } from './hands.ts';
import type { Served } from './served.ts';
import type { Story } from './shell.ts';

const done = (page: Page) => page.locator('.job[data-state="completed"]');
const files = (page: Page) => page.locator('.node-pictures[data-of="files"] img');
const chord = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** The page with its first workflow, at a server where nothing waits and nothing is remembered. */
export async function openAfresh(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  await served.post('queue', { clear: true });
  await served.post('interrupt', {});
  await served.post('history', { clear: true });
  await served.post('free', { unload_models: false, free_memory: true });
  const v = await visit(browser, served.url, { viewport: { width: 1800, height: 1000 }, ...options });
  await body(v.page, options.locale === 'zh-CN' ? 'K 采样器' : 'KSampler').waitFor();
  return v;
}

/** Writes a number into a field of a node. */
export async function setNumber(page: Page, title: string, field: string, value: number) {
  await body(page, title).getByRole('spinbutton', { name: field, exact: true }).click();
  await chord(page, 'Control+a');
  await page.keyboard.type(String(value));
  await chord(page, 'Enter');
}

/** The last picture that the server saved. */
function newest(served: Served): Buffer {
  const folder = join(served.base, 'output');
  const name = readdirSync(folder).filter((f) => f.endsWith('.png')).sort().at(-1);
  assert.ok(name, 'a picture was saved');
  return readFileSync(join(folder, name));
}

/** The points of a PNG, which its texts have no part in. */
function pixels(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return inflateSync(Buffer.concat(parts));
}

/** A picture of the first workflow, as the server saved it. */
async function painted(page: Page, served: Served): Promise<Buffer> {
  await chord(page, 'Control+Enter');
  await done(page).first().waitFor();
  return newest(served);
}

export const days: Record<string, Story> = {
  'a picture is opened, its seed changed and it runs: a preview, then another picture': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const png = await painted(page, served);

    await drop(page, 'painted.png', png);
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'painted' }).waitFor();
    await body(page, 'KSampler').waitFor();
    await setNumber(page, 'KSampler', 'steps', 80);
    await setNumber(page, 'KSampler', 'seed', 4711);
    await chord(page, 'Control+Enter');
    await page.locator('.node-pictures[data-of="preview"] img').waitFor();
    await done(page).nth(1).waitFor();
    await files(page).first().waitFor();
    const again = newest(served);
    assert.notDeepEqual(pixels(again), pixels(png));
    assert.match(again.toString('latin1'), /"seed": ?4711\b/);
    v.clean();
    await v.close();
  },

  'a picture is let go of on an edited workflow: it has a tab of its own, and the edits are alive': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const png = await painted(page, served);

    await edit(page, 'written by hand');
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await drop(page, 'painted.png', png);
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'painted' }).waitFor();
    await page.locator('.stage').getByText('a red circle on a blue background', { exact: true }).first().waitFor();
    assert.equal(await page.getByRole('tab').count(), 2);
    await page.getByRole('tab', { name: /^Text to picture/ }).click();
    await page.locator('.stage').getByText('written by hand', { exact: true }).first().waitFor();
    await graph(page).focus();
    await chord(page, 'Control+z');
    await page.locator('.stage').getByText('a red circle on a blue background', { exact: true }).first().waitFor();
    v.clean();
    await v.close();
  },
};
