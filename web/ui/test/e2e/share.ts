// Stories of what leaves the editor and what is shared here: packed, opened again, a shared folder, pictures of saved workflows.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PATIENCE, until, visit } from './browser.ts';
import { serve, type Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const [limn = '', root = ''] = process.argv.slice(2); // as run.ts is called
const dialog = (page: Page) => page.getByRole('dialog');
const tab = (page: Page) => page.getByRole('tab', { selected: true });

async function openMenu(page: Page, menu: string, item: RegExp) {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

async function run(page: Page) {
  await page.keyboard.press('Control+Enter');
  await page.locator('.body', { hasText: 'Save Image' }).locator('img').first().waitFor({ timeout: PATIENCE });
}

async function share(page: Page, kind: string) {
  await openMenu(page, 'File', /^Share/);
  await dialog(page).getByRole('radio', { name: kind, exact: true }).check();
  await dialog(page).getByText('Inside').waitFor();
  const [file] = await Promise.all([page.waitForEvent('download'), dialog(page).getByRole('button', { name: 'Save the file' }).click()]);
  await dialog(page).waitFor({ state: 'detached' });
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

async function drop(page: Page, name: string, bytes: Buffer) {
  await page.evaluate(({ name, data }) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name));
    dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, { name, data: bytes.toString('base64') });
}

/** All nodes stand within the canvas, wherever the file says one looked. */
const wholeInSight = (page: Page, n: number) => page.waitForFunction((n) => {
  const all = document.querySelector('.graph')?.getBoundingClientRect();
  const bodies = [...document.querySelectorAll('.body')].map((b) => b.getBoundingClientRect());
  return all && bodies.length === n && bodies.every((b) => b.left >= all.left && b.right <= all.right && b.top >= all.top && b.bottom <= all.bottom);
}, n);

export const sharing: Record<string, Story> = {
  'a workflow is shared as a bundle and as pictures, and each opens when it is dropped': async (browser, served) => {
    const v = await visit(browser, served.url);
    await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    await run(v.page);
    await openMenu(v.page, 'File', /^Share/);
    await dialog(v.page).getByText('limn-shapes.safetensors').waitFor();
    await dialog(v.page).getByText('Nothing had to be taken out').waitFor();
    await dialog(v.page).getByLabel('Author').fill('Ann');
    await until(() => dialog(v.page).getByRole('radio', { name: 'Result 1' }).isChecked(), true);
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Escape');

    for (const [kind, ending, begins] of [['Bundle', '.limn', 'PK'], ['PNG', '.png', '\x89PNG'], ['WebP', '.webp', 'RIFF'], ['JSON', '.json', '{']] as const) {
      const { name, bytes } = await share(v.page, kind);
      assert.ok(name.endsWith(ending) && bytes.subarray(0, begins.length).toString('latin1') === begins, name);
      const before = await v.page.getByRole('tab').count();
      await drop(v.page, `dropped-${kind}${ending}`, bytes);
      await v.page.waitForFunction((n) => document.querySelectorAll('[role="tab"]').length > n, before);
      await until(() => tab(v.page).textContent(), new RegExp(`dropped-${kind}`));
      await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    }
    v.clean();
    await v.close();
  },

  'what would betray a secret is told, and taken out': async (browser, served) => {
    const v = await visit(browser, served.url);
    await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    const graph = { nodes: [{ id: 1, type: 'Note', pos: [0, 0], size: [200, 100], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], widgets_values: ['sk-abcdefghijklmnopqrstuvwx'] }], links: [], version: 0.4 };
    await drop(v.page, 'secret.json', Buffer.from(JSON.stringify(graph)));
    await v.page.waitForFunction(() => document.querySelector('[role="tab"][aria-selected="true"]')?.textContent?.includes('secret'));
    const { bytes } = await share(v.page, 'JSON');
    assert.ok(!bytes.includes('sk-abc'));
    await openMenu(v.page, 'File', /^Share/);
    await dialog(v.page).locator('.removed li').first().waitFor();
    v.clean();
    await v.close();
  },

  'a folder that is shared is looked through, opened, run as a form and duplicated': async (browser) => {
    const folder = mkdtempSync(join(tmpdir(), 'limn-share-'));
    const template = readFileSync(join(root, 'workflows/templates/text-to-image.json'));
    const away = JSON.parse(template.toString()) as { extra?: object };
    writeFileSync(join(folder, 'Circles.json'), JSON.stringify({ ...away, extra: { ...away.extra, ds: { scale: 2, offset: [-150, 0] } } }));
    const shared = readFileSync(join(folder, 'Circles.json'));
    writeFileSync(join(folder, 'broken.json'), '{');
    const own: Served = await serve(limn, root, ['--share', folder]);
    const v = await visit(browser, own.url);
    try {
      await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
      const look = async () => {
        await openMenu(v.page, 'File', /^Templates/);
        await dialog(v.page).getByRole('button', { name: 'Shared here' }).click();
        await dialog(v.page).getByRole('button', { name: 'Open a copy of Circles' }).waitFor();
      };
      await look();
      await dialog(v.page).locator('.card:last-child', { hasText: 'broken' }).locator('.fault').waitFor(); // the last
      await dialog(v.page).getByText('1 model, here').first().waitFor();
      await dialog(v.page).locator('.card img').first().waitFor();
      assert.deepEqual(await faults(v.page), []);
      await dialog(v.page).getByRole('button', { name: 'Open a copy of Circles' }).click();
      await v.page.waitForFunction(() => document.querySelector('[role="tab"][aria-selected="true"]')?.textContent?.includes('Circles'));
      await wholeInSight(v.page, (JSON.parse(template.toString()) as { nodes: unknown[] }).nodes.length);

      writeFileSync(join(folder, 'New.json'), template);
      await look();
      await dialog(v.page).getByRole('searchbox').fill('new');
      await dialog(v.page).getByRole('button', { name: 'App view of New' }).click();
      await v.page.locator('.linear-field').first().waitFor();

      await look();
      await dialog(v.page).getByRole('button', { name: 'Duplicate Circles into your workflows' }).click();
      await v.page.locator('.toast').getByText('“Circles” is among your workflows.').waitFor();
      const kept = (await (await fetch(new URL('userdata/workflows%2FCircles.json', own.url))).json()) as { nodes: unknown[] };
      assert.equal(kept.nodes.length, (JSON.parse(template.toString()) as { nodes: unknown[] }).nodes.length);
      assert.deepEqual(readFileSync(join(folder, 'Circles.json')), shared);
      v.clean();
      await v.close();
    } finally {
      await own.done();
      rmSync(folder, { recursive: true, force: true });
    }
  },

  'a saved workflow shows what it painted last': async (browser, served) => {
    const v = await visit(browser, served.url);
    await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    await v.page.keyboard.press('Control+Shift+s');
    await dialog(v.page).getByLabel('Name').fill('thumbs/last');
    await dialog(v.page).getByRole('button', { name: 'Save', exact: true }).click();
    await v.page.locator('.status').getByText(/Saved \d/).waitFor(); // what runs before is nobody’s picture
    await run(v.page);
    await v.page.getByRole('button', { name: 'Workflows', exact: true }).click();
    await v.page.locator('.stored .row', { hasText: 'last' }).locator('img').waitFor({ timeout: PATIENCE });
    v.clean();
    await v.close();
    await fetch(new URL('userdata/workflows%2Fthumbs%2Flast.json', served.url), { method: 'DELETE' }); // others begin with none
  },
};
