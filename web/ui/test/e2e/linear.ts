// Stories of the App view: fields are pinned on the graph, changed and run beside the picture; on a phone it is what comes first.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { body, dropFile } from './hands.ts';
import { faults, type Story } from './shell.ts';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const switchTo = (page: Page, name: string) => page.getByRole('region', { name: 'Views' }).getByRole('button', { name }).click();
const field = (page: Page, name: string) => page.locator(`.linear-field[data-widget="${name}"]`);
const names = (page: Page) => page.locator('.linear-field').evaluateAll((all) => all.map((f) => f.getAttribute('data-widget')));
const picture = (page: Page) => page.locator('.linear-result .large img');

/** With the pin that comes beside a field that the pointer is over. */
async function pinOf(page: Page, title: string, name: string): Promise<Locator> {
  const node = body(page, title);
  await node.locator(`.row[data-widget="${name}"]`).hover();
  return node.locator('.pin');
}

async function type(page: Page, name: string, text: string) {
  await field(page, name).locator('[data-field]').first().click();
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** How wide the picture is that is shown large. */
const seen = (page: Page) =>
  page.waitForFunction(() => (document.querySelector('.linear-result .large img') as HTMLImageElement | null)?.naturalWidth || undefined);

export const linear: Record<string, Story> = {
  'fields are pinned on the graph, and are all that the App view shows': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    await (await pinOf(page, 'KSampler', 'steps')).click();
    await page.locator('.row[data-widget="steps"][data-pinned="true"]').waitFor();
    await (await pinOf(page, 'Prompt · 提示词', 'text')).click();
    await switchTo(page, 'App');
    await field(page, 'text').waitFor();
    await until(() => names(page), ['steps', 'text']);

    await type(page, 'steps', '3');
    assert.deepEqual(await faults(page), []);
    await page.getByRole('region', { name: 'Fields' }).getByRole('button', { name: 'Run', exact: true }).click();
    await picture(page).waitFor();
    assert.ok(await (await seen(page)).jsonValue());
    await page.getByRole('combobox', { name: 'How many times' }).selectOption('2');
    await page.getByRole('region', { name: 'Fields' }).getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.strip-of li').nth(2).waitFor();

    await switchTo(page, 'Graph');
    await body(page, 'KSampler').locator('.row[data-widget="steps"]', { hasText: '3' }).waitFor();
    v.clean();
    await v.close();
  },

  'the order of the fields is changed, they are added and taken off, and all of it is undone': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    await switchTo(page, 'App');
    await field(page, 'ckpt_name').waitFor();
    await until(() => names(page), ['text', 'text', 'steps', 'seed', 'width', 'height', 'ckpt_name']);
    await page.getByRole('button', { name: 'Choose fields' }).click();
    await page.getByRole('button', { name: /^Move KSampler · steps up/ }).click();
    await page.getByRole('button', { name: /^Take .* height off/ }).click();
    const add = page.getByRole('combobox', { name: 'Add a field' });
    await add.selectOption({ label: 'cfg' });
    await page.getByRole('button', { name: 'Take KSampler · cfg off the App view' }).waitFor();
    assert.deepEqual(await faults(page), []);
    await page.getByRole('button', { name: 'Done' }).click();
    await field(page, 'cfg').waitFor();
    await until(() => names(page), ['text', 'steps', 'text', 'seed', 'width', 'ckpt_name', 'cfg']);
    for (let i = 0; i < 3; i++) await page.keyboard.press('Control+z');
    await field(page, 'height').waitFor();
    await until(() => names(page), ['text', 'text', 'steps', 'seed', 'width', 'height', 'ckpt_name']);
    v.clean();
    await v.close();
  },

  'the form is worked by the keyboard: into it, from field to field, and out': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await body(page, 'KSampler').waitFor();
    await switchTo(page, 'App');
    await field(page, 'ckpt_name').waitFor();
    const inField = () => page.evaluate(() => document.activeElement?.closest('.linear-field')?.getAttribute('data-widget') ?? document.activeElement?.textContent?.trim());
    await page.getByRole('button', { name: 'Choose fields' }).focus();
    await until(inField, 'Choose fields');
    for (const next of ['text', 'text', 'steps', 'seed', 'seed', 'seed', 'width', 'height', 'ckpt_name', 'Run']) {
      await page.keyboard.press('Tab');
      await until(inField, next);
    }
    await page.keyboard.press('Shift+Tab');
    await until(inField, 'ckpt_name');
    for (let i = 0; i < 9; i++) await page.keyboard.press('Shift+Tab');
    await until(inField, 'Choose fields');
    v.clean();
    await v.close();
  },

  'a file that asks for the App view offers it, and never switches by itself': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    const file = {
      nodes: [{ id: 1, type: 'EmptyLatentImage', pos: [0, 0], size: [220, 120], flags: {}, order: 0, mode: 0, outputs: [], widgets_values: [64, 64, 1] }],
      links: [], extra: { linearMode: true, linearData: { inputs: [[9, 'gone'], [1, 'height']], outputs: [] } }, version: 0.4,
    };
    await dropFile(page, 'asks', JSON.stringify(file));
    await body(page, 'Empty Latent Image').waitFor();
    const offer = page.locator('.app-offer');
    assert.deepEqual(await faults(page), []);
    await offer.getByRole('button', { name: 'Open' }).click();
    await field(page, 'height').waitFor();
    await until(() => names(page), ['height']);
    await page.keyboard.press('Delete'); // nothing is done to a graph that is not seen
    await switchTo(page, 'Graph');
    await body(page, 'Empty Latent Image').waitFor();
    await offer.getByRole('button', { name: 'Not now' }).click();
    await offer.waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'on a phone the App view comes first, and runs': async (browser, served) => {
    const v = await visit(browser, served.url, PHONE);
    const { page } = v;
    const run = page.getByRole('region', { name: 'Fields' }).getByRole('button', { name: 'Run', exact: true });
    await field(page, 'ckpt_name').waitFor();
    await until(() => page.evaluate(() => document.documentElement.scrollWidth), 390);
    const boxes = [await page.locator('.linear-result').boundingBox(), await field(page, 'text').first().boundingBox()];
    assert.ok(boxes[0] && boxes[1] && boxes[0].y < boxes[1].y, 'the result is on top');
    const small = await page.locator('.shell').evaluate((shell) =>
      [...shell.querySelectorAll<HTMLElement>('.linear button, .linear select, .linear [data-field], .linear .slide')]
        .filter((e) => e.checkVisibility({ visibilityProperty: true }))
        .map((e) => ({ is: e.className, ...e.getBoundingClientRect().toJSON() as { width: number; height: number } }))
        .filter((b) => b.width < 44 || b.height < 44));
    assert.deepEqual(small, []);
    assert.doesNotMatch((await page.locator('meta[name="viewport"]').getAttribute('content')) ?? '', /user-scalable|maximum-scale/);
    await page.getByRole('slider', { name: 'steps' }).fill('30');
    await field(page, 'steps').getByRole('spinbutton', { name: 'steps' }).and(page.locator('[aria-valuenow="30"]')).waitFor();
    await field(page, 'steps').locator('[data-field]').first().tap();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('2');
    await page.keyboard.press('Enter');
    const at = await run.boundingBox();
    assert.ok(at && at.y + at.height <= 844, 'Run is in view wherever the fields are');
    await run.tap();
    await picture(page).waitFor();
    assert.ok(await (await seen(page)).jsonValue());
    assert.deepEqual(await faults(page), []);
    v.clean();
    await v.close();
  },
};
