// Stories of the fields of nodes, used as people use them: by pointer, by keys, by an input method.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { place } from './hands.ts';
import type { Served } from './served.ts';
import { faults, type Story } from './shell.ts';

const PICTURE = join(import.meta.dirname, '../../../../tests/parity/pictures/rgba16_woven.png');
const article = (page: Page, title: string) => page.getByRole('article').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const field = (page: Page, node: string, role: 'spinbutton' | 'combobox' | 'textbox', name: string) =>
  article(page, node).getByRole(role, { name, exact: true });
const focused = (page: Page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName);

/** Waits for a field to say something. */
const says = (of: Locator, text: string) =>
  until(() => of.evaluate((e) => (e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement ? e.value : (e.textContent ?? '').trim())), text);

async function open(browser: Browser, served: Served, options: Parameters<typeof visit>[2] = {}) {
  const v = await visit(browser, served.url, options);
  await v.page.getByRole('article').getByRole('spinbutton').first().waitFor();
  return v;
}

export const widgets: Record<string, Story> = {
  'a number is typed, is a sum, is taken back as one step': async (browser, served) => {
    const v = await open(browser, served);
    const steps = field(v.page, 'KSampler', 'spinbutton', 'steps');

    await steps.click();
    await v.page.keyboard.type('5*5+1');
    await v.page.keyboard.press('Enter');
    await says(steps, '26');
    await steps.click();
    for (let i = 0; i < 3; i++) await v.page.keyboard.press('ArrowUp');
    await v.page.keyboard.press('Enter');
    await says(steps, '29');
    await v.page.keyboard.press('Control+z');
    await says(steps, '26');
    await v.page.keyboard.press('Control+z');
    await says(steps, '20');
    v.clean();
    await v.close();
  },

  'Escape puts back what was there, and what is no number is refused': async (browser, served) => {
    const v = await open(browser, served);
    const steps = field(v.page, 'KSampler', 'spinbutton', 'steps');
    const entry = article(v.page, 'KSampler').locator('input');

    await steps.click();
    await v.page.keyboard.press('ArrowUp');
    await v.page.keyboard.press('Escape');
    await says(steps, '20');
    await steps.click();
    await v.page.keyboard.type('twenty');
    await v.page.keyboard.press('Enter');
    await until(() => entry.getAttribute('aria-invalid'), 'true');
    await v.page.keyboard.press('Escape');
    await says(steps, '20');
    v.clean();
    await v.close();
  },

  'a number is dragged to and fro; Escape lets go of it': async (browser, served) => {
    const v = await open(browser, served);
    const steps = field(v.page, 'KSampler', 'spinbutton', 'steps');
    const drag = async (by: number) => {
      const box = await steps.boundingBox();
      assert.ok(box);
      await v.page.mouse.move(box.x + 10, box.y + box.height / 2);
      await v.page.mouse.down();
      await v.page.mouse.move(box.x + 10 + by, box.y + box.height / 2, { steps: 6 });
    };

    await drag(40);
    await v.page.mouse.up();
    await says(steps, '30');
    await article(v.page, 'KSampler').locator('input').waitFor({ state: 'detached' });
    await drag(-40);
    await says(steps, '20');
    await v.page.keyboard.press('Escape');
    await v.page.mouse.up();
    await says(steps, '30');
    await v.page.keyboard.press('Control+z');
    await says(steps, '20');
    v.clean();
    await v.close();
  },

  'the wheel zooms over a field, and changes it only where it has the focus': async (browser, served) => {
    const v = await open(browser, served);
    const steps = field(v.page, 'KSampler', 'spinbutton', 'steps');
    const zoom = v.page.locator('.zoom .value');
    const before = await zoom.textContent();

    await steps.hover();
    await v.page.mouse.wheel(0, -120);
    await v.page.waitForFunction((before) => document.querySelector('.zoom .value')?.textContent !== before, before);
    await says(steps, '20');
    await steps.click();
    await place(v.page, 'KSampler'); // the canvas has come to rest
    const during = await zoom.textContent();
    await v.page.mouse.wheel(0, -120);
    await says(article(v.page, 'KSampler').locator('input'), '21');
    assert.equal(await zoom.textContent(), during);
    v.clean();
    await v.close();
  },

  'Tab goes from field to field, and Escape back to the graph': async (browser, served) => {
    const v = await open(browser, served);

    await field(v.page, 'KSampler', 'spinbutton', 'steps').click();
    for (const name of ['cfg', 'sampler_name', 'scheduler', 'denoise']) {
      await v.page.keyboard.press('Tab');
      await until(() => focused(v.page), name);
    }
    await v.page.keyboard.press('Shift+Tab');
    await until(() => focused(v.page), 'scheduler');
    await v.page.keyboard.press('Escape');
    await v.page.locator('[role="application"]:focus').waitFor();
    v.clean();
    await v.close();
  },

  'a choice is found by typing, and stepped by arrows': async (browser, served) => {
    const v = await open(browser, served);
    const sampler = field(v.page, 'KSampler', 'combobox', 'sampler_name');

    await sampler.focus();
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('listbox').waitFor();
    await v.page.keyboard.type('2m');
    await v.page.keyboard.press('Enter');
    await says(sampler, 'dpmpp_2m');
    await until(() => focused(v.page), 'sampler_name');
    await v.page.keyboard.press('ArrowLeft');
    await says(sampler, 'heun');
    await sampler.click();
    await v.page.getByRole('option', { name: 'ddim', exact: true }).click();
    await says(sampler, 'ddim');
    await sampler.click();
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('listbox').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'a seed is rolled, and what becomes of it is chosen': async (browser, served) => {
    const v = await open(browser, served, { locale: 'zh-CN' });
    const node = article(v.page, 'K 采样器');
    const seed = node.getByRole('spinbutton', { name: '种子' });
    const before = await seed.textContent();

    await node.getByRole('button', { name: '换一个种子' }).click();
    await v.page.waitForFunction(([e, before]) => e?.textContent !== before, [await seed.elementHandle(), before] as const);
    await node.getByRole('button', { name: /每次运行后/ }).click();
    await v.page.getByRole('option', { name: '加一' }).click();
    await node.getByRole('button', { name: '种子，每次运行后：加一' }).waitFor();
    v.clean();
    await v.close();
  },

  'a text keeps its own undo, and weights go up and down': async (browser, served) => {
    const v = await open(browser, served);
    const text = v.page.locator('.lines', { hasText: 'a red circle' });
    const area = v.page.locator('.widget textarea');

    await text.click();
    await v.page.keyboard.press('Control+a');
    await v.page.keyboard.type('big cat');
    await v.page.keyboard.press('Control+ArrowUp');
    await says(area, 'big (cat:1.05)');
    await v.page.keyboard.press('Control+z');
    await says(area, 'big cat');
    await v.page.keyboard.press('Escape');
    await v.page.locator('.lines', { hasText: 'big cat' }).waitFor();
    await v.page.keyboard.press('Control+z');
    await text.waitFor();
    v.clean();
    await v.close();
  },

  'Ctrl+Enter runs from within a field, with what was typed there': async (browser, served) => {
    const v = await open(browser, served);
    const sent = () => v.page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/prompt'));

    await field(v.page, 'KSampler', 'spinbutton', 'steps').click();
    await v.page.keyboard.type('3');
    let [prompt] = await Promise.all([sent(), v.page.keyboard.press('Control+Enter')]);
    assert.match(prompt.postData() ?? '', /"steps": ?3\b/);
    await v.page.locator('.lines', { hasText: 'a red circle' }).click();
    await v.page.keyboard.press('Control+a');
    await v.page.keyboard.type('a green star');
    [prompt] = await Promise.all([sent(), v.page.keyboard.press('Control+Enter')]);
    assert.match(prompt.postData() ?? '', /a green star/);
    await says(v.page.locator('.widget textarea'), 'a green star');
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'letters of an input method count when they are settled, and no key is a shortcut meanwhile': async (browser, served) => {
    const v = await open(browser, served);
    const input = await v.page.context().newCDPSession(v.page);

    await field(v.page, 'Save Image', 'textbox', 'filename_prefix').click();
    await v.page.keyboard.press('Control+a');
    await input.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
    await input.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 });
    await until(() => focused(v.page), 'filename_prefix');
    await input.send('Input.insertText', { text: '你' });
    await v.page.keyboard.press('Enter');
    await says(field(v.page, 'Save Image', 'textbox', 'filename_prefix'), '你');
    v.clean();
    await v.close();
  },

  'a picture is sent into a field that wants one; what fails can be tried again': async (browser, served) => {
    const v = await open(browser, served);

    await v.page.locator('.graph').focus();
    await v.page.keyboard.press('/');
    await v.page.getByRole('dialog').waitFor();
    await v.page.locator('.add-node input:focus').waitFor();
    await v.page.keyboard.type('load image');
    await v.page.locator('.add-node [aria-selected="true"]', { hasText: 'Load Image' }).waitFor();
    await v.page.keyboard.press('Enter');
    const node = article(v.page, 'Load Image');
    const file = { name: 'a harbour.png', mimeType: 'image/png', buffer: readFileSync(PICTURE) };
    await v.page.route('**/upload/image', (route) => route.abort(), { times: 1 });
    await node.locator('input[type=file]').setInputFiles(file);
    await node.getByRole('alert').getByText('was not sent').waitFor();
    await node.getByRole('button', { name: 'Try again' }).click();
    await node.getByRole('img', { name: 'a harbour.png' }).waitFor();
    await says(node.getByRole('combobox', { name: 'image' }), 'a harbour.png');
    await until(() => node.getByRole('combobox', { name: 'image' }).getAttribute('aria-invalid'), null);
    for (const [kind, name] of [['drop', 'dropped.png'], ['paste', 'pasted.png']] as const) {
      await node.locator('.upload').evaluate((field, { kind, name, base64 }) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type: 'image/png' }));
        const as = { bubbles: true, cancelable: true };
        field.dispatchEvent(kind === 'drop' ? new DragEvent('drop', { ...as, dataTransfer: data }) : new ClipboardEvent('paste', { ...as, clipboardData: data }));
      }, { kind, name, base64: file.buffer.toString('base64') });
      await node.getByRole('img', { name }).waitFor();
    }
    assert.equal(await v.page.getByRole('tab').count(), 1);

    let held: (() => void) | undefined;
    await v.page.route('**/upload/image', (route) => new Promise((go) => (held = () => (route.abort().catch(() => {}), go(undefined)))), { times: 1 });
    await node.locator('input[type=file]').setInputFiles({ ...file, name: 'too much.png' });
    await node.getByRole('progressbar').waitFor();
    await node.getByRole('button', { name: 'Stop' }).click();
    await node.getByRole('progressbar').waitFor({ state: 'detached' });
    assert.equal(await node.getByRole('alert').count(), 0);
    await says(node.getByRole('combobox', { name: 'image' }), 'pasted.png');
    held?.();

    await served.stop('SIGKILL');
    await v.page.locator('.link[data-state="lost"]').waitFor();
    await node.locator('input[type=file]').setInputFiles({ ...file, name: 'later.png' });
    await node.getByRole('alert').getByText('later.png is sent when the server is back').waitFor();
    await served.again();
    await node.getByRole('img', { name: 'later.png' }).waitFor();
    assert.deepEqual(v.violations, []);
    await v.close();
  },
};
