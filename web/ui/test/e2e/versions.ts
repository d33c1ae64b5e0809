// Stories of earlier saves, and of what changed between two workflows.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { edit, nodes, tab } from './app.ts';
import { until, visit } from './browser.ts';
import { body, graph, place } from './hands.ts';
import { faults, type Story } from './shell.ts';

const dialog = (page: Page) => page.getByRole('dialog');
const panel = (page: Page) => page.locator('.diff');
const rows = (page: Page) => panel(page).locator('ol > li');

async function fromMenu(page: Page, item: string) {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Writes other words into the prompt, and saves. */
async function save(page: Page, before: string, text: string) {
  await page.getByText(before).first().click();
  await page.locator('.stage textarea').first().fill(text);
  await page.locator('.stage textarea').first().press('Escape');
  await page.keyboard.press('Control+S');
  await page.locator('[role="tab"][aria-selected="true"][aria-label="kept"]').waitFor();
}

async function exported(page: Page): Promise<Record<string, unknown> & { nodes: Record<string, unknown>[]; links: unknown[][] }> {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as JSON' }).click()]);
  return JSON.parse(readFileSync(await file.path(), 'utf8'));
}

/** The drawing above the bodies: has it this colour of the theme anywhere? */
const painted = (page: Page, token: string) =>
  page.evaluate(async (token) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const canvas = document.querySelector<HTMLCanvasElement>('.graph canvas.above');
    if (!canvas || canvas.hidden) return false;
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = `var(--${token})`;
    const wanted = (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number);
    probe.remove();
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) if (wanted.every((n, k) => Math.abs(n - (data[i + k] ?? 0)) < 3) && data[i + 3] === 255) return true;
    return false;
  }, token);

