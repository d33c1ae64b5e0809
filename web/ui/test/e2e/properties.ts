// Stories of the panel of a node's properties.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { nodes } from './app.ts';
import { until, visit } from './browser.ts';
import { body, graph, titleSpot } from './hands.ts';
import { faults, type Story } from './shell.ts';

interface Node {
  id: number;
  type: string;
  title?: string;
  size: number[];
  mode: number;
  flags: object;
  properties: Record<string, unknown>;
}

async function exported(page: Page): Promise<Node[]> {
  await page.getByRole('menuitem', { name: 'File', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as JSON' }).click()]);
  return (JSON.parse(readFileSync(await file.path(), 'utf8')) as { nodes: Node[] }).nodes;
}

const panel = (page: Page) => page.getByRole('region', { name: 'Properties' });

export const properties: Record<string, Story> = {
  'a node’s properties: from its menu by keys, each set as one step, what else the file keeps stays': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    const write = async (label: string, text: string) => {
      await panel(page).getByLabel(label, { exact: true }).fill(text);
      await page.keyboard.press('Enter');
    };

    await nodes(page, 7);
    const before = await exported(page);
    const was = before.find((n) => n.type === 'KSampler')!;
    const at = await titleSpot(page, 'KSampler');
    await page.mouse.click(at.x, at.y);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Properties' }).press('Enter');
    await panel(page).getByLabel('Title', { exact: true }).and(page.locator(':focus')).waitFor();
    await panel(page).getByText('Walks a latent from noise toward a picture, led by two prompts.').waitFor();
    await panel(page).getByText('1 to 10000 · default 20').waitFor();
    assert.deepEqual(await faults(page), []);

    await page.keyboard.type('First pass');
    await page.keyboard.press('Enter');
    await body(page, 'First pass').waitFor();
    await write('Width', '420');
    await panel(page).getByRole('radio', { name: 'Muted' }).check();
    await panel(page).getByRole('checkbox', { name: 'Pinned' }).check();
    await write('Node name for S&R', 'no quotes');
    await panel(page).getByRole('alert').getByText('Not JSON').waitFor();
    await page.keyboard.press('Escape');
    await panel(page).getByLabel('New key').fill('mine');
    await panel(page).getByLabel('Value').fill('[1, {"a": true}]');
    await page.keyboard.press('Enter');
    await panel(page).getByLabel('mine', { exact: true }).waitFor();
    const now = (await exported(page)).find((n) => n.id === was.id)!;
    assert.deepEqual(now, {
      ...was, title: 'First pass', size: [420, was.size[1]], mode: 2, flags: { ...was.flags, pinned: true }, properties: { ...was.properties, mine: [1, { a: true }] },
    });

    await panel(page).getByRole('button', { name: 'Remove mine' }).click();
    await panel(page).getByLabel('mine', { exact: true }).waitFor({ state: 'detached' });
    await graph(page).focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
    await body(page, 'KSampler').waitFor();
    assert.deepEqual(await exported(page), before);
    v.clean();
    await v.close();
  },

  'of several nodes what they have in common is shown and set': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;

    await nodes(page, 7);
    await graph(page).focus();
    await page.keyboard.press('i');
    await panel(page).getByText('Choose a node').waitFor();
    await page.keyboard.press('Control+a');
    await panel(page).getByText('7 nodes').waitFor();
    await panel(page).getByText('CLIP Text Encode (Prompt) × 2').waitFor();
    await until(() => panel(page).getByLabel('Width', { exact: true }).getAttribute('placeholder'), 'differ');
    await panel(page).getByRole('checkbox', { name: 'Collapsed' }).check();
    await panel(page).getByRole('radio', { name: 'Bypassed' }).check();
    assert.deepEqual(await faults(page), []);
    assert.ok((await exported(page)).every((n) => n.mode === 4 && (n.flags as { collapsed?: boolean }).collapsed === true));
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await body(page, 'KSampler').waitFor();
    await page.keyboard.press('i');
    await panel(page).waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },
};
