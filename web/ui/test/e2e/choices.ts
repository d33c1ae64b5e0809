// Stories of what a person chooses: keys of commands, how links look, the grid.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { edit, nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { drag, graph, socket, titleSpot } from './hands.ts';
import { faults, type Story } from './shell.ts';

const SETTING = 'settings/limn.keys';

async function openKeyboard(page: Page) {
  await graph(page).focus();
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'Keyboard' }).click();
  await page.locator('.keyboard').waitFor();
}

const row = (page: Page, command: string) => page.locator(`.keyboard [data-command="${command}"]`);
const keysOf = (page: Page, command: string) => row(page, command).locator('kbd').allTextContents();
const says = (page: Page) => page.locator('.keyboard-says');

/** Until the server keeps them so. */
const kept = (url: string, is: (keys: Record<string, string[]>) => boolean) =>
  until(async () => (await (await fetch(new URL(SETTING, url))).json()) as { keys?: Record<string, string[]> } | null, (said) => said?.keys && is(said.keys), 'the server keeps');

const hintOf = async (page: Page, menu: string, item: string) => {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  await page.getByRole('menu').locator('button', { hasText: item }).waitFor();
  const hint = await page.getByRole('menu').locator('button', { hasText: item }).locator('kbd').allTextContents();
  await page.keyboard.press('Escape');
  return hint;
};

async function choose(page: Page, label: string) {
  await graph(page).focus();
  await page.keyboard.press('Control+,');
  await page.getByRole('radio', { name: label, exact: true }).check();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

async function exported(page: Page): Promise<{ nodes: { id: number; pos: number[] }[] }> {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as JSON' }).click()]);
  return JSON.parse(readFileSync(await file.path(), 'utf8')) as { nodes: { id: number; pos: number[] }[] };
}

/** Is a link drawn at a point of the page, so strong? What is of a dot of the ground is less. */
const inked = (page: Page, at: { x: number; y: number }, strong = 110) =>
  page.evaluate(async ({ x, y, strong }) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const drawings = [...document.querySelectorAll<HTMLCanvasElement>('.graph canvas.drawing')].filter((c) => c.getBoundingClientRect().width > 0);
    return drawings.some((canvas) => {
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      const { data } = canvas.getContext('2d')!.getImageData(Math.round((x - box.x) * scale) - 7, Math.round((y - box.y) * scale) - 7, 15, 15);
      return Array.from({ length: 225 }, (_, i) => data[i * 4 + 3] ?? 0).filter((a) => a > strong).length > 12;
    });
  }, { ...at, strong });

