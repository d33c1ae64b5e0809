// Stories of what lasts: saving, conflicts, leaving as files, reloads, a browser that is killed.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edit, nodes, tab } from './app.ts';
import { launchKept, patient, until, visit } from './browser.ts';
import { faults, type Story } from './shell.ts';

/** In the page: does the journal have this text? */
function kept(text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const open = indexedDB.open('limn.journal');
    open.onupgradeneeded = () => open.transaction?.abort(); // the page makes it
    open.onsuccess = () => {
      const all = open.result.transaction('documents').objectStore('documents').getAll() as IDBRequest<{ text: string }[]>;
      all.onsuccess = () => (open.result.close(), resolve(all.result.some((e) => e.text.includes(text))));
    };
    open.onerror = () => resolve(false);
  });
}

export const saving: Record<string, Story> = {
  'a workflow is saved, found again, renamed and deleted': async (browser, served) => {
    rmSync(join(served.base, 'user/default/workflows'), { recursive: true, force: true }); // nothing is saved yet
    const v = await visit(browser, served.url);
    const panel = v.page.getByRole('region', { name: 'Workflows' });
    const field = v.page.getByRole('dialog').getByRole('combobox');

    await edit(v.page, 'a harbour at dawn');
    await v.page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await v.page.keyboard.press('Control+S');
    await field.fill('portraits/harbour');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'harbour', exact: true }).waitFor();
    await v.page.locator('.status').getByText(/Saved \d\d:\d\d/).waitFor();
    const kept = await (await fetch(new URL('userdata/workflows%2Fportraits%2Fharbour.json', served.url))).text();
    assert.ok(kept.includes('a harbour at dawn'));

    await tab(v.page).focus();
    await v.page.keyboard.press('Delete');
    await v.page.getByRole('tab').waitFor({ state: 'detached' });
    await v.page.getByRole('button', { name: 'Workflows' }).click();
    await panel.getByRole('searchbox').fill('hrbr');
    await panel.getByRole('button', { name: 'harbour', exact: false }).first().click();
    await v.page.getByRole('tab', { name: 'harbour', exact: true }).waitFor();
    await v.page.getByText('a harbour at dawn').waitFor();

    await panel.getByRole('button', { name: 'More for harbour' }).click();
    assert.deepEqual(await faults(v.page), []);
    await v.page.getByRole('menuitem', { name: 'Rename' }).click();
    await field.fill('ship');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'ship', exact: true }).waitFor();
    await panel.getByRole('searchbox').fill('');
    await panel.getByRole('button', { name: 'More for ship' }).click();
    await v.page.getByRole('menuitem', { name: 'Delete' }).click();
    await v.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await panel.getByText('Nothing is saved yet.').waitFor();
    await panel.locator('input:focus').waitFor(); // no row is left to have it
    await v.page.getByRole('tab', { name: 'ship, not saved' }).waitFor(); // the tab has the only copy now
    v.clean();
    await v.close();
  },

  'the palette finds what is saved before any list was looked at, and a file that is pressed twice is one tab': async (browser, served) => {
    const address = new URL('userdata/workflows%2Ftwice.json', served.url);
    await fetch(address, { method: 'POST', body: '{"nodes": [], "links": [], "version": 0.4}' });
    const v = await visit(browser, served.url);
    const asked = () => v.requests.filter((r) => /userdata\/.*twice/.test(r)).length;

    await nodes(v.page, 7);
    await v.page.keyboard.press('Control+K');
    await v.page.getByRole('dialog').getByRole('combobox').fill('twice');
    await v.page.getByRole('dialog').getByRole('option', { name: /^twice/ }).waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('button', { name: 'Workflows' }).click();
    await v.page.getByRole('region', { name: 'Workflows' }).getByRole('button', { name: 'twice' }).first().dblclick();
    await v.page.getByRole('tab', { name: 'twice', selected: true }).waitFor();
    assert.equal(asked(), 1);
    assert.equal(await v.page.getByRole('tab').count(), 2);
    v.clean();
    await v.close();
    await fetch(address, { method: 'DELETE' });
  },

  'what is typed while a save is under way stays unsaved; saves come one after the other, and one for a key that is held': async (browser, served) => {
    const v = await visit(browser, served.url);
    const file = async () => (await fetch(new URL('userdata/workflows%2Fslow.json', served.url))).text();
    const saves: (() => void)[] = [];
    const unsaved = v.page.getByRole('tab', { name: 'slow, not saved' });
    const saved = v.page.getByRole('tab', { name: 'slow', exact: true });
    const under = (n: number) => until(() => saves.length, n);

    await edit(v.page, 'one');
    await v.page.keyboard.press('Control+S');
    await v.page.getByRole('dialog').getByRole('combobox').fill('slow');
    await v.page.keyboard.press('Enter');
    await saved.waitFor();
    await v.page.route('**/userdata/*', async (route) => {
      if (route.request().method() === 'POST') await new Promise<void>((go) => saves.push(go));
      await route.continue();
    });

    await edit(v.page, 'two', 'one');
    await unsaved.waitFor();
    await v.page.keyboard.press('Control+S');
    await under(1);
    await edit(v.page, 'three', 'two');
    saves[0]?.();
    await until(file, /"two"/);
    await unsaved.waitFor();

    await v.page.keyboard.down('Control');
    for (let i = 0; i < 4; i++) await v.page.keyboard.down('S');
    for (const key of ['S', 'Control']) await v.page.keyboard.up(key);
    await v.page.keyboard.press('Control+S');
    await under(2);
    await edit(v.page, 'four', 'three');
    saves[1]?.();
    await under(3);
    saves[2]?.();
    await saved.waitFor();
    assert.ok((await file()).includes('"four"'));
    assert.equal(await v.page.getByRole('dialog').count(), 0);
    assert.equal(saves.length, 3);

    await v.page.keyboard.press('Escape');
    await v.page.keyboard.press('Control+Z');
    await unsaved.waitFor();
    await v.page.keyboard.press('Control+Y');
    await saved.waitFor();
    v.clean();
    await v.close();
  },

  'where the browser keeps nothing, that is said once': async (browser, served) => {
    const v = await visit(browser, served.url);
    const said = v.page.locator('.toast').getByText('This browser keeps no copy');

    await v.page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('no room', 'QuotaExceededError');
      };
    });
    await v.page.reload();
    await said.waitFor();
    await edit(v.page, 'one');
    await edit(v.page, 'two', 'one');
    assert.equal(await said.count(), 1);
    v.clean();
    await v.close();
  },

  'a tab that is not saved is asked about before it goes': async (browser, served) => {
    const v = await visit(browser, served.url);

    await edit(v.page, 'mine');
    await tab(v.page).focus();
    await v.page.keyboard.press('Delete');
    await v.page.getByRole('button', { name: 'Keep it open' }).click();
    await v.page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.equal(await v.page.getByRole('tab').count(), 1);
    await tab(v.page).focus();
    await v.page.keyboard.press('Delete');
    await v.page.getByRole('button', { name: 'Close without saving' }).click();
    await v.page.getByRole('tab').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'a workflow leaves as JSON and in API format': async (browser, served) => {
    const v = await visit(browser, served.url);
    const taken = async (name: string) => {
      await v.page.getByRole('menuitem', { name: 'File' }).click();
      const [file] = await Promise.all([v.page.waitForEvent('download'), v.page.getByRole('menuitem', { name }).click()]);
      return JSON.parse(readFileSync(await file.path(), 'utf8')) as Record<string, unknown>;
    };

    await nodes(v.page, 7);
    assert.ok(Array.isArray((await taken('Export as JSON'))['nodes']));
    assert.deepEqual((await taken('Export in API format'))['6'], {
      class_type: 'VAEDecode',
      inputs: { samples: ['5', 0], vae: ['1', 2] },
      _meta: { title: 'VAE Decode' },
    });
    v.clean();
    await v.close();
  },

  'a page that is loaded again has its tabs, their edits and what is on the screen': async (browser, served) => {
    const v = await visit(browser, served.url);

    await v.page.getByRole('button', { name: 'New workflow' }).click();
    await v.page.getByRole('tab', { name: 'Text to picture' }).click();
    await edit(v.page, 'kept through a reload');
    await v.page.reload();
    await v.page.getByText('kept through a reload').first().waitFor();
    await until(() => v.page.getByRole('tab').allTextContents(), ['Text to picture', 'Untitled']);
    await until(() => tab(v.page).textContent(), 'Text to picture');
    await v.page.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    v.clean();
    await v.close();
  },

  'a browser that is killed in the middle of an edit gives it back': async (_browser, served) => {
    const folder = mkdtempSync(join(tmpdir(), 'limn-profile-'));
    const begin = async () => {
      const { browser, kill } = await launchKept(folder);
      const context = browser.contexts()[0] ?? (await browser.newContext());
      const page = context.pages()[0] ?? (await context.newPage());
      await patient(page);
      await page.setViewportSize({ width: 1440, height: 900 });
      return { page, kill };
    };
    const { page, kill } = await begin();

    await page.goto(served.url);
    await nodes(page, 7);
    await edit(page, 'a lighthouse');
    await page.waitForFunction(kept, 'a lighthouse');
    await kill();

    const { page: again, kill: end } = await begin();
    await again.goto(served.url);
    const dialog = again.getByRole('dialog');
    await dialog.getByText('Recover an unsaved workflow?').waitFor();
    assert.deepEqual(await faults(again), []);
    await dialog.getByRole('button', { name: 'Recover all' }).click();
    await again.getByText('a lighthouse').first().waitFor();
    await again.getByRole('tab', { name: 'Text to picture, not saved' }).waitFor();
    await again.reload();
    await again.getByText('a lighthouse').first().waitFor(); // it has an owner now, and is not offered again
    assert.equal(await again.getByRole('dialog').count(), 0);
    await end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }); // its parts end one by one
  },

  'a file that was saved elsewhere meanwhile is not written over': async (browser, served) => {
    const viewport = { width: 1600, height: 900 }; // room for a panel beside texts that can be read
    const v = await visit(browser, served.url, { viewport });
    const other = await visit(browser, served.url, { viewport });
    const address = new URL('userdata/workflows%2Fshared.json', served.url);

    await nodes(v.page, 7);
    await v.page.keyboard.press('Control+S');
    await v.page.getByRole('dialog').getByRole('combobox').fill('shared');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'shared', exact: true }).waitFor();
    await other.page.getByRole('button', { name: 'Workflows' }).click();
    await other.page.getByRole('region', { name: 'Workflows' }).getByRole('button', { name: 'shared' }).first().click();
    await other.page.getByRole('tab', { name: 'shared', exact: true }).waitFor();
    await other.page.getByRole('button', { name: 'Zoom in' }).click(); // beside the panel the graph is too small to be read
    await edit(other.page, 'theirs');
    await other.page.keyboard.press('Control+S');
    await other.page.locator('.status').getByText(/Saved \d/).waitFor();

    await edit(v.page, 'mine');
    await v.page.keyboard.press('Control+S');
    const dialog = v.page.getByRole('dialog');
    await dialog.getByText('“shared” was changed elsewhere').waitFor();
    await dialog.getByText(/^It was saved there at \d/).waitFor();
    await dialog.getByText('mine → theirs').waitFor();
    assert.deepEqual(await faults(v.page), []);
    assert.ok((await (await fetch(address)).text()).includes('theirs'));
    await dialog.getByRole('button', { name: 'Show both' }).click();
    await v.page.getByRole('tab', { name: 'shared (2)' }).waitFor();
    await v.page.getByRole('tab', { name: 'shared, not saved' }).click();
    await v.page.keyboard.press('Control+S');
    await v.page.getByRole('dialog').getByRole('button', { name: 'Save as a copy' }).click();
    await v.page.getByRole('dialog').getByRole('combobox').fill('shared mine');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'shared mine', exact: true }).waitFor();
    assert.ok((await (await fetch(address)).text()).includes('theirs'));
    assert.deepEqual(v.violations, []);
    for (const each of [v, other]) await each.close();
  },
};
