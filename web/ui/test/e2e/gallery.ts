// Stories of pictures that came out: found, looked at, compared, used again, thrown away and brought back.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PATIENCE, until, visit } from './browser.ts';
import { picking } from './picking.ts';
import type { Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const tiles = (page: Page) => page.locator('.gallery-panel .tile[role="option"]');
const chosen = (page: Page) => page.locator('.chosen');
const tab = (page: Page) => page.getByRole('tab', { selected: true });

/** A picture that carries its workflow. */
async function paint(served: Served, prefix: string, seed: number, steps: number) {
  const link = (from: string, slot: number) => [from, slot];
  const inputs = { model: link('1', 0), seed, steps, cfg: 1, sampler_name: 'euler', scheduler: 'normal', denoise: 1, positive: link('2', 0), negative: link('2', 0), latent_image: link('4', 0) };
  const at = { pos: [0, 0], size: [220, 120], flags: {}, order: 0, mode: 0 };
  const workflow = {
    nodes: [
      { id: 5, type: 'KSampler', ...at, inputs: [], outputs: [], widgets_values: [seed, 'fixed', steps, 1, 'euler', 'normal', 1] },
      { id: 8, type: 'LoadImage', ...at, inputs: [], outputs: [], widgets_values: ['', 'image'] },
    ],
    links: [], last_node_id: 8, last_link_id: 0, groups: [], config: {}, extra: {}, version: 0.4,
  };
  const prompt = {
    1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'limn-shapes.safetensors' } },
    2: { class_type: 'CLIPTextEncode', inputs: { text: 'a red circle', clip: link('1', 1) } },
    4: { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    5: { class_type: 'KSampler', inputs },
    6: { class_type: 'VAEDecode', inputs: { samples: link('5', 0), vae: link('1', 2) } },
    7: { class_type: 'SaveImage', inputs: { images: link('6', 0), filename_prefix: prefix } },
  };
  const answer = await served.post('prompt', { prompt, extra_data: { extra_pnginfo: { workflow } } });
  const { prompt_id: id } = (await answer.json()) as { prompt_id: string };
  await until(async () => Object.keys((await (await fetch(new URL(`history/${id}`, served.url))).json()) as object), [id], `${prefix} was not painted`);
}

async function open(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}) {
  const v = await visit(browser, served.url, options);
  await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
  await v.page.getByRole('button', { name: 'Gallery' }).click();
  await tiles(v.page).first().waitFor();
  return v;
}

