// Stories of documents: what opens, in which tab, and what is said of what does not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until, visit } from './browser.ts';
import { faults, type Story } from './shell.ts';

const corpus = (name: string) => join(import.meta.dirname, '../../../../tests/canvas/corpus', name);
export const tab = (page: Page) => page.getByRole('tab', { selected: true });
export const nodes = (page: Page, n: number) => page.locator('.status').getByText(`${n} nodes`).waitFor();

/** Writes into the prompt of the first graph. */
export async function edit(page: Page, text: string, before = 'a red circle on a blue background') {
  await page.getByText(before, { exact: true }).first().click();
  await page.locator('.stage textarea').first().fill(text);
  await page.locator('.stage textarea').first().press('Escape');
}

/** Lets go of a file over the canvas. */
export async function drop(page: Page, name: string, bytes: Buffer) {
  const data = await page.evaluateHandle(([name, base64]) => {
    const data = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64 ?? ''), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], name ?? '', { lastModified: 1 }));
    return data;
  }, [name, bytes.toString('base64')]);
  await page.dispatchEvent('.stage', 'dragenter', { dataTransfer: data });
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
}

/** A PNG without pixels that carries these texts. */
export function picture(texts: Record<string, string>): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const all = Object.entries(texts).map(([key, text]) => chunk('tEXt', Buffer.from(`${key}\0${text}`)));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...all, chunk('IEND', Buffer.alloc(0))]);
}

