// Stories of the mask editor: a picture gets a mask, which is there again when it is opened again.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import type { Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const place = { pos: [0, 0], size: [320, 330], flags: {}, order: 0, mode: 0 };
const file = { nodes: [{ id: 1, type: 'LoadImage', ...place, inputs: [], outputs: [], widgets_values: ['plain.png', 'image'] }], links: [], version: 0.4 };
const editor = (page: Page) => page.locator('.mask-editor');
const covers = (page: Page) => editor(page).locator('span[role="status"]').textContent();

/** A picture of the server's own making in the input folder, and a document with it. */
async function open(browser: Parameters<Story>[0], served: Served) {
  const v = await visit(browser, served.url);
  await v.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(200, 100);
    canvas.getContext('2d')?.fillRect(0, 0, 100, 100);
    const form = new FormData();
    form.set('image', await canvas.convertToBlob(), 'plain.png');
    form.set('overwrite', 'true');
    await fetch('upload/image', { method: 'POST', body: form });
  });
  const data = await v.page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'masked.json'));
    return data;
  }, JSON.stringify(file));
  await v.page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
  await v.page.getByRole('tab', { name: /masked/ }).waitFor();
  return v;
}

async function edit(page: Page) {
  await page.getByRole('button', { name: 'Edit mask' }).click();
  await editor(page).locator('.surface').waitFor();
}

/** How strong the mask is at a pixel of the picture. */
const strength = (page: Page, x: number, y: number) =>
  editor(page).locator('canvas.tint').evaluate((c, [x, y]) => (c as HTMLCanvasElement).getContext('2d')?.getImageData(x ?? 0, y ?? 0, 1, 1).data[3], [x, y]);

/** From one pixel of the picture to another. */
async function drag(page: Page, ...[[x1, y1], [x2, y2]]: readonly [readonly [number, number], readonly [number, number]]) {
  const box = await editor(page).locator('canvas.tint').boundingBox();
  assert.ok(box);
  const zoom = box.width / 200;
  await page.mouse.move(box.x + x1 * zoom, box.y + y1 * zoom);
  await page.mouse.down();
  await page.mouse.move(box.x + x2 * zoom, box.y + y2 * zoom, { steps: 4 });
  await page.mouse.up();
}

export const mask: Record<string, Story> = {
  'a mask is painted, saved, and there again when it is opened again': async (browser, served) => {
    const v = await open(browser, served);
    await edit(v.page);
    const before = await covers(v.page); // the right half is transparent: it is the mask of this picture
    await until(() => strength(v.page, 150, 50), 255);
    await until(() => strength(v.page, 50, 50), 0);
    await v.page.keyboard.press('r');
    await drag(v.page, [20, 20], [60, 80]);
    await until(() => strength(v.page, 40, 50), 255);
    await v.page.keyboard.press('Control+z');
    await until(() => strength(v.page, 40, 50), 0);
    await until(() => covers(v.page), before);
    await v.page.keyboard.press('Control+y');
    await v.page.keyboard.press('b');
    await drag(v.page, [150, 10], [150, 11]); // what is painted already stays
    const painted = await until(() => covers(v.page), (now) => now !== before, 'nothing was painted');
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Enter');
    await editor(v.page).waitFor({ state: 'detached' });
    await v.page.locator('.upload').getByText(/clipspace/).first().waitFor();
    assert.equal(await v.page.locator('.widget[data-wrong="true"]').count(), 0);

    await edit(v.page);
    await until(() => covers(v.page), painted);
    await until(() => strength(v.page, 40, 50), 255);
    await until(() => strength(v.page, 10, 50), 0);
    v.clean();
    await v.close();
  },

  'a mask that is left with Escape changes nothing': async (browser, served) => {
    const v = await open(browser, served);
    await edit(v.page);
    await v.page.keyboard.press('Escape');
    await editor(v.page).waitFor({ state: 'detached' }); // nothing was painted
    await edit(v.page);
    const nothing = await covers(v.page);
    await drag(v.page, [20, 20], [60, 80]);
    const painted = await until(() => covers(v.page), (now) => now !== nothing, 'nothing was painted');
    const asks = v.page.getByRole('dialog').filter({ hasText: 'Leave without saving?' }).last();
    await v.page.keyboard.press('Escape');
    await asks.getByRole('button', { name: 'Keep painting' }).click();
    await asks.waitFor({ state: 'detached' });
    await until(() => covers(v.page), painted);
    for (let i = 0; i < 4; i++) await v.page.keyboard.press('Escape'); // a browser closes then what it can
    await editor(v.page).locator('canvas.tint').waitFor();
    if (await asks.count()) await asks.getByRole('button', { name: 'Keep painting' }).click();
    await asks.waitFor({ state: 'detached' });
    await until(() => covers(v.page), painted);
    await v.page.keyboard.press('Escape');
    await asks.getByRole('button', { name: 'Discard it' }).click();
    await editor(v.page).waitFor({ state: 'detached' });
    await v.page.locator('.upload').getByText('plain.png').first().waitFor();
    v.clean();
    await v.close();
  },
};