export const gallery: Record<string, Story> = {
  'pictures are found, gone through by keys, and looked at': async (browser, served) => {
    for (const [i, name] of ['gal/apple', 'gal/pear', 'gal/plum'].entries()) await paint(served, name, i, 2);
    const v = await open(browser, served);

    await v.page.getByRole('searchbox').fill('gal/');
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 3);
    await until(() => tiles(v.page).first().getAttribute('aria-label'), /plum/); // the newest
    await tiles(v.page).first().click();
    await v.page.keyboard.press('ArrowRight');
    await chosen(v.page).getByText(/pear.*png/).waitFor();
    await chosen(v.page).getByText('64 × 64').waitFor();
    await v.page.keyboard.press('Enter');
    const viewer = v.page.getByRole('dialog');
    await viewer.getByRole('heading', { name: /pear.*2 of 3/ }).waitFor();
    await v.page.keyboard.press('ArrowRight');
    await viewer.getByRole('heading', { name: /apple.*3 of 3/ }).waitFor();
    await viewer.getByText(/^64 × 64 · \d+ %$/).waitFor(); // its size is known
    await v.page.keyboard.press('1');
    await viewer.getByText('64 × 64 · 100 %').waitFor();
    await v.page.keyboard.press('+');
    await viewer.getByText('64 × 64 · 125 %').waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('searchbox').fill('apple');
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 1);
    v.clean();
    await v.close();
  },

  'pictures are found by prompt, model, seed and day; their seed alone is used again': async (browser, served) => {
    await paint(served, 'words/one', 424201, 2);
    await paint(served, 'words/two', 424202, 2);
    const v = await open(browser, served);
    const found = (n: number) => v.page.waitForFunction((n) => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === n, n);
    const search = v.page.getByRole('searchbox');

    await search.fill('words circle limn-shapes 4242');
    await found(2);
    await search.fill('seed:424201');
    await found(1);
    await tiles(v.page).first().click();
    await chosen(v.page).getByText(/job [0-9a-f]{8}/).waitFor();
    await chosen(v.page).getByRole('button', { name: 'Only its seed' }).click();
    await v.page.locator('.toast').getByText('1 value taken over').waitFor();
    await v.page.locator('.body', { hasText: 'KSampler' }).getByText('424201', { exact: true }).waitFor();
    await search.fill('424201 1999-01-01');
    await v.page.getByText('No picture fits “424201 1999-01-01”').waitFor();
    assert.deepEqual(await faults(v.page), []);
    v.clean();
    await v.close();
  },

  'two pictures are compared in four ways, with what their workflows differ in': async (browser, served) => {
    await paint(served, 'cmp/one', 1, 2);
    await paint(served, 'cmp/two', 2, 3);
    const v = await open(browser, served);

    await v.page.getByRole('searchbox').fill('cmp/');
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 2);
    await tiles(v.page).nth(1).click();
    await tiles(v.page).nth(0).click({ modifiers: ['Control'] });
    await chosen(v.page).getByText('2 pictures chosen').waitFor();
    await chosen(v.page).getByRole('button', { name: 'Compare' }).click();
    const dialog = v.page.getByRole('dialog');
    await dialog.locator('.changes').getByText('1 → 2').waitFor();
    await dialog.locator('.changes').getByText('2 → 3').waitFor();
    const edge = dialog.getByRole('slider', { name: /Where A ends/ });
    await edge.focus();
    await v.page.keyboard.press('ArrowLeft');
    await until(() => edge.getAttribute('aria-valuenow'), '48');
    for (const [key, mode] of [['2', 'beside'], ['3', 'flicker'], ['4', 'difference']] as const) {
      await v.page.keyboard.press(key);
      await dialog.locator(`.frame[data-mode="${mode}"]`).waitFor();
    }
    await v.page.waitForFunction(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.compare canvas');
      const pixels = canvas?.width === 64 ? canvas.getContext('2d')?.getImageData(0, 0, 64, 64).data : undefined;
      return pixels?.some((p, i) => i % 4 !== 3 && p > 0);
    });
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('x');
    await dialog.locator('.changes').getByText('2 → 1').waitFor();
    await v.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'a picture gives its workflow, only its values, or itself': async (browser, served) => {
    await paint(served, 'use/it', 77, 5);
    const v = await open(browser, served);

    await v.page.getByRole('searchbox').fill('use/');
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 1);
    await tiles(v.page).first().click();
    await chosen(v.page).getByText(/^seed \d+$/).waitFor();
    await chosen(v.page).getByRole('button', { name: 'Only its values' }).click();
    await v.page.locator('.toast').getByText(/values taken over/).waitFor();
    await v.page.locator('.body', { hasText: 'KSampler' }).getByText('77', { exact: true }).waitFor();
    await v.page.keyboard.press('Control+z');
    await v.page.locator('.body', { hasText: 'KSampler' }).getByText('77', { exact: true }).waitFor({ state: 'detached' });
    await chosen(v.page).getByRole('button', { name: 'Open workflow' }).click();
    await v.page.waitForFunction(() => document.querySelector('[role="tab"][aria-selected="true"]')?.textContent?.includes('it_0'));
    await chosen(v.page).getByRole('button', { name: 'To Load Image' }).click();
    await v.page.locator('.body', { hasText: 'Load Image' }).getByText(/use\/it_\d+_\.png \[output\]/).first().waitFor();
    await until(() => tab(v.page).textContent(), /it_0/);
    v.clean();
    await v.close();
  },

  'what is thrown away comes back, and stars stay': async (browser, served) => {
    await paint(served, 'bin/a', 1, 2);
    await paint(served, 'bin/b', 2, 2);
    const v = await open(browser, served);
    const count = (n: number) => v.page.waitForFunction((n) => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === n, n);

    await v.page.getByRole('searchbox').fill('bin/');
    await count(2);
    const read = () => chosen(v.page).getByText(/^seed \d+$/).waitFor(); // what it is made of is read out of it
    await tiles(v.page).first().click();
    await v.page.keyboard.press('s');
    await v.page.getByRole('option', { name: /bin\/b.*starred/ }).waitFor();
    await read();
    await v.page.keyboard.press('Delete');
    await count(1);
    await v.page.locator('.tile:focus').waitFor(); // the one that took its place
    await v.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await count(2);
    await v.page.reload();
    await v.page.getByRole('searchbox').fill('bin/');
    await v.page.getByRole('button', { name: 'Starred only' }).click();
    await count(1);
    await v.page.getByRole('searchbox').fill('');
    await count(1);
    await tiles(v.page).first().click();
    await read();
    await v.page.keyboard.press('Delete');
    await count(0);
    await v.page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await count(1);
    v.clean();
    await v.close();
  },

  'pictures stand in an order, in folders, and those out of sight are not on the page': async (browser, served) => {
    await paint(served, 'many/seed', 8, 2);
    const folder = join(served.base, 'output', 'many');
    const png = readFileSync(join(folder, 'seed_00001_.png'));
    mkdirSync(join(folder, 'deep'), { recursive: true });
    for (let i = 0; i < 700; i++) {
      const file = join(folder, i < 690 ? `n${i}.png` : `deep/n${i}.png`);
      writeFileSync(file, i === 5 ? Buffer.concat([png, Buffer.alloc(20_000)]) : png); // bytes behind its end are nobody's
      utimesSync(file, 1_700_000_000 - 60 * i, 1_700_000_000 - 60 * i);
    }
    const v = await open(browser, served);
    const [search, where, order] = [v.page.getByRole('searchbox'), v.page.getByLabel('Folder', { exact: true }), v.page.getByLabel('Order', { exact: true })];
    const first = (name: RegExp) => v.page.locator('.tile[data-at="0"]', { has: v.page.locator('img') }).and(v.page.getByRole('option', { name })).waitFor();

    await where.getByText('output / many / deep (10)').waitFor({ state: 'attached' });
    await where.selectOption('many');
    await first(/seed_00001/);
    await v.page.locator('.tiles-of').getByText('Today').waitFor();
    await order.selectOption('largest');
    await first(/n5\.png/);
    await order.selectOption('oldest');
    await first(/n699\.png/);
    await v.page.locator('.tiles-of').getByText(/14 Nov 2023/).waitFor();
    await order.selectOption('name');
    await first(/n0\.png/);
    await tiles(v.page).first().click();
    for (let end = Date.now() + PATIENCE; ; ) { // the pages come as the keyboard gets there
      await v.page.keyboard.press('End');
      const at = await v.page.evaluate(() => Number(document.activeElement?.getAttribute('data-at')));
      if (at === 700) break;
      assert.ok(Date.now() < end, `at ${at} of 700`);
    }
    await until(() => v.page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'many/deep/n699.png');
    await v.page.locator('.tiles-of').getByText('output / many / deep').waitFor();
    await until(() => tiles(v.page).count(), (n) => n > 0 && n < 60, 'those in sight');
    await v.page.keyboard.press('ArrowUp');
    await v.page.keyboard.press('Home');
    await first(/n0\.png/);
    await tiles(v.page).nth(3).click({ modifiers: ['Shift'] });
    await chosen(v.page).getByText('4 pictures chosen').waitFor();
    await chosen(v.page).getByRole('button', { name: 'Star', exact: true }).click();
    await v.page.getByRole('button', { name: 'Starred only' }).click();
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 4);
    await search.fill('n2');
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length === 1);
    assert.deepEqual(await faults(v.page), []);
    await v.page.reload(); // the order is kept
    await v.page.waitForFunction(() => document.querySelectorAll('.gallery-panel .tile[role="option"]').length > 0);
    await until(() => order.inputValue(), 'name');
    await served.post('history', { clear: true }); // its rows show pictures that are gone now
    rmSync(folder, { recursive: true });
    await served.post('history', { clear: true }); // which would show what is gone
    v.clean();
    await v.close();
  },

  'the gallery stands in nobody’s way': async (browser, served) => {
    await paint(served, 'axe', 3, 2);
    for (const colorScheme of ['light', 'dark'] as const) {
      const v = await open(browser, served, { colorScheme });
      await tiles(v.page).first().click();
      await v.page.keyboard.press('s');
      assert.deepEqual(await faults(v.page), []);
      await v.close();
    }
  },

  ...picking,
};