export const choices: Record<string, Story> = {
  'keys are bound anew: conflicts are said, menus show the keys, and every browser has them': async (browser, served) => {
    const v = await visit(browser, served.url);
    const add = (command: string) => row(v.page, command).locator('.add').click();

    await nodes(v.page, 7);
    await openKeyboard(v.page);
    await until(() => keysOf(v.page, 'view.focus'), ['F']);
    await add('view.focus');
    await v.page.keyboard.press('j');
    await says(v.page).getByText('J leads to “Only the canvas” from now on.').waitFor();
    await until(() => keysOf(v.page, 'view.focus'), ['F', 'J']);

    await add('view.focus');
    await v.page.keyboard.press('Control+g');
    await says(v.page).getByText('Ctrl+G leads to “Group”').waitFor();
    assert.deepEqual(await faults(v.page), []);
    await says(v.page).getByRole('button', { name: 'Cancel' }).click();
    await until(() => keysOf(v.page, 'node.group'), ['Ctrl+G']);
    await add('view.focus');
    await v.page.keyboard.press('Control+g');
    await v.page.keyboard.press('Enter'); // the first answer has the focus
    await row(v.page, 'node.group').getByText('no key').waitFor();

    await add('view.focus');
    await v.page.keyboard.press('Control+Shift+v');
    await says(v.page).getByText('copies, cuts or pastes').waitFor();
    await v.page.keyboard.press('Escape'); // the recorder's; the dialog stays
    await row(v.page, 'view.focus').getByRole('button', { name: 'Take F from Only the canvas' }).click();
    await v.page.getByRole('searchbox').fill('save');
    await add('file.save');
    await v.page.keyboard.press('q');
    await says(v.page).getByText('Take it from').waitFor(); // the queue's panel
    await says(v.page).getByRole('button', { name: /^Take it from/ }).click();
    await v.page.getByRole('searchbox').fill('no such command');
    await v.page.getByText('No command matches.').waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });

    assert.deepEqual(await hintOf(v.page, 'View', 'Only the canvas'), ['J']);
    await graph(v.page).focus();
    await v.page.keyboard.press('f');
    await v.page.keyboard.press('j');
    await v.page.locator('.shell[data-hidden="true"]').waitFor();
    await v.page.keyboard.press('j');
    await v.page.locator('.shell[data-hidden="false"]').waitFor();
    await edit(v.page, 'a quick fox'); // a letter is a letter where somebody writes
    await v.page.getByText('a quick fox').first().click();
    await v.page.keyboard.type('q');
    assert.equal(await v.page.getByRole('dialog').count(), 0);
    await v.page.keyboard.press('Escape');
    await kept(served.url, (k) => String(k['view.focus']) === 'J,Ctrl+G' && k['node.group']?.length === 0 && String(k['file.save']) === 'Ctrl+S,Q');

    const other = await visit(browser, served.url);
    await nodes(other.page, 7);
    await openKeyboard(other.page);
    await row(other.page, 'view.focus').locator('kbd', { hasText: 'J' }).waitFor();
    await row(other.page, 'view.focus').getByRole('button', { name: 'Reset the keys of Only the canvas' }).click();
    await row(other.page, 'view.focus').locator('kbd', { hasText: 'F' }).waitFor();
    await other.page.getByRole('button', { name: 'Reset all' }).click();
    await other.page.getByRole('dialog').last().getByRole('button', { name: 'Reset all' }).click();
    await row(other.page, 'node.group').locator('kbd', { hasText: 'Ctrl+G' }).waitFor();
    await kept(served.url, (k) => Object.keys(k).length === 0);
    for (const each of [v, other]) {
      each.clean();
      await each.close();
    }
  },

  'links look as chosen and are met where they are seen': async (browser, served) => {
    const v = await visit(browser, served.url);
    const page = v.page;
    await nodes(page, 7);
    const [a, b] = [await socket(page, 'KSampler', 'out', 'LATENT'), await socket(page, 'VAE Decode', 'in', 'samples')];
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };

    for (const [style, seen] of [['Straight', true], ['Right-angled', true], ['Hidden', false], ['Curved', true]] as const) {
      await choose(page, style);
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      await until(() => inked(page, middle), seen, style);
      await page.mouse.click(middle.x, middle.y, { button: 'right' });
      const menu = page.getByRole('menu');
      await menu.waitFor();
      await menu.getByRole('menuitem').first().waitFor();
      assert.equal((await menu.getByRole('menuitem').count()) < 4, seen, `${style}: the menu of a link is short`);
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'detached' });
    }
    await page.locator('.body').filter({ hasText: 'Load Checkpoint' }).locator('.title').click();
    await page.getByRole('menuitem', { name: 'View', exact: true }).press('Escape');
    await graph(page).focus();
    await page.keyboard.press('Control+,');
    await page.getByRole('group', { name: /Quiet links/ }).getByRole('radio', { name: 'On' }).check();
    await page.keyboard.press('Escape');
    await until(async () => [await inked(page, middle), await inked(page, middle, 20)], [false, true], 'it has nothing to do with the chosen node');
    await page.locator('.body').filter({ hasText: 'VAE Decode' }).locator('.title').click();
    await until(() => inked(page, middle), true);
    v.clean();
    await v.close();
  },

  'what is dragged goes to the grid with Shift, always, or not at all': async (browser, served) => {
    const v = await visit(browser, served.url);
    const page = v.page;
    const moved = async (keys: string[]) => {
      const at = await titleSpot(page, 'VAE Decode');
      await drag(page, at, { x: at.x + 13, y: at.y + 37 }, { keys });
      return (await exported(page)).nodes.find((n) => n.id === 6)!.pos;
    };
    const onGrid = (pos: number[], grid: number) => pos.every((n) => n % grid === 0);
    await nodes(page, 7);
    assert.ok(!onGrid(await moved([]), 10));
    assert.ok(onGrid(await moved(['Shift']), 10));
    await choose(page, '32');
    assert.ok(onGrid(await moved(['Shift']), 32));
    await choose(page, 'Always');
    assert.ok(!onGrid(await moved(['Shift']), 32));
    assert.ok(onGrid(await moved([]), 32));
    v.clean();
    await v.close();
  },
};
