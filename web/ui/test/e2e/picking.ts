// Stories of what a field shows and takes: a picture out of the gallery, what a model looks like, several of a list.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { body, counts, graph, newWorkflow } from './hands.ts';
import { layModels } from './model-files.ts';
import { point } from './point.ts';
import type { Served } from './served.ts';
import { faults, type Story } from './shell.ts';

function lay({ base }: Served, name: string, grey: number) {
  mkdirSync(dirname(join(base, name)), { recursive: true });
  writeFileSync(join(base, name), point(grey));
}

async function addNode(page: Page, text: string) {
  await graph(page).focus();
  await page.keyboard.press('/');
  await page.locator('.add-node input').fill(text);
  await page.locator('.add-node [aria-selected="true"]', { hasText: text }).waitFor();
  await page.keyboard.press('Enter');
}

const tile = (page: Page, name: string) => page.getByRole('dialog').getByRole('option', { name });

export const picking: Record<string, Story> = {
  'a field takes a picture of the gallery or of the input folder, by pointer and by keys, and says how large it is': async (browser, served) => {
    lay(served, 'output/pick/one.png', 10);
    lay(served, 'output/pick/two.png', 20);
    lay(served, 'input/mine/three.png', 30);
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    await newWorkflow(page);
    await addNode(page, 'Load Image');
    await counts(page, 1, 0);
    const field = body(page, 'Load Image').locator('[data-widget="image"]');
    const value = field.getByRole('combobox');
    const open = async () => {
      await field.getByRole('button', { name: 'From the gallery' }).click();
      await page.getByRole('dialog').waitFor();
    };

    await open();
    await page.getByRole('dialog').getByRole('searchbox').fill('pick/');
    await tile(page, 'pick/two.png').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('dialog .tile').length === 2);
    await tile(page, 'pick/two.png').click();
    assert.deepEqual(await faults(page), []);
    await page.getByRole('dialog').getByRole('button', { name: 'Use this picture' }).click();
    await value.getByText('pick/two.png [output]').waitFor();
    await field.getByText(/^\d+ × \d+ · \d+ B$/).waitFor();
    await until(() => value.getAttribute('aria-invalid'), null);

    await open();
    await page.getByRole('dialog').getByRole('button', { name: 'Input folder' }).click();
    await tile(page, 'mine/three.png').dblclick();
    await value.getByText('mine/three.png', { exact: true }).waitFor();
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await value.getByText('pick/two.png [output]').waitFor();

    await field.getByRole('button', { name: 'From the gallery' }).focus();
    await page.keyboard.press('Enter'); // by keys alone
    await page.getByRole('dialog').getByRole('searchbox').fill('pick/one');
    await page.waitForFunction(() => document.querySelectorAll('dialog .tile').length === 1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await value.getByText('pick/one.png [output]').waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'lists of models show what the one at hand looks like': async (browser, served) => {
    const own = await served.another();
    layModels(own);
    const v = await visit(browser, own.url);
    const { page } = v;
    await nodes(page, 7);
    const seen = page.locator('.seen-model');
    await body(page, 'Load Checkpoint').getByRole('combobox', { name: 'ckpt_name' }).click();
    await page.getByRole('listbox').getByRole('option', { name: 'harbour-v2' }).hover();
    await seen.getByText('Harbour · SD 1.x').waitFor();
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.seen-model img')?.naturalWidth ?? 0) > 0);
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('ArrowDown');
    await seen.getByText('SD 1.x').waitFor();
    await page.getByRole('listbox').getByRole('option', { name: 'photo-xl' }).hover(); // which has none
    await seen.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    v.clean();
    await v.close();
    await own.done();
  },

  'several of a list stand in their field each by itself': async (browser, served) => {
    const v = await visit(browser, served.url, {}, (page) =>
      page.route('**/object_info', async (route) => {
        const told = (await (await route.fetch()).json()) as Record<string, { input: { required: Record<string, unknown> } }>;
        told['KSampler']!.input.required['sampler_name'] = [['euler', 'heun', 'dpm_2', 'lms', 'ddim', 'lcm'], { multi_select: true }];
        await route.fulfill({ json: told });
      }));
    const { page } = v;
    await nodes(page, 7);
    const field = body(page, 'KSampler').locator('[data-widget="sampler_name"]').getByRole('combobox');
    await field.click();
    for (const name of ['heun', 'lms', 'ddim', 'lcm', 'dpm_2']) await page.getByRole('listbox').getByRole('option', { name, exact: true }).click();
    await page.keyboard.press('Escape');
    await until(() => field.locator('.chip').allTextContents(), ['heun', 'dpm_2', '+3']);
    v.clean();
    await v.close();
  },
};
