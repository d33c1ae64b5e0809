// Stories of what keys and menus reach on the canvas: several nodes at once, colours, sizes, and places within subgraphs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { body, counts, drag, dropFile, graph, isAt, place, socket, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';

const file = join(import.meta.dirname, '../../../..', 'tests/canvas/corpus/subgraph.json');

/** Opens a file with a subgraph of two nodes, and goes into that. */
async function intoSubgraph(page: Page) {
  await dropFile(page, 'subgraph', readFileSync(file, 'utf8').replaceAll('sd1.safetensors', 'limn-shapes.safetensors'));
  await page.keyboard.press('Control+f');
  await page.getByRole('combobox', { name: 'Find in this graph' }).fill('invert and');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await counts(page, 2, 3);
}

export const reach: Record<string, Story> = {
  'several nodes are chosen, coloured, widened and grouped by keys alone': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1800, height: 1000 } });
    const { page } = v;
    const chosen = page.locator('.body[data-chosen="true"]');
    const many = (n: number) => page.waitForFunction((n) => document.querySelectorAll('.body[data-chosen="true"]').length === n, n);
    const name = async () => (await chosen.first().getAttribute('aria-label')) ?? '';

    await body(page, 'KSampler').waitFor();
    await graph(page).focus();
    await page.keyboard.press('ArrowRight');
    await many(1);
    const first = await name();
    await page.keyboard.press('Shift+ArrowLeft');
    await many(2);
    await page.keyboard.press('s');
    await many(1);
    await until(name, first);
    await page.keyboard.press('s');
    await many(2);

    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Colour …' }).press('Enter');
    await page.getByRole('button', { name: 'Red' }).press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.body[data-coloured="true"]').length === 2);

    const before = await chosen.first().boundingBox();
    await page.keyboard.press('Alt+Shift+ArrowRight');
    await page.waitForFunction((width) => (document.querySelector('.body[data-chosen="true"]')?.getBoundingClientRect().width ?? 0) > width, before?.width ?? 0);
    await page.keyboard.press('Control+z');
    await page.waitForFunction((width) => Math.abs((document.querySelector('.body[data-chosen="true"]')?.getBoundingClientRect().width ?? 0) - width) < 1, before?.width ?? 0);
    await page.keyboard.press('Control+z');
    await page.waitForFunction(() => document.querySelectorAll('.body[data-coloured="true"]').length === 0); // both at once

    await page.keyboard.press('Control+g');
    const title = page.getByRole('textbox', { name: 'Name of the group' });
    const frame = await title.boundingBox();
    await title.press('Enter');
    await many(0); // the group is chosen
    await page.mouse.click((frame?.x ?? 0) + 12, (frame?.y ?? 0) + 6, { button: 'right' });
    await page.getByRole('menuitem', { name: 'Select what is in it' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.body[data-chosen="true"]').length >= 2);
    await page.keyboard.press('Control+z');

    const [from, to] = [await socket(page, 'VAE Decode', 'out', 'IMAGE'), await socket(page, 'Save Image', 'in', 'images')];
    await page.mouse.click((from.x + to.x) / 2, (from.y + to.y) / 2, { button: 'right' });
    await page.getByRole('menuitem', { name: 'Put a point here' }).click();
    await page.keyboard.press('Control+z');
    await counts(page, 7, 9);
    v.clean();
    await v.close();
  },

  'a drag with Ctrl takes the node that is pressed, and arrow keys leave what is pinned': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1800, height: 1000 } });
    const { page } = v;

    await body(page, 'KSampler').waitFor();
    const [sampler, decode] = [await place(page, 'KSampler'), await place(page, 'VAE Decode')];
    const title = await titleSpot(page, 'VAE Decode');
    await drag(page, await titleSpot(page, 'KSampler'), { ...(await titleSpot(page, 'KSampler')) }); // chosen, not moved
    await drag(page, title, { x: title.x, y: title.y + 96 }, { keys: ['Control'] });
    await until(async () => (await place(page, 'VAE Decode')).y, (y) => y !== decode.y, 'it was not moved');
    await page.keyboard.press('Control+z');

    await page.mouse.click(title.x, title.y);
    await page.keyboard.press('p');
    await page.keyboard.press('Control+ArrowDown');
    await page.keyboard.press('p');
    await isAt(page, 'VAE Decode', decode);
    await page.keyboard.press('Control+ArrowDown');
    await page.waitForFunction(([y]) => document.querySelector('.body[data-chosen="true"]')?.getBoundingClientRect().y !== y, [decode.y]);
    await isAt(page, 'KSampler', sampler);
    v.clean();
    await v.close();
  },

  'the palette goes to a node of the subgraph on the screen': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;

    await body(page, 'KSampler').waitFor();
    await intoSubgraph(page);
    await page.keyboard.press('Control+k');
    await page.locator('dialog input').fill('@');
    await page.locator('[role="option"][aria-selected="true"]').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('.body[data-chosen="true"]').length === 1);
    await counts(page, 2, 3); // still in it
    v.clean();
    await v.close();
  },

  'a subgraph gets a name, and its inputs and outputs are named, exposed and removed': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1600, height: 900 } });
    const { page } = v;
    const dialog = page.getByRole('dialog', { name: 'The subgraph' });
    const inputs = dialog.getByRole('group', { name: 'Inputs' }).getByRole('textbox');

    await body(page, 'KSampler').waitFor();
    await intoSubgraph(page);

    const openDialog = async () => {
      await page.keyboard.press('Control+k');
      await page.locator('dialog input').fill('inputs and outputs');
      await page.keyboard.press('Enter');
      await inputs.first().waitFor();
    };
    await openDialog();
    const before = await inputs.count();
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Reversed');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
    await inputs.first().fill('the picture');
    await inputs.first().press('Enter');
    await dialog.getByRole('combobox', { name: 'Another input, of a node' }).selectOption({ index: 1 });
    await dialog.getByRole('button', { name: 'Expose' }).first().click();
    await page.waitForFunction((n) => document.querySelectorAll('.edges fieldset:first-of-type li').length === n, before + 1);
    await page.keyboard.press('Escape');
    await page.locator('.crumbs strong', { hasText: 'Reversed' }).waitFor();
    await counts(page, 2, 4);

    await openDialog();
    await dialog.getByRole('button', { name: 'Remove “the picture”' }).click();
    await page.waitForFunction((n) => document.querySelectorAll('.edges fieldset:first-of-type li').length === n, before);
    await page.keyboard.press('Escape');
    await counts(page, 2, 3);
    await page.keyboard.press('Control+z');
    await counts(page, 2, 4);
    await openDialog();
    await until(() => inputs.first().inputValue(), 'the picture');
    await page.keyboard.press('Escape');

    await page.keyboard.press('Shift+.'); // a link that is let go on the edge's last row makes an output
    await place(page, 'Invert Image');
    const free = await page.locator('.react-flow__viewport').evaluate((at) => new DOMMatrix(getComputedStyle(at).transform).transformPoint({ x: 860, y: 44 }));
    const stage = await graph(page).boundingBox();
    await drag(page, await socket(page, 'Invert Image', 'out', 'IMAGE'), { x: free.x + (stage?.x ?? 0), y: free.y + (stage?.y ?? 0) });
    await counts(page, 2, 5);
    v.clean();
    await v.close();
  },

  'the outline chooses several, keeps the lines of a text, and connects a field': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1600, height: 900 } });
    const { page } = v;
    const outline = page.getByRole('treegrid', { name: 'Outline' });
    const row = (name: RegExp) => outline.getByRole('row', { name }).first();
    const many = (n: number) => page.waitForFunction((n) => document.querySelectorAll('.outline [aria-selected="true"]').length === n, n);

    await body(page, 'KSampler').waitFor();
    await page.keyboard.press('o');
    await row(/^Load Checkpoint/).click();
    await page.keyboard.press('Shift+ArrowDown');
    await many(2);
    await page.keyboard.press('Space');
    await many(1);

    await row(/^Prompt/).click();
    await page.keyboard.press('ArrowRight');
    await row(/^text/).click();
    await page.keyboard.press('Enter');
    const text = outline.getByRole('textbox', { name: 'text' });
    await text.fill('one\ntwo');
    await text.press('End');
    await text.press('Enter');
    await text.pressSequentially('three');
    await text.press('Control+Enter');
    await row(/^text/).click();
    await page.keyboard.press('Enter');
    await until(() => text.inputValue(), 'one\ntwo\nthree');
    await text.press('Escape');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Connect …' }).click();
    await page.getByRole('dialog', { name: 'Connect “text” to' }).waitFor();
    await page.keyboard.press('Escape');

    await row(/^KSampler/).click();
    await page.keyboard.press('ArrowRight');
    await row(/^sampler_name/).click();
    await page.keyboard.press('Enter');
    const list = outline.getByRole('combobox', { name: 'sampler_name' });
    for (let i = 0; i < 3; i++) await list.press('ArrowDown');
    await list.waitFor(); // it is still there
    await list.press('Enter');
    await row(/^sampler_name\s*(?!euler$)\S+/).waitFor();
    v.clean();
    await v.close();
  },

  'what limn is can be read, a field is varied from its menu, and what was done is said': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1600, height: 900 } });
    const { page } = v;

    await body(page, 'KSampler').waitFor();
    await page.getByRole('menuitem', { name: 'Help' }).click();
    await page.getByRole('menuitem', { name: 'About limn' }).click();
    const dialog = page.getByRole('dialog', { name: 'About limn' });
    await dialog.getByText(/^\d+\.\d+\.\d+/).first().waitFor();
    await dialog.getByText(/free$/).waitFor();
    await page.keyboard.press('Escape');

    await body(page, 'KSampler').locator('.row[data-widget="cfg"] .label').click({ button: 'right' });
    await page.getByRole('menuitem', { name: /^Vary on X.Y.* cfg/ }).click();
    const x = page.getByRole('dialog').getByRole('combobox').first();
    await until(() => x.evaluate((at: HTMLSelectElement) => at.selectedOptions[0]?.textContent ?? ''), /cfg/i);
    await page.keyboard.press('Escape');

    const title = await titleSpot(page, 'VAE Decode');
    await page.mouse.click(title.x, title.y);
    await page.keyboard.press('Control+m');
    await page.getByText('Mute: on', { exact: true }).waitFor({ state: 'attached' });
    await page.keyboard.press('Control+z');
    await page.getByText('Undo', { exact: true }).first().waitFor({ state: 'attached' });
    v.clean();
    await v.close();
  },

  'on a narrow screen one menu has files and running': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 390, height: 800 } });
    const { page } = v;

    await page.getByRole('menuitem', { name: 'Menus' }).click();
    await page.getByRole('menuitem', { name: /^Save as/ }).waitFor();
    await page.getByRole('menuitem', { name: /^Run\b/ }).first().waitFor();
    await page.getByRole('menuitem', { name: 'About limn' }).waitFor();
    await page.keyboard.press('Escape');
    v.clean();
    await v.close();
  },

  'what is still to be sent of a series ends with Clear rest': async (browser, served) => {
    const v = await visit(browser, served.url, { viewport: { width: 1600, height: 900 } });
    const { page } = v;
    const waiting = page.locator('.job[data-state="waiting"]');
    const held: (() => void)[] = [];
    let sent = 0;
    await page.route('**/prompt', async (route) => {
      if (++sent === 3) await new Promise<void>((go) => held.push(go)); // the third is on its way until the rest was cleared
      await route.continue();
    });

    await body(page, 'KSampler').waitFor();
    await served.post('limn/queue', { op: 'pause' });
    await page.keyboard.press('Control+k');
    await page.locator('dialog input').fill('Run ×10');
    await page.locator('[role="option"][aria-selected="true"]', { hasText: 'Run ×10' }).waitFor();
    await page.keyboard.press('Enter');
    await waiting.nth(1).waitFor();
    await until(() => held.length, 1);
    await page.getByRole('button', { name: /^Clear rest/ }).click();
    await waiting.first().waitFor({ state: 'detached' });
    held[0]?.();
    await waiting.first().waitFor(); // it was sent before the rest was cleared
    await page.getByText('Text to picture is in the queue 3 times').first().waitFor({ state: 'attached' }); // the series has ended
    assert.equal(sent, 3, 'of ten');
    v.clean();
    await v.close();
  },
};
