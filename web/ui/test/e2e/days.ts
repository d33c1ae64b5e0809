// Stories of whole days' work: a graph written in Chinese, pictures that come back, ten seeds, a subgraph from its making to its end.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';
import { drop, edit } from './app.ts';
import { holding, until, visit, type Visit } from './browser.ts';
import { body, counts, drag, dropFile, graph, socket, titleSpot } from './hands.ts';
import { layoutFaults } from './layout.ts';
import type { Served } from './served.ts';
import type { Story } from './shell.ts';

const FIRST = readFileSync(join(import.meta.dirname, '../../src/app/first.json'), 'utf8');
const done = (page: Page) => page.locator('.job[data-state="completed"]');
const files = (page: Page) => page.locator('.node-pictures[data-of="files"] img');
const chord = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** The page with its first workflow, at a server that takes nothing from what was painted before. */
export async function openAfresh(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}, prepare?: Parameters<typeof visit>[3]): Promise<Visit> {
  await served.post('free', { unload_models: false, free_memory: true });
  const v = await visit(browser, served.url, { viewport: { width: 1800, height: 1000 }, ...options }, prepare);
  await body(v.page, options.locale === 'zh-CN' ? 'K 采样器' : 'KSampler').waitFor();
  return v;
}

/** Writes a number into a field of a node. */
export async function setNumber(page: Page, title: string, field: string, value: number) {
  await body(page, title).getByRole('spinbutton', { name: field, exact: true }).click();
  await chord(page, 'Control+a');
  await page.keyboard.type(String(value));
  await chord(page, 'Enter');
}

/** Letters that an input method shows while somebody composes, then what they become. */
async function compose(ime: CDPSession, letters: string, becomes: string) {
  for (let n = 1; n <= letters.length; n += 3)
    await ime.send('Input.imeSetComposition', { text: letters.slice(0, n), selectionStart: n, selectionEnd: n });
  await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 });
  await ime.send('Input.insertText', { text: becomes });
}

/** The last picture that the server saved. */
function newest(served: Served): Buffer {
  const folder = join(served.base, 'output');
  const all = readdirSync(folder).filter((f) => f.endsWith('.png')).map((f) => join(folder, f));
  const last = all.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs).at(-1);
  assert.ok(last, 'a picture was saved');
  return readFileSync(last);
}

/** The points of a PNG, which its texts have no part in. */
function pixels(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return inflateSync(Buffer.concat(parts));
}

/** Runs: the picture, as the server saved it. */
async function painted(page: Page, served: Served): Promise<Buffer> {
  const before = await done(page).count();
  await chord(page, 'Control+Enter');
  await done(page).nth(before).waitFor();
  return newest(served);
}

