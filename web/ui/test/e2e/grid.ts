// Stories of the X/Y grid: put together, queued, seen as it comes, kept, and saved as one picture and as JSON.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { faults, type Story } from './shell.ts';

const axis = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const values = (of: Locator, text: string) => of.getByRole('textbox').fill(text);
const pictures = (page: Page, n: number) => page.waitForFunction(
  (n) => [...document.querySelectorAll<HTMLImageElement>('.grid-view button.frame img')].filter((i) => i.complete && i.naturalWidth === 64).length === n, n);

/** The first workflow, at 64 pixels and a fixed seed, in a tab of its own. */
async function small(page: Page) {
  const workflow = JSON.parse(readFileSync(new URL('../../src/app/first.json', import.meta.url), 'utf8')) as { nodes: { type: string; widgets_values?: unknown[] }[] };
  for (const n of workflow.nodes) {
    if (n.type === 'EmptyLatentImage') n.widgets_values = [64, 64, 1];
    if (n.type === 'KSampler') n.widgets_values?.splice(0, 2, '@', 'fixed');
  }
  const text = JSON.stringify(workflow).replace('"@"', '18446744073709551615');
  const data = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'small.json', { lastModified: 3 }));
    return data;
  }, text);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
  await page.getByRole('tab', { name: 'small', selected: true }).waitFor();
}

async function open(page: Page, menu = 'Run', command = 'X/Y grid …') {
  await page.getByRole('menuitem', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: command }).click();
}

async function saved(page: Page, button: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return readFileSync(await download.path());
}

interface Saved {
  x: { input: string; values: number[] };
  y: { input: string; values: number[] };
  cells: { values: number[]; state: string; job: string; files: { name: string }[] }[];
}

