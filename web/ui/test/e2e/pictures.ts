// Stories of a picture's own menu: in a node, in the history, in the gallery and in the viewer.
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { visit } from './browser.ts';
import { nodes } from './app.ts';
import { faults, type Story } from './shell.ts';

const menu = (page: Page) => page.getByRole('menu', { name: 'Picture' });

async function pick(page: Page, of: Locator, item: string | RegExp) {
  await of.click({ button: 'right' });
  await menu(page).getByRole('menuitem', { name: item }).click();
  await menu(page).waitFor({ state: 'detached' });
}

export const pictures: Record<string, Story> = {
  'a right click on a picture saves, copies, opens, gives, marks and throws away, wherever it is shown': async (browser, served) => {
    const v = await visit(browser, served.url, { acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'] });
    const { page } = v;
    const inNode = page.locator('.body', { hasText: 'Save Image' }).locator('.node-pictures img');
    const tiles = page.locator('.gallery-panel .tile[role="option"]');
    const viewer = page.locator('dialog.viewer');

    await nodes(page, 7);
    await page.keyboard.press('Control+Enter');
    await inNode.waitFor();
    await inNode.click({ button: 'right' });
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('Escape');
    await pick(page, inNode, 'Copy picture');
    await page.locator('.toast').getByText('The picture is in the clipboard').waitFor();
    assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read()).flatMap((i) => i.types)), ['image/png']);
    const [file] = await Promise.all([page.waitForEvent('download'), pick(page, inNode, 'Save as a file')]);
    assert.match(file.suggestedFilename(), /\.png$/);
    await pick(page, inNode, /node’s menu/);
    await page.getByRole('menu', { name: 'What can be done here' }).getByRole('menuitem', { name: /^Duplicate/ }).waitFor();
    await page.keyboard.press('Escape');

    await pick(page, page.locator('.job[data-state="completed"] .thumb img').first(), 'To Load Image');
    await nodes(page, 8);
    await page.getByRole('button', { name: 'Gallery', exact: true }).click();
    await pick(page, tiles.first(), 'Star');
    await page.locator('.gallery-panel .tile[aria-label$=", starred"]').first().waitFor();
    await pick(page, tiles.first(), 'Take the star off');
    const name = (await tiles.first().getAttribute('title')) ?? '';
    await pick(page, tiles.first(), 'Trash');
    await page.locator(`.tile[title="${name}"]`).waitFor({ state: 'detached' });
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).last().click();
    await page.locator(`.tile[title="${name}"]`).waitFor();

    await tiles.first().focus();
    await page.keyboard.press('Shift+F10');
    await menu(page).getByRole('menuitem', { name: 'Look closely' }).click();
    await viewer.waitFor();
    await viewer.locator('.frame img').click({ button: 'right' });
    await menu(page).getByRole('menuitem', { name: 'Open workflow' }).waitFor();
    assert.equal(await menu(page).getByRole('menuitem', { name: 'Look closely' }).count(), 0);
    await page.keyboard.press('Escape'); // the menu, and not the viewer
    await menu(page).waitFor({ state: 'detached' });
    await pick(page, viewer.locator('.frame img'), 'Open workflow');
    await viewer.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.querySelectorAll('[role="tab"]').length === 2);
    assert.deepEqual(v.violations, []);
    assert.deepEqual(v.errors.filter((e) => !e.includes('404')), []); // what lay in the trash was asked for
    await v.close();
  },
};