export const app: Record<string, Story> = {
  'a file opens in a tab of its own, and only once': async (browser, served) => {
    const v = await visit(browser, served.url);
    const nested = readFileSync(corpus('plain-04.json'));

    await nodes(v.page, 7);
    await drop(v.page, 'plain-04.json', nested);
    await v.page.getByRole('tab', { name: 'plain-04' }).waitFor();
    await until(() => tab(v.page).textContent(), 'plain-04');
    await v.page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click(); // it asks for a model
    await v.page.getByRole('tab', { name: 'Text to picture' }).click();
    await drop(v.page, 'plain-04.json', nested);
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'plain-04' }).waitFor();
    assert.equal(await v.page.getByRole('tab').count(), 2);
    v.clean();
    await v.close();
  },

  'a picture that carries a workflow opens it; a file that carries none is refused in words': async (browser, served) => {
    const v = await visit(browser, served.url);

    await drop(v.page, 'harbour.png', picture({ workflow: readFileSync(corpus('nested.json'), 'utf8') }));
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'harbour' }).waitFor();
    await drop(v.page, 'plain.bin', Buffer.from('nothing that anybody knows'));
    await v.page.locator('.toast').getByText('“plain” carries no workflow.').waitFor();
    await drop(v.page, 'broken.json', Buffer.from('{"nodes": ['));
    await v.page.locator('.toast').getByText('“broken” is damaged').waitFor();
    assert.equal(await v.page.getByRole('tab').count(), 2);
    v.clean();
    await v.close();
  },

  'JSON that is pasted opens, and a text field keeps its own': async (browser, served) => {
    const v = await visit(browser, served.url);
    const paste = (text: string) =>
      v.page.evaluate((text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      }, text);

    await nodes(v.page, 7);
    await paste('hello');
    await paste(readFileSync(corpus('muted.json'), 'utf8'));
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'Pasted' }).waitFor();
    assert.equal(await v.page.getByRole('tab').count(), 2);
    v.clean();
    await v.close();
  },

  'what was said stays in the log: failures at once, numbers that are none, and what the page does not know': async (browser, served) => {
    const v = await visit(browser, served.url);

    await nodes(v.page, 7);
    await drop(v.page, 'odd.json', Buffer.from('{"nodes": [{"id": 1, "type": "Note", "pos": [NaN, 0]}], "links": [], "version": 0.4}'));
    await v.page.getByRole('tab', { name: 'odd' }).waitFor();
    await drop(v.page, 'broken.json', Buffer.from('{"nodes": ['));
    const said = v.page.locator('.toasts [aria-live="assertive"] .toast');
    await said.getByText('“broken” is damaged').waitFor();
    await said.getByRole('button', { name: 'Dismiss' }).focus();
    await v.page.keyboard.press('Enter');
    await v.page.locator('.graph:focus').waitFor();
    await v.page.getByRole('button', { name: 'Log' }).click();
    const lines = v.page.getByRole('region', { name: 'Log' }).getByRole('listitem');
    await lines.getByText('“broken” is damaged').waitFor();
    await lines.getByText('“odd” has numbers that JSON does not have').waitFor();
    assert.deepEqual(await faults(v.page), []);
    v.clean();
    await v.close();
  },

  'tabs are made, walked through and closed by the keyboard': async (browser, served) => {
    const v = await visit(browser, served.url);

    await v.page.getByRole('button', { name: 'New workflow' }).click();
    await v.page.getByRole('button', { name: 'New workflow' }).click();
    await until(() => tab(v.page).textContent(), 'Untitled 2');
    await tab(v.page).focus();
    await v.page.keyboard.press('ArrowRight');
    await v.page.locator('[role="tab"][aria-selected="true"]:focus', { hasText: 'Text to picture' }).waitFor();
    for (const left of [2, 1]) {
      await v.page.keyboard.press('Delete');
      await v.page.waitForFunction((n) => document.querySelectorAll('[role="tab"]').length === n, left);
      await v.page.locator('[role="tab"][aria-selected="true"]:focus').waitFor();
    }
    await v.page.keyboard.press('Delete');
    await v.page.getByRole('heading', { name: 'Nothing is open' }).waitFor();
    await v.page.locator('.empty button:focus', { hasText: 'Text to picture' }).waitFor();
    await v.page.keyboard.press('Enter');
    await nodes(v.page, 7);
    v.clean();
    await v.close();
  },

  'menus are gone through by the keyboard, and give the focus back': async (browser, served) => {
    const v = await visit(browser, served.url);
    const item = (name: string) => v.page.getByRole('menuitem', { name });

    await item('File').focus();
    await v.page.keyboard.press('ArrowDown');
    await v.page.getByRole('menu', { name: 'File' }).waitFor();
    await v.page.keyboard.press('ArrowRight');
    await v.page.getByRole('menu', { name: 'Edit' }).waitFor();
    assert.equal(await item('Undo').getAttribute('aria-disabled'), 'true');
    await v.page.keyboard.press('ArrowLeft');
    await v.page.getByRole('menu', { name: 'File' }).waitFor();
    await v.page.keyboard.type('n');
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'Untitled' }).waitFor();
    await v.page.waitForFunction(() => document.activeElement?.textContent === 'File');
    assert.deepEqual(await faults(v.page), []);
    v.clean();
    await v.close();
  },

  'the palette finds a command by some of its letters and runs it; Escape leaves it': async (browser, served) => {
    const v = await visit(browser, served.url);

    await v.page.keyboard.press('Control+K');
    await v.page.getByRole('dialog').getByRole('combobox').fill('nw wor');
    await v.page.getByRole('option', { name: 'New workflow' }).waitFor();
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('tab', { name: 'Untitled' }).waitFor();
    await v.page.keyboard.press('Control+K');
    await v.page.getByRole('dialog').getByRole('combobox').waitFor();
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('dialog').getByRole('combobox').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'keys are shown, act on the page, and are letters while somebody writes or composes': async (browser, served) => {
    const v = await visit(browser, served.url);
    const bar = v.page.locator('.bar');

    await v.page.keyboard.press('?');
    await v.page.getByRole('searchbox').fill('redo');
    await v.page.getByText('Ctrl+Y').waitFor();
    await v.page.keyboard.press('f'); // a letter of the search
    await until(() => v.page.getByRole('searchbox').inputValue(), 'redof');
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Escape');
    await v.page.getByRole('searchbox').waitFor({ state: 'detached' });
    for (const composing of [{ isComposing: true }, { key: 'Process' }])
      await v.page.evaluate((c) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', code: 'KeyF', bubbles: true, ...c })), composing);
    assert.ok(await bar.isVisible());
    await v.page.keyboard.press('f');
    await bar.waitFor({ state: 'detached' });
    await v.page.keyboard.press('f');
    await bar.waitFor();
    await v.page.getByRole('button', { name: 'New workflow' }).click();
    await v.page.keyboard.press('Alt+1');
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'Text to picture' }).waitFor();
    v.clean();
    await v.close();
  },

  'a template is found and opened': async (browser, served) => {
    const v = await visit(browser, served.url, { locale: 'zh-CN' });

    await v.page.getByRole('menuitem', { name: '文件' }).click();
    await v.page.getByRole('menuitem', { name: '模板' }).click();
    await v.page.locator('.card').nth(15).waitFor(); // sixteen at least
    assert.deepEqual(await faults(v.page), []);
    await v.page.getByRole('searchbox').fill('一次四张');
    await v.page.getByRole('button', { name: '一次四张' }).click();
    await v.page.getByRole('tab', { name: '一次四张' }).waitFor();
    v.clean();
    await v.close();
  },

  'what a file lacks here is told, and a model that is near takes its place': async (browser, served) => {
    const v = await visit(browser, served.url);
    const text = readFileSync(corpus('plain-04.json'), 'utf8').replace('sd1.safetensors', 'limn-shape.safetensors');

    await nodes(v.page, 7);
    await drop(v.page, 'theirs.json', Buffer.from(text.replace('"VAEDecode"', '"VAEDecodeTwice"')));
    const dialog = v.page.getByRole('dialog');
    await dialog.getByText('“theirs” lacks 2 things here').waitFor();
    await dialog.getByText('VAEDecodeTwice').waitFor();
    assert.deepEqual(await faults(v.page), []);
    await dialog.getByRole('button', { name: 'Use limn-shapes.safetensors' }).click();
    await dialog.getByText('Uses limn-shapes.safetensors').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await v.page.getByRole('tab', { name: 'theirs, not saved' }).waitFor();
    await v.page.keyboard.press('Control+Z');
    await v.page.locator('.stage').getByText('limn-shape.safetensors').waitFor();
    v.clean();
    await v.close();
  },

  'the outline edits the graph by the keyboard alone': async (browser, served) => {
    const v = await visit(browser, served.url);
    const grid = v.page.getByRole('treegrid', { name: 'Outline' });
    const row = (name: string | RegExp) => grid.getByRole('row', { name }).first();
    const press = async (...keys: string[]) => { for (const key of keys) await v.page.keyboard.press(key); };

    await nodes(v.page, 7);
    await press('o');
    await row(/^Load Checkpoint/).focus();
    await until(() => grid.getAttribute('aria-rowcount'), '7');
    await press('End', 'Home', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowRight');
    await row(/^steps/).waitFor();
    assert.deepEqual(await faults(v.page), []);
    for (let i = 0; i < 6; i++) await press('ArrowDown');
    await press('Enter');
    await grid.getByRole('textbox', { name: 'steps' }).fill('4 * 8');
    await press('Enter');
    await row(/^steps\s*32/).waitFor();
    await press('ArrowLeft', 'F2');
    await grid.getByRole('textbox', { name: 'Rename' }).fill('The walk');
    await press('Enter');
    await row(/^The walk/).waitFor();
    await press('Control+M');
    await row(/^The walk\s*muted/).waitFor();
    await press('ArrowDown');
    await row(/^model\s*Load Checkpoint/).waitFor();
    await press('Delete');
    await row(/^model\s*not linked/).waitFor();
    await press('Enter'); // what fits, the nearest first
    await v.page.getByRole('dialog').locator('[role="option"][aria-selected="true"]').waitFor();
    await press('Enter');
    await row(/^model\s*Load Checkpoint/).waitFor();
    await press('ArrowLeft', 'ArrowLeft', 'Delete');
    await nodes(v.page, 6);
    for (let i = 0; i < 6; i++) await press('Control+Z');
    await v.page.locator('.status').getByText('9 links').waitFor();
    await row(/^KSampler/).waitFor();
    v.clean();
    await v.close();
  },

  'settings act at once, and the palette finds them, nodes, classes and files': async (browser, served) => {
    const v = await visit(browser, served.url, { colorScheme: 'light' });
    const dialog = v.page.getByRole('dialog');
    const field = dialog.getByRole('combobox');

    await nodes(v.page, 7);
    await v.page.keyboard.press('Control+,');
    await dialog.getByRole('radio', { name: 'Dark' }).check();
    await v.page.getByRole('button', { name: 'Change to the light theme', includeHidden: true }).waitFor({ state: 'attached' });
    assert.deepEqual(await faults(v.page), []);
    await dialog.getByRole('radio', { name: '中文', exact: true }).click(); // its names come first
    await v.page.getByRole('dialog', { name: '设置' }).waitFor();
    await v.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });

    await v.page.keyboard.press('Control+K');
    await field.fill('/English');
    await dialog.locator('[role="option"][aria-selected="true"]', { hasText: 'English' }).waitFor();
    await v.page.keyboard.press('Enter');
    await v.page.getByRole('menuitem', { name: 'File' }).waitFor();
    await v.page.keyboard.press('Control+K');
    await field.fill('#repeatlat');
    await dialog.getByRole('option').first().waitFor();
    await v.page.keyboard.press('Enter');
    await nodes(v.page, 8);
    await v.page.keyboard.press('Control+K');
    await field.fill('@vae');
    await dialog.getByRole('option', { name: 'VAE Decode' }).waitFor();
    assert.deepEqual(await faults(v.page), []);
    await v.page.keyboard.press('Escape');
    v.clean();
    await v.close();
  },
};
