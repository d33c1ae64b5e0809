// Stories of a page without its server, and of parts that fail: whatever happens, the rest lives and edits go on.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { drop, edit, nodes } from './app.ts';
import { until, visit, type Visit } from './browser.ts';
import { body } from './hands.ts';
import type { Story } from './shell.ts';

/** Until the page has fetched what it does not need yet. */
export async function atRest(v: Visit) {
  await v.page.waitForFunction(() => performance.getEntriesByName('limn: fetched').length > 0);
  await v.page.waitForLoadState('networkidle');
}

const press = (page: Page, keys: string) => page.keyboard.press(keys);
const dialog = (page: Page) => page.getByRole('dialog');

export const without: Record<string, Story> = {
  'without its server the page opens every part of itself, edits, and saves when the server is back': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    const graph = page.getByRole('application');

    await nodes(page, 7);
    await atRest(v);
    await served.stop('SIGKILL');
    await page.getByRole('alert').getByText('cannot be reached').waitFor();

    await graph.focus();
    await press(page, '/');
    await page.locator('.add-node input').fill('empty latent');
    await page.locator('.add-node [aria-selected="true"]', { hasText: 'Empty Latent' }).waitFor();
    await press(page, 'Enter');
    await nodes(page, 8);
    await press(page, 'Control+Alt+l');
    await press(page, 'Control+z');
    await press(page, 'Control+z');
    await nodes(page, 7);
    await press(page, '?');
    await dialog(page).getByRole('heading', { name: 'Keys' }).waitFor();
    await press(page, 'Escape');
    await press(page, 'Control+k');
    await dialog(page).getByRole('combobox').waitFor();
    await press(page, 'Escape');
    for (const name of ['Workflows', 'Nodes', 'Gallery', 'Outline', 'Problems']) {
      await page.locator('.rail').getByRole('button', { name: new RegExp(`^${name}`) }).click();
      await page.getByRole('region', { name }).locator('> :not(header)').first().waitFor();
    }
    await page.getByTitle('Change the language to Chinese').click();
    await page.getByRole('menuitem', { name: '文件' }).waitFor();
    await page.getByTitle('切换为英文').click();
    await edit(page, 'written without a server');
    await drop(page, 'muted.json', readFileSync(join(import.meta.dirname, '../../../../tests/canvas/corpus/muted.json')));
    await page.getByRole('tab', { name: 'muted', selected: true }).waitFor();
    await page.getByRole('tab', { name: /^Text to picture/ }).click();
    await graph.focus();
    await press(page, 'Control+s');
    await dialog(page).getByRole('combobox').fill('without');
    await press(page, 'Enter');
    await page.locator('.toast[data-bad="true"]').getByText('without').first().waitFor();
    assert.equal(await page.locator('.part-fault, .failed').count(), 0);

    await served.again();
    await page.locator('.link[data-state="open"]').waitFor();
    await page.locator('.toast').getByRole('button', { name: 'Try again' }).first().click();
    await dialog(page).or(page.getByRole('tab', { name: 'without', exact: true })).first().waitFor();
    if (await dialog(page).count()) {
      await dialog(page).getByRole('combobox').fill('without');
      await press(page, 'Enter');
    }
    await page.getByRole('tab', { name: 'without', exact: true }).waitFor();
    const kept = await (await fetch(new URL('userdata/workflows%2Fwithout.json', served.url))).text();
    assert.ok(kept.includes('written without a server'));
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'a part that cannot be fetched says so in its place, can be left, and comes when it can be had': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;

    for (const room of ['dialogs', 'panels']) await page.route(`**/assets/${room}-*.js`, (route) => route.abort());
    await page.reload();
    await nodes(page, 7);
    await page.getByRole('application').focus();
    await press(page, '?');
    await dialog(page).getByText('could not be fetched').waitFor();
    await press(page, 'Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await page.locator('.rail').getByRole('button', { name: /^Outline/ }).click();
    const panel = page.getByRole('region', { name: 'Outline' });
    await panel.getByText('could not be fetched').waitFor();
    await panel.getByRole('button', { name: 'Load it again' }).waitFor();
    await edit(page, 'the rest lives');
    await page.unroute('**/assets/panels-*.js');
    await panel.getByRole('button', { name: 'Try again' }).click();
    await panel.getByRole('treegrid').or(panel.getByText('could not be fetched')).first().waitFor();
    if (!(await panel.getByRole('treegrid').count())) await panel.getByRole('button', { name: 'Load it again' }).click(); // browsers may keep that it failed
    await panel.getByRole('treegrid').waitFor();
    await page.getByText('the rest lives').first().waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'a node that fails while it is drawn is a box that says so, and the rest lives': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;

    await nodes(page, 7);
    await body(page, 'KSampler').waitFor();
    await page.evaluate(() => {
      const real = Element.prototype.setAttribute;
      const w = window as unknown as { limnMend(): void };
      Element.prototype.setAttribute = function (name, value) {
        if (name === 'data-widget' && String(value) === 'batch_size') throw new Error('no such drawing');
        real.call(this, name, value);
      };
      w.limnMend = () => (Element.prototype.setAttribute = real);
    });
    await page.getByRole('button', { name: 'New workflow' }).click();
    await page.getByRole('tab', { name: /^Text to picture/ }).click();
    const broken = page.locator('.body[data-kind="broken"]');
    await broken.getByText('no such drawing').waitFor();
    await until(() => broken.count(), 1);
    await until(() => page.locator('.body').count(), 7);
    await edit(page, 'the rest lives');
    await page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await page.evaluate(() => (window as unknown as { limnMend(): void }).limnMend());
    await broken.click();
    await press(page, 'Alt+c');
    await press(page, 'Alt+c');
    await body(page, 'Empty Latent Image').getByRole('spinbutton').first().waitFor();
    await broken.waitFor({ state: 'detached' });
    assert.deepEqual(v.violations, []);
    await v.close();
  },
};
