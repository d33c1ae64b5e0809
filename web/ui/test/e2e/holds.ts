// Stories of what stays: the hand's tool after a reload, the caret of a text and a sound that plays wherever the canvas goes; and what
// menus say of the clipboard.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from './browser.ts';
import { openAfresh } from './days.ts';
import { body, counts, drag, graph, isAt, place, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';

const zoom = (page: Page) => page.locator('.react-flow__viewport').evaluate((e) => new DOMMatrix(getComputedStyle(e).transform).a);
const far = (page: Page, is: boolean) => page.locator(`.graph[data-far="${is}"]`).waitFor();
/** By the wheel over the ground, whatever has the focus. */
async function wheelTo(page: Page, is: boolean) {
  const box = await graph(page).boundingBox();
  await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + (box?.height ?? 0) - 40);
  for (let i = 0; i < 60 && (await graph(page).getAttribute('data-far')) !== String(is); i++) {
    await page.mouse.wheel(0, is ? 120 : -120);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await far(page, is);
}

export const holds: Record<string, Story> = {
  'a text keeps its caret while the wheel zooms out, and what is typed there': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const text = () => page.evaluate(() => {
      const it = document.activeElement;
      return it instanceof HTMLTextAreaElement ? [it.value, it.selectionStart] : undefined;
    });

    await body(page, 'Prompt · 提示词').locator('.row[data-widget="text"]').click();
    await page.locator('.body textarea:focus').fill('one two');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await wheelTo(page, true);
    await until(() => zoom(page), (z) => z < 0.45, 'it is not far');
    await page.waitForFunction(() => document.querySelectorAll('.body').length === 1); // of all bodies this one
    await until(text, ['one two', 1]);
    await page.keyboard.type('x');
    await wheelTo(page, false);
    await body(page, 'KSampler').waitFor();
    await until(text, ['oxne two', 2]);
    await page.keyboard.press('Escape');
    await wheelTo(page, true);
    await page.waitForFunction(() => document.querySelectorAll('.body').length === 0);
    v.clean();
    await v.close();
  },

  'a node whose sound plays stays on the page, near or far, until it is over': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const bodies = (n: number) => page.waitForFunction((n) => document.querySelectorAll('.body').length === n, n);

    await body(page, 'VAE Decode').evaluate((node) => { // a minute of nothing to be heard
      const head = new DataView(new ArrayBuffer(44));
      const write = (at: number, text: string) => [...text].forEach((c, i) => head.setUint8(at + i, c.charCodeAt(0)));
      const [rate, length] = [8000, 480_000];
      write(0, 'RIFF');
      head.setUint32(4, 36 + length, true);
      write(8, 'WAVEfmt ');
      [16, 0x10001, rate, rate, 0x80001].forEach((n, i) => head.setUint32(16 + 4 * i, n, true));
      write(36, 'data');
      head.setUint32(40, length, true);
      const audio = document.createElement('audio');
      audio.src = URL.createObjectURL(new Blob([head, new Uint8Array(length).fill(128)], { type: 'audio/wav' }));
      node.append(audio);
    });
    const title = await titleSpot(page, 'KSampler');
    await page.mouse.click(title.x, title.y);
    await page.evaluate(() => document.querySelector('audio')?.play());
    await page.keyboard.press('Escape');
    await wheelTo(page, true);
    await bodies(1);
    assert.equal(await page.evaluate(() => document.querySelector('audio')?.paused), false);
    await wheelTo(page, false);
    await body(page, 'KSampler').waitFor();
    await drag(page, { x: 200, y: 800 }, { x: 1500, y: 800 }, { button: 'middle' });
    await drag(page, { x: 200, y: 800 }, { x: 1500, y: 800 }, { button: 'middle' });
    await drag(page, { x: 200, y: 800 }, { x: 1500, y: 800 }, { button: 'middle' });
    await drag(page, { x: 200, y: 800 }, { x: 1500, y: 800 }, { button: 'middle' });
    await page.mouse.click(900, 850); // the keyboard is at no node
    await bodies(1);
    assert.equal(await page.evaluate(() => document.querySelector('audio')?.paused), false);
    await page.evaluate(() => document.querySelector('audio')?.pause());
    await bodies(0);
    v.clean();
    await v.close();
  },

  'dragging on the ground moves the canvas where somebody wants that, and the tool outlives a reload': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const ground = { x: 300, y: 860 };
    const setting = async (label: RegExp) => {
      await page.keyboard.press('Control+k');
      await page.locator('dialog input').fill('/dragging');
      await page.getByRole('option', { name: label }).click();
      await page.locator('dialog[open]').waitFor({ state: 'detached' });
    };

    const before = await place(page, 'KSampler');
    await setting(/Moves the canvas/);
    await drag(page, ground, { x: ground.x + 90, y: ground.y - 30 });
    await isAt(page, 'KSampler', { x: before.x + 90, y: before.y - 30 });
    assert.equal(await page.locator('.body[data-chosen="true"]').count(), 0);
    await drag(page, ground, { x: 1500, y: 120 }, { keys: ['Shift'] });
    await page.waitForFunction(() => document.querySelectorAll('.body[data-chosen="true"]').length > 1);
    await setting(/Selects with a frame/);

    await page.keyboard.press('h');
    await page.locator('.graph[data-tool="hand"]').waitFor();
    await page.reload();
    await page.locator('.graph[data-tool="hand"]').waitFor();
    await body(page, 'KSampler').waitFor();
    await page.keyboard.press('v');
    await page.locator('.graph[data-tool="select"]').waitFor();
    v.clean();
    await v.close();
  },

  'menus and the list of keys show the keys of the clipboard; where a page has none, a menu says what to press': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const edit = async (item: RegExp) => {
      await page.getByRole('menuitem', { name: 'Edit', exact: true }).click();
      await page.getByRole('menuitem', { name: item }).click();
    };

    await page.keyboard.press('?');
    const keys = page.getByRole('dialog');
    for (const [label, chord] of [['Copy', 'Ctrl+Insert'], ['Cut', 'Ctrl+X'], ['Paste', 'Shift+Insert'], ['Paste with connections', 'Ctrl+Shift+V']] as const)
      await keys.locator('dl div', { has: page.locator('dt', { hasText: new RegExp(`^${label}$`) }) }).getByText(chord, { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');

    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined })); // as on a server in the house
    const title = await titleSpot(page, 'VAE Decode');
    await page.mouse.click(title.x, title.y);
    await edit(/^Cut Ctrl\+X/);
    await counts(page, 6, 6);
    await edit(/^Paste Ctrl\+V/);
    await page.getByText('press Ctrl+V').waitFor();
    await graph(page).focus();
    await page.keyboard.press('Control+v');
    await counts(page, 7, 6);
    v.clean();
    await v.close();
  },
};