export const versions: Record<string, Story> = {
  'a save has the picture that its workflow gave, also when that is gone': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    const told = (n: number) => page.waitForResponse((r) => r.request().method() === 'POST' && r.url().includes('limn/versions') && r.status() === 204).then(() => n);
    const run = async () => {
      const [before] = [await page.locator('.job[data-state="completed"]').count()];
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.locator('.job[data-state="completed"]').nth(before).waitFor();
    };
    await nodes(page, 7);
    await edit(page, 'a blue square');
    await run();
    await page.keyboard.press('Control+S');
    await dialog(page).getByRole('combobox').fill('painted');
    await Promise.all([told(1), page.keyboard.press('Enter')]);
    await page.getByRole('tab', { name: 'painted', exact: true }).waitFor();
    await page.getByText('a blue square').first().click();
    await page.locator('.stage textarea').first().fill('a yellow star');
    await page.locator('.stage textarea').first().press('Escape');
    await Promise.all([told(2), page.keyboard.press('Control+S')]);
    await Promise.all([told(3), run()]); // what is saved is run: that is its picture now
    rmSync(join(served.base, 'output'), { recursive: true });

    await fromMenu(page, 'Earlier saves …');
    await page.waitForFunction(() => {
      const shown = [...document.querySelectorAll<HTMLImageElement>('.versions img')];
      return shown.length === 2 && shown.every((i) => i.complete && i.naturalWidth > 0);
    });
    const pictures = await page.evaluate(async () =>
      Promise.all([...document.querySelectorAll<HTMLImageElement>('.versions img')].map(async (i) => (await (await fetch(i.src)).arrayBuffer()).byteLength)));
    assert.notEqual(pictures[0], pictures[1], 'each its own');
    await served.post('history', { clear: true });
    assert.deepEqual(await faults(page), []);
    await page.keyboard.press('Escape');
    v.clean();
    await v.close();
  },

  'earlier saves are listed with what they changed, opened beside, compared and restored': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    await edit(page, 'the first words');
    await page.keyboard.press('Control+S');
    await dialog(page).getByRole('combobox').fill('kept');
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: 'kept', exact: true }).waitFor();
    await save(page, 'the first words', 'the second words');
    await save(page, 'the second words', 'the third words');

    await fromMenu(page, 'Earlier saves …');
    const all = dialog(page).locator('.versions > li');
    await all.nth(2).getByText('The first that is kept').waitFor();
    await until(() => all.count(), 3);
    await all.nth(0).getByText('As it is saved now').waitFor();
    await all.nth(0).getByText('the second words → the third words').waitFor();
    await all.nth(1).getByText('1 changed').waitFor();
    await until(() => all.nth(0).locator('.sketch rect').count(), 7);
    assert.deepEqual(await faults(page), []);
    await all.nth(0).getByRole('button', { name: /^Compare/ }).focus();
    await page.keyboard.press('ArrowDown');
    await all.nth(1).locator('[aria-label^="Compare the save of"]:focus').waitFor();
    await page.keyboard.press('ArrowDown');
    await all.nth(2).locator(':focus').waitFor();
    await page.keyboard.press('Enter');

    await panel(page).getByText('1 changed').waitFor();
    await panel(page).getByText('the first words → the third words').waitFor();
    await graph(page).focus();
    await page.keyboard.press('F7');
    await panel(page).getByText('1 of 1').waitFor();
    await until(() => painted(page, 'warn'), true);
    assert.deepEqual(await faults(page), []);
    await until(() => tab(page).getAttribute('aria-label'), 'kept', 'looking is no change');
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });

    await fromMenu(page, 'Earlier saves …');
    await all.nth(2).getByRole('button', { name: /^Restore/ }).click();
    await page.locator('.body').getByText('the first words').first().waitFor();
    await page.getByRole('tab', { name: 'kept, not saved' }).waitFor();
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await page.locator('.body').getByText('the third words').first().waitFor();
    await page.locator('[role="tab"][aria-selected="true"][aria-label="kept"]').waitFor();

    await fromMenu(page, 'Earlier saves …');
    await all.nth(1).getByRole('button', { name: /^Open/ }).click();
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'kept (' }).waitFor();
    await page.locator('.body').getByText('the second words').first().waitFor();

    await page.route('**/limn/versions?*', (r) => r.fulfill({ status: 503, body: 'too busy' }), { times: 1 });
    await page.getByRole('tab', { name: 'kept', exact: true }).click();
    await fromMenu(page, 'Earlier saves …');
    await dialog(page).getByText('too busy').waitFor();
    await dialog(page).getByRole('button', { name: 'Try again' }).click();
    await all.nth(2).waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'what changed is seen on the canvas: new, gone, changed; gone through by keys, told where the pointer is': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    const file = await exported(page);
    const before = file.nodes;
    file.nodes = file.nodes.filter((n) => n['type'] !== 'SaveImage' && n['type'] !== 'PreviewImage');
    const sampler = file.nodes.find((n) => n['type'] === 'KSampler')!;
    (sampler['widgets_values'] as unknown[])[2] = 77;
    file.nodes.push({ ...structuredClone(file.nodes[0]!), id: 90, type: 'Note', title: 'Only there', pos: [40, 40], size: [210, 90], inputs: [], outputs: [], widgets_values: ['x'] });
    const gone = before.length - file.nodes.length + 1;
    assert.ok(gone >= 1);

    await page.getByRole('menuitem', { name: 'File', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Compare with …' }).click();
    await dialog(page).getByRole('button', { name: 'A file …' }).waitFor();
    assert.deepEqual(await faults(page), []);
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), dialog(page).getByRole('button', { name: 'A file …' }).click()]);
    await chooser.setFiles({ name: 'other.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(file)) });
    await panel(page).getByRole('heading', { name: 'Compared with “other”' }).waitFor();
    await rows(page).first().waitFor();
    const how = await rows(page).locator('> button').evaluateAll((all) => all.map((b) => b.getAttribute('data-how')));
    assert.deepEqual([...new Set(how)], ['added', 'changed', 'removed']);
    await panel(page).getByText('Only there #90').waitFor();
    await panel(page).getByText(/steps: 77 → /).waitFor();
    assert.deepEqual(await faults(page), []);

    for (const [i, of] of how.entries()) {
      await page.keyboard.press('F7');
      await panel(page).getByText(`${i + 1} of ${how.length}`).waitFor();
      await panel(page).locator(`ol > li:nth-child(${i + 1}) > button[aria-current]`).waitFor();
      const token = { added: 'ok', changed: 'warn', removed: 'error' }[String(of)] ?? '';
      await until(() => painted(page, token), true, `${of}: ${token}`); // the canvas is on its way there
    }
    await page.keyboard.press('Shift+F7');
    await panel(page).getByText(`${how.length - 1} of ${how.length}`).waitFor();
    await rows(page).filter({ hasText: 'KSampler' }).locator('button').click();
    await place(page, 'KSampler');
    const box = (await body(page, 'KSampler').locator('.title').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('.diff-hint').getByText(/steps: 77 → /).waitFor();

    await body(page, 'KSampler').locator('[data-widget="cfg"] [role="spinbutton"]').click(); // it goes on while one edits
    await page.locator('[data-widget="cfg"] input').fill('3.5');
    await page.keyboard.press('Enter');
    await panel(page).getByText(/cfg: .* → 3\.5/).waitFor();
    await graph(page).focus();
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.querySelector('.graph canvas.above')?.hasAttribute('hidden'));

    const [again] = await Promise.all([page.waitForEvent('filechooser'), fromMenu(page, 'Compare with …').then(() => dialog(page).getByRole('button', { name: 'A file …' }).click())]);
    await again.setFiles({ name: 'none.json', mimeType: 'application/json', buffer: Buffer.from('{"a": 1}') });
    await page.getByText('is JSON, but no workflow').waitFor();
    v.clean();
    await v.close();
  },
};