export const days: Record<string, Story> = {
  'text to picture is built in Chinese, with an input method, and runs': async (browser, served) => {
    const v = await openAfresh(browser, served, { locale: 'zh-CN' });
    const { page } = v;
    const ime = await page.context().newCDPSession(page);
    const links = (n: number) => page.locator('.status').getByText(`· ${n} 条连线`).waitFor();
    const box = await page.getByRole('application').boundingBox();
    assert.ok(box);
    const place = async (x: number, y: number, letters: string, title: string, words = title) => {
      await page.mouse.dblclick(box.x + x, box.y + y);
      await page.locator('.add-node input:focus').waitFor();
      await compose(ime, letters, words);
      await page.locator('.add-node [aria-selected="true"]', { hasText: title }).waitFor();
      await chord(page, 'Enter');
      await body(page, title).last().waitFor();
    };
    const name = async (title: string, letters: string, becomes: string) => {
      await body(page, title).locator('.title').dblclick();
      await page.getByRole('textbox', { name: '标题' }).waitFor();
      await compose(ime, letters, becomes);
      await chord(page, 'Enter');
      await body(page, becomes).waitFor();
    };
    let n = 0;
    const join = async (from: string, output: string, to: string, input: string) => {
      await drag(page, await socket(page, from, 'out', output), await socket(page, to, 'in', input));
      await links(++n);
    };

    await page.getByRole('button', { name: '新建工作流' }).click();
    await chord(page, 'Alt+m');
    await place(40, 100, 'jiazaidamoxing', '加载大模型');
    await place(40, 320, 'kongqiankongjian', '空潜空间图像');
    await place(380, 80, 'wenbenbianma', 'CLIP 文本编码（提示词）', '文本编码');
    await name('CLIP 文本编码（提示词）', 'xiangyaode', '想要的');
    await place(380, 400, "wen'ben'bian'ma", 'CLIP 文本编码（提示词）');
    await name('CLIP 文本编码（提示词）', 'buyaode', '不要的');
    await place(840, 80, 'caiyangqi', 'K 采样器');
    await place(840, 520, 'jiema', 'VAE 解码');
    await place(840, 660, 'baocun', '保存图像');
    await join('加载大模型', '模型', 'K 采样器', '模型');
    await join('加载大模型', 'CLIP', '想要的', 'CLIP');
    await join('加载大模型', 'CLIP', '不要的', 'CLIP');
    await join('想要的', '条件', 'K 采样器', '正面条件');
    await join('不要的', '条件', 'K 采样器', '负面条件');
    await join('空潜空间图像', '潜空间图像', 'K 采样器', '潜空间图像');
    await join('K 采样器', '潜空间图像', 'VAE 解码', '潜空间图像');
    await join('加载大模型', 'VAE', 'VAE 解码', 'VAE');
    await join('VAE 解码', '图像', '保存图像', '图像');
    await setNumber(page, '空潜空间图像', '宽度', 64);
    await setNumber(page, '空潜空间图像', '高度', 64);
    await setNumber(page, 'K 采样器', '步数', 4);
    await body(page, '想要的').locator('.lines').click();
    await compose(ime, 'yigehongsedeyuan', '一个红色的圆');
    const [sent] = await Promise.all([
      page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/prompt')),
      chord(page, 'Control+Enter'), // as a Chinese keyboard sends it: from within the field
    ]);
    assert.match(sent.postData() ?? '', /一个红色的圆/);
    await done(page).first().waitFor();
    await files(page).first().waitFor();
    v.clean();
    await v.close();
  },

  'a picture is opened, its seed changed and it runs: a preview, then another picture': async (browser, served) => {
    let hold: (from?: RegExp) => void = () => {};
    const v = await openAfresh(browser, served, {}, async (page) => (hold = await holding(page)));
    const { page } = v;
    const png = await painted(page, served);

    await drop(page, 'painted.png', png);
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'painted' }).waitFor();
    await body(page, 'KSampler').waitFor();
    await setNumber(page, 'KSampler', 'steps', 80);
    await setNumber(page, 'KSampler', 'seed', 4711);
    hold(/"executed"/);
    await chord(page, 'Control+Enter');
    await page.locator('.node-pictures[data-of="preview"] img').waitFor();
    hold();
    await done(page).nth(1).waitFor();
    await files(page).first().waitFor();
    const again = newest(served);
    assert.notDeepEqual(pixels(again), pixels(png));
    assert.match(again.toString('latin1'), /"seed": ?4711\b/);
    v.clean();
    await v.close();
  },

  'a picture is let go of again on its own workflow, edited meanwhile: it has another tab, and the edits are alive': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const png = await painted(page, served);
    const opened = page.getByRole('tab', { name: /^painted/ });
    const text = (said: string) => page.locator('.stage').getByText(said, { exact: true }).first().waitFor();

    await drop(page, 'painted.png', png);
    await opened.waitFor();
    await body(page, 'KSampler').waitFor();
    await drop(page, 'painted.png', png);
    await edit(page, 'written by hand');
    await page.getByRole('tab', { name: 'painted, not saved' }).waitFor();
    await until(() => opened.count(), 1); // it led to its tab
    await drop(page, 'painted.png', png);
    await opened.nth(1).waitFor();
    await page.locator('[role="tab"][aria-selected="true"]:not([aria-label*="not saved"])', { hasText: 'painted' }).waitFor();
    await text('a red circle on a blue background');
    await opened.first().click();
    await text('written by hand');
    await graph(page).focus();
    await chord(page, 'Control+z');
    await text('a red circle on a blue background');
    v.clean();
    await v.close();
  },

  'ten seeds: put in order, one taken out, loaded again in the middle: nine pictures come, in that order': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const waiting = page.locator('.job[data-state="waiting"]');
    const seeds = async (state: string) => (await page.locator(`.job[data-state="${state}"]`).allTextContents()).map((t) => Number(/seed (\d+)/.exec(t)?.[1]));
    const are = (state: string, wanted: number[]) => until(() => seeds(state), wanted);

    await dropFile(page, 'ten', FIRST.replace('42, "randomize", 20', '1, "increment", 12').replace('128, 128', '64, 64').replace('"limn"', '"ten"'));
    await page.getByRole('button', { name: 'Pause the queue' }).click();
    await page.getByRole('button', { name: 'Resume the queue' }).waitFor();
    for (let i = 0; i < 10; i++) await chord(page, 'Control+Enter');
    await are('waiting', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await waiting.nth(8).getByRole('button', { name: /Run next/ }).click();
    await are('waiting', [9, 1, 2, 3, 4, 5, 6, 7, 8, 10]);
    await waiting.nth(4).getByRole('button', { name: /Remove from the queue/ }).click();
    await are('waiting', [9, 1, 2, 3, 5, 6, 7, 8, 10]);
    await page.getByRole('button', { name: 'Resume the queue' }).click();
    await done(page).nth(1).waitFor();
    await page.reload();
    await are('completed', [10, 8, 7, 6, 5, 3, 2, 1, 9]); // the newest first
    const kept = readdirSync(join(served.base, 'output')).filter((f) => f.startsWith('ten_')).sort();
    const of = (name: string) => /"seed": ?(\d+)/.exec(readFileSync(join(served.base, 'output', name), 'latin1'))?.[1];
    assert.deepEqual(kept.map(of), ['9', '1', '2', '3', '5', '6', '7', '8', '10']);
    await files(page).first().waitFor(); // on the node again
    v.clean();
    await v.close();
  },

  'a subgraph: a field promoted, two copies, one made its own, taken apart, and the same picture': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const instances = page.locator('.body', { has: page.getByRole('heading', { name: 'Painting', exact: true }) });
    const choose = async (title: string, keys: string[] = []) => {
      const at = await titleSpot(page, title);
      for (const key of keys) await page.keyboard.down(key);
      await page.mouse.click(at.x, at.y);
      for (const key of keys) await page.keyboard.up(key);
    };
    const command = async (at: { x: number; y: number }, name: string) => {
      await page.mouse.click(at.x, at.y, { button: 'right' });
      await page.getByRole('menuitem', { name, exact: true }).click();
    };
    const middle = async (which: number) => {
      const box = await instances.nth(which).locator('.title').boundingBox();
      assert.ok(box);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    /** Nothing is taken from what was painted before. */
    const anew = async () => {
      await served.post('free', { unload_models: false, free_memory: true });
      return pixels(await painted(page, served));
    };

    await dropFile(page, 'fixed', FIRST.replace('"randomize", 20', '"fixed", 4'));
    const plain = await anew();
    await choose('KSampler');
    await choose('VAE Decode', ['Shift']);
    await chord(page, 'Control+Shift+e');
    await counts(page, 6, 8);
    await chord(page, 'Enter');
    await page.getByRole('navigation', { name: 'Where you are' }).waitFor();
    await chord(page, 'Control+k');
    await page.locator('dialog input').fill('inputs and outputs');
    await page.locator('[role="option"][aria-selected="true"]', { hasText: 'inputs and outputs' }).waitFor();
    await chord(page, 'Enter');
    const dialog = page.getByRole('dialog', { name: 'The subgraph' });
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill('Painting');
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).press('Enter');
    await dialog.getByRole('combobox', { name: 'Another input, of a node' }).selectOption({ label: 'KSampler · seed' });
    await dialog.getByRole('button', { name: 'Expose' }).first().click();
    await dialog.getByRole('textbox', { name: 'Name of “seed”' }).waitFor();
    assert.deepEqual(await layoutFaults(page), []);
    await chord(page, 'Escape');
    await chord(page, 'Escape');
    await counts(page, 6, 8);
    await instances.getByRole('spinbutton', { name: 'seed' }).waitFor();
    assert.ok(plain.equals(await anew()), 'folded, the picture is the same');

    await choose('Painting');
    await chord(page, 'Control+d');
    await instances.nth(1).waitFor();
    await command(await middle(1), 'Make it a subgraph of its own');
    await chord(page, 'Enter');
    await page.getByRole('navigation', { name: 'Where you are' }).waitFor();
    await choose('KSampler');
    await chord(page, 'Delete');
    await body(page, 'KSampler').waitFor({ state: 'detached' });
    await chord(page, 'Escape');
    await counts(page, 7, 8);
    await chord(page, 'Delete'); // the copy, which is chosen still
    await counts(page, 6, 8);

    await command(await middle(0), 'Unpack the subgraph');
    await counts(page, 7, 9);
    assert.ok(plain.equals(await anew()), 'unfolded, the picture is the same');
    v.clean();
    await v.close();
  },
};