export const grid: Record<string, Story> = {
  'a grid of two inputs is queued, seen, kept and saved': async (browser, served) => {
    const v = await visit(browser, served.url, { acceptDownloads: true });
    await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    await small(v.page);
    await open(v.page);
    const [x, y] = [axis(v.page, 'X: columns'), axis(v.page, 'Y: rows')];
    const queue = v.page.getByRole('button', { name: /^Queue \d+ job/ });

    await x.locator('textarea:focus').waitFor();
    await values(x, '1, two');
    await x.getByText('“two” is not a number').waitFor();
    await v.page.locator('.dialog footer .main:disabled').waitFor();
    await values(x, '1..200');
    await values(y, '1..4');
    await v.page.getByText('At most 400 jobs').waitFor();
    await v.page.locator('.dialog footer .main:disabled').waitFor();
    await values(x, '1..20');
    await v.page.getByText('20 × 4 = 80 jobs').waitFor();
    await v.page.getByText('That will take a while.').waitFor();
    await values(x, '1, 2');
    await values(y, '1-4 (+3)');
    await v.page.getByText('2 × 2 = 4 jobs').waitFor();
    assert.deepEqual(await faults(v.page), []);
    await queue.click();
    await pictures(v.page, 4);
    await v.page.getByText('4 of 4 done').waitFor();
    await until(() => v.page.getByRole('columnheader').allTextContents(), ['1', '2']);

    const text = (await saved(v.page, 'Save as JSON')).toString();
    const whole = JSON.parse(text) as Saved;
    assert.deepEqual([whole.x.input, whole.x.values, whole.y.input, whole.y.values], ['steps', [1, 2], 'cfg', [1, 4]]);
    assert.deepEqual(whole.cells.map((c) => c.values), [[1, 1], [2, 1], [1, 4], [2, 4]]);
    assert.equal(new Set(whole.cells.map((c) => c.files[0]?.name)).size, 4);
    assert.equal(text.match(/"seed": 18446744073709551615/g)?.length, 4);
    const job = (await (await fetch(new URL(`api/jobs/${whole.cells[1]?.job ?? ''}`, served.url))).json()) as
      { workflow: { extra_data: { limn: { grid: string; x: number; y: number } }; prompt: Record<string, { inputs: { steps?: number; cfg?: number } }> } };
    const { x: column, y: row, grid: id } = job.workflow.extra_data.limn;
    assert.deepEqual([column, row, id.length], [1, 0, 36]);
    assert.ok(Object.values(job.workflow.prompt).some((n) => n.inputs.steps === 2 && n.inputs.cfg === 1));

    const png = await saved(v.page, 'Save as picture');
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [389, 329]); // unit/grid.test.ts has why

    await v.page.keyboard.press('Escape');
    await v.page.locator('.grid-view').waitFor({ state: 'detached' });
    await v.page.reload();
    await v.page.getByRole('tab', { name: 'small', selected: true }).waitFor();
    await open(v.page);
    await pictures(v.page, 4);
    await v.page.getByRole('button', { name: 'Look at steps: 2, cfg: 1' }).click();
    await v.page.getByRole('heading', { name: /2 of 4/ }).waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('heading', { name: /2 of 4/ }).waitFor({ state: 'detached' });
    await v.page.keyboard.press('+');
    await v.page.locator('.grid-view').getByText('125 %').waitFor();
    await v.page.keyboard.press('0');
    await v.page.locator('.grid-view').getByText('100 %').waitFor();
    await v.page.getByRole('button', { name: /Open workflow: steps: 2, cfg: 4/ }).focus();
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'small · steps: 2, cfg: 4', selected: true }).waitFor();
    v.clean();
    await v.close();
  },

  'choices are picked from their list, and the rest of a grid is cancelled': async (browser, served) => {
    const v = await visit(browser, served.url);
    await v.page.locator('.body', { hasText: 'KSampler' }).first().waitFor();
    await small(v.page);
    await served.post('limn/queue', { op: 'pause' });
    await open(v.page);
    const [x, y] = [axis(v.page, 'X: columns'), axis(v.page, 'Y: rows')];
    await x.getByRole('combobox').selectOption({ label: await x.locator('option', { hasText: '· scheduler' }).first().textContent() ?? '' });
    await x.getByRole('button', { name: 'None' }).click();
    await x.getByText('No values yet.').waitFor();
    await x.getByRole('checkbox', { name: 'karras' }).check();
    await x.getByRole('checkbox', { name: 'normal' }).check();
    const [list, group] = [await x.getByRole('group').boundingBox(), await x.boundingBox()];
    assert.ok(list && group && list.x > group.x && list.x + list.width <= group.x + group.width); // it stands in its axis
    await until(() => x.getByRole('textbox').inputValue(), /^(normal\nkarras|karras\nnormal)$/);
    await y.getByRole('combobox').selectOption('');
    assert.deepEqual(await faults(v.page), []);
    await v.page.getByRole('button', { name: 'Queue 2 jobs' }).click();
    await v.page.locator('.cell[data-state="waiting"]').nth(1).waitFor();
    await v.page.getByRole('button', { name: 'Cancel the rest' }).click();
    await v.page.locator('.cell[data-state="stopped"]').nth(1).waitFor();
    assert.deepEqual((await (await fetch(new URL('queue', served.url))).json() as { queue_pending: unknown[] }).queue_pending, []);
    await served.post('limn/queue', { op: 'resume' });
    v.clean();
    await v.close();
  },

  'the grid stands in nobody’s way, in both themes and languages': async (browser, served) => {
    for (const [locale, colorScheme] of [['zh-CN', 'dark'], ['en-GB', 'light']] as const) {
      const v = await visit(browser, served.url, { locale, colorScheme });
      await v.page.locator('.body', { hasText: /KSampler|采样/ }).first().waitFor();
      await small(v.page);
      await (locale === 'zh-CN' ? open(v.page, '运行', 'X/Y 网格……') : open(v.page));
      await v.page.locator('.axis textarea').first().fill('1, 2');
      assert.deepEqual(await faults(v.page), []);
      await v.page.locator('.dialog footer .main').click();
      await pictures(v.page, 2);
      assert.deepEqual(await faults(v.page), []);
      v.clean();
      await v.close();
    }
  },
};
