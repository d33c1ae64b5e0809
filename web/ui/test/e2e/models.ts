// Stories of the browser of models, of the fields that lead there, and of embeddings that are completed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until, visit, type Visit } from './browser.ts';
import { body, counts, graph } from './hands.ts';
import { layModels } from './model-files.ts';
import { serve, type Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const panel = (page: Page, name = 'Models') => page.getByRole('region', { name, exact: true });
const option = (page: Page, name: string | RegExp) => page.locator('.model-list').getByRole('option', { name });
const shown = (page: Page) => page.locator('.model-list [role="option"]');
const file = (page: Page, node: string, field = 'ckpt_name') => body(page, node).getByRole('combobox', { name: field });

/** A server of its own, whose models are these. */
async function withModels(more: number, story: (served: Served) => Promise<void>) {
  const [limn = '', root = ''] = process.argv.slice(2);
  const served = await serve(limn, root);
  layModels(served, more);
  try {
    await story(served);
  } finally {
    await served.done();
  }
}

async function open(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const v = await visit(browser, served.url, options);
  await v.page.locator('.body').first().waitFor();
  return v;
}

async function openPanel(browser: Parameters<Story>[0], served: Served): Promise<Visit> {
  const v = await open(browser, served);
  await v.page.getByRole('button', { name: 'Models', exact: true }).click();
  await option(v.page, /limn-shapes/).waitFor();
  return v;
}

export const models: Record<string, Story> = {
  'a model is found, looked at, and put into the graph by pointer': (browser) => withModels(0, async (served) => {
    const v = await openPanel(browser, served);
    const { page } = v;
    const said = panel(page).getByRole('status');

    await said.getByText('6 files', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^sd15.*2 files/ }).click();
    await said.getByText('2 of 6 files').waitFor();
    await page.getByRole('button', { name: 'Back to All' }).click();
    await page.getByLabel('Search names').fill('OIL on');
    await option(page, /harbour-v2.*SD 1\.x/).click();
    const about = page.getByRole('region', { name: 'About harbour-v2' });
    await about.getByRole('button', { name: 'harbour light' }).waitFor();
    await about.getByText('SD 1.5').waitFor();
    await about.getByText('9f9f9f9f9f9f9f9f…').waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.model-detail img')?.naturalWidth);
    await about.getByRole('button', { name: 'Use in Load Checkpoint' }).click();
    await file(page, 'Load Checkpoint').getByText('sd15/harbour-v2.safetensors').waitFor();
    await about.getByRole('button', { name: 'Show the node that has it' }).waitFor();
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await file(page, 'Load Checkpoint').getByText('limn-shapes.safetensors').waitFor();

    await page.getByLabel('Search names').fill('xl');
    await option(page, /base-xl/).dragTo(file(page, 'Load Checkpoint'));
    await file(page, 'Load Checkpoint').getByText('sdxl/base-xl.safetensors').waitFor();
    await option(page, /photo-xl/).dragTo(graph(page), { targetPosition: { x: 640, y: 40 } });
    await counts(page, 8, 9);
    await body(page, 'Load Checkpoint').getByRole('combobox').getByText('sdxl/photo-xl.safetensors').waitFor();
    await option(page, /photo-xl/).dragTo(body(page, 'KSampler').getByRole('heading')); // nothing there takes it
    await counts(page, 8, 9);
    await page.getByRole('button', { name: 'App', exact: true }).click();
    const field = page.locator('.linear-field[data-widget="ckpt_name"]').first();
    await option(page, /photo-xl/).dragTo(field.locator('.slot'));
    await field.getByText('sdxl/photo-xl.safetensors').waitFor();
    v.clean();
    await v.close();
  }),

  'the same by keys alone, in Chinese': (browser) => withModels(0, async (served) => {
    const v = await open(browser, served, { locale: 'zh-CN' });
    const { page } = v;

    await graph(page).focus();
    await page.keyboard.press('m');
    await page.getByLabel('模型种类').focus();
    await page.keyboard.press('Tab');
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    await until(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), '搜索名称、触发词或系列');
    await page.keyboard.type('inkw');
    await option(page, /inkwash/).waitFor();
    await page.waitForFunction(() => document.querySelectorAll('.model-list [role="option"]').length === 1);
    await page.keyboard.press('ArrowDown');
    await page.locator('.model-list [role="option"][aria-selected="true"]').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.toast').getByText('inkwash').waitFor();
    await page.locator('.body').getByText('sd15/inkwash.safetensors').waitFor();
    await page.keyboard.press('Shift+Enter');
    await page.waitForFunction(() => [...document.querySelectorAll('.body .pick')].filter((e) => e.textContent === 'sd15/inkwash.safetensors').length === 2);
    await page.keyboard.press('ArrowUp'); // out of the list
    await until(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value), 'inkw');
    v.clean();
    await v.close();
  }),

  'thousands of files: what is in sight is on the page, and each is reached': (browser) => withModels(3000, async (served) => {
    const v = await openPanel(browser, served);
    const { page } = v;

    await panel(page).getByRole('status').getByText('3006 files', { exact: true }).waitFor();
    await page.locator('.model-list').focus();
    await page.keyboard.press('End');
    await page.locator('.model-list [role="option"][aria-posinset="3006"][aria-selected="true"]').waitFor();
    await until(() => shown(page).count(), (n) => n < 60, 'those in sight');
    for (const look of ['Pictures', 'List']) {
      await page.getByRole('button', { name: look }).click();
      await page.locator('.model-list [role="option"][aria-posinset="3006"]').waitFor();
      await until(() => shown(page).count(), (n) => n < 80, 'those in sight');
    }
    await page.getByLabel('Search names').fill('m01234');
    await option(page, 'm01234').waitFor();
    await until(() => shown(page).count(), 1);
    v.clean();
    await v.close();
  }),

  'an empty folder says where files go, and what cannot be read says why': (browser) => withModels(0, async (served) => {
    const v = await openPanel(browser, served);
    const { page } = v;

    await page.getByLabel('Kind of models').selectOption('upscale_models');
    await panel(page).getByText('No files in “Upscale models” yet').waitFor();
    await panel(page).getByText(join(served.base, 'models/upscale_models')).waitFor();
    await page.getByRole('button', { name: 'Copy the path' }).click();
    await page.locator('.toast').getByText('upscale_models').waitFor();
    await page.getByLabel('Kind of models').selectOption('checkpoints');
    await option(page, /limn-shapes/).waitFor();
    await page.getByLabel('Search names').fill('no such thing');
    await panel(page).getByRole('button', { name: 'Show all' }).click();
    await option(page, /limn-shapes/).waitFor();
    await page.route('**/limn/models?folder=*', (route) => route.fulfill({ status: 503, json: { error: 'the disk is away' } }));
    await page.getByRole('button', { name: 'Look again' }).click();
    await panel(page).getByRole('alert').getByText('the disk is away').waitFor();
    await page.locator('.model-list[data-old="true"]').waitFor(); // the last list stays
    await page.unroute('**/limn/models?folder=*');
    await panel(page).getByRole('button', { name: 'Try again' }).click();
    await page.locator('.model-list[data-old="false"]').waitFor();
    assert.ok(v.errors.every((e) => e.includes('503')));
    v.errors.length = 0;
    v.clean();
    await v.close();
  }),

  'a field of models leads to all that is known of them': (browser) => withModels(0, async (served) => {
    const v = await open(browser, served);
    const { page } = v;

    await file(page, 'Load Checkpoint').click();
    await page.getByRole('combobox', { name: 'Filter' }).waitFor();
    await page.keyboard.press('End');
    for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await option(page, /limn-shapes/).waitFor();
    await until(() => option(page, /limn-shapes/).getAttribute('aria-selected'), 'true');
    await page.locator('.model-list:focus, .model-list :focus').waitFor();
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await file(page, 'Load Checkpoint').getByText('sdxl/base-xl.safetensors').waitFor();
    v.clean();
    await v.close();
  }),

  'embeddings are completed where they are named': (browser) => withModels(0, async (served) => {
    const v = await open(browser, served);
    const { page } = v;
    const text = page.locator('.body [role="textbox"][aria-multiline]').first();
    const list = page.getByRole('listbox', { name: 'Embeddings' });
    const value = () => page.locator('textarea.entry').inputValue();

    await text.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('a face, embedding:');
    await list.getByRole('option').nth(2).waitFor();
    await page.keyboard.type('calm');
    await page.waitForFunction(() => document.querySelectorAll('.choices [role="option"]').length === 2);
    const of = page.locator('textarea.entry');
    await until(async () => (await of.getAttribute('aria-activedescendant')) === (await list.getByRole('option').first().getAttribute('id')), true);
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    await list.waitFor({ state: 'detached' });
    await until(value, 'a face, embedding:calm-light');
    await page.keyboard.type(' embedding:gra');
    await list.waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await until(value, 'a face, embedding:calm-light embedding:gra'); // and the field is still worked in
    await page.keyboard.type('i');
    await page.keyboard.press('Escape');
    await page.locator('textarea.entry').waitFor({ state: 'detached' });
    await text.getByText('embedding:grai').waitFor();
    v.clean();
    await v.close();
  }),

  'what is missing is replaced by any file of its folder': (browser) => withModels(0, async (served) => {
    const v = await open(browser, served);
    const { page } = v;
    const workflow = { nodes: [{ id: 1, type: 'VAELoader', pos: [0, 0], size: [310, 60], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], widgets_values: ['far-away.safetensors'] }], links: [], version: 0.4 };
    const data = await page.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'theirs.json', { lastModified: 1 }));
      return data;
    }, JSON.stringify(workflow));

    await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What is used for far-away.safetensors').selectOption('soft.safetensors');
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('Escape');
    await file(page, 'Load VAE', 'vae_name').getByText('soft.safetensors').waitFor();
    v.clean();
    await v.close();
  }),

  'the browser of models stands in nobody’s way': (browser) => withModels(0, async (served) => {
    for (const [locale, colorScheme] of [['en-GB', 'light'], ['zh-CN', 'dark']] as const) {
      const v = await open(browser, served, { locale, colorScheme });
      const { page } = v;
      await graph(page).focus();
      await page.keyboard.press('m');
      await option(page, /harbour/).click();
      assert.deepEqual(await faults(page), []);
      await page.getByRole('button', { name: /^(Pictures|图片)$/ }).click();
      assert.deepEqual(await faults(page), []);
      await page.getByLabel(/^(Kind of models|模型种类)$/).selectOption('upscale_models');
      await page.locator('.models-says code').waitFor();
      assert.deepEqual(await faults(page), []);
      v.clean();
      await v.close();
    }
  }),
};
