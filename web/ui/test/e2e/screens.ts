// The screens of the page, and how a person gets to each, in either language: for who looks at them (look.ts) and for the
// stories that hold of all of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { until } from './browser.ts';
import { layModels } from './model-files.ts';
import type { Served } from './served.ts';

export interface Screen {
  options?: BrowserContextOptions;
  open(page: Page, served: Served): Promise<unknown>;
}

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const either = (...names: string[]) => new RegExp(`^(${names.join('|')})`);
const button = (page: Page, ...names: string[]) => page.getByRole('button', { name: either(...names) }).first();
const drawn = (page: Page) => page.locator('.body').first().waitFor();
const dialog = (page: Page) => page.locator('dialog[open]').first().waitFor();

async function menu(page: Page, of: [string, string], item: [string, string]) {
  await page.getByRole('menuitem', { name: either(...of) }).first().click();
  await page.getByRole('menuitem', { name: either(...item) }).first().click();
}

/** Nothing runs as far as any part of the page has heard, and the panel of the queue, where it is open, has the picture. All of it at
 * once: what ends quickly may be over on a node before the bar below, or the list, has heard that it began. */
async function rest(page: Page) {
  await page.waitForFunction(() => {
    const is = (what: string) => document.querySelector(what) !== null;
    const images = [...document.querySelectorAll<HTMLImageElement>('.node-pictures img, .queue-panel .thumb img, .linear-result .large img')];
    return is('.queue[data-state="idle"]') && !is('[data-of="preview"]')
      && !is('.body[data-state="running"], .body[data-state="waiting"], .job[data-state="running"], .job[data-state="waiting"]')
      && (!is('.queue-panel') || is('.queue-panel .thumb img')) && images.every((i) => i.complete && i.naturalWidth);
  });
}

async function ran(page: Page) {
  await drawn(page);
  await page.keyboard.press('Control+Enter');
  await page.locator('.body img').first().waitFor();
  await rest(page);
}

async function drop(page: Page, name: string, text: string) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text ?? ''], name ?? '', { lastModified: 1 }));
    return data;
  }, [name, text]);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
}

/** A picture of the server's own, on a node that loads it. */
async function loadPicture(page: Page) {
  await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(768, 512);
    const paint = canvas.getContext('2d');
    for (const [colour, x, y, r] of [['#3b6ea5', 384, 256, 600], ['#e8c15a', 540, 150, 70], ['#2f4f3a', 300, 520, 240], ['#b2533e', 420, 330, 90]] as const) {
      if (!paint) return;
      paint.fillStyle = colour;
      paint.beginPath();
      paint.arc(x, y, r, 0, 7);
      paint.fill();
    }
    const form = new FormData();
    form.set('image', await canvas.convertToBlob(), 'harbour.png');
    form.set('overwrite', 'true');
    await fetch('upload/image', { method: 'POST', body: form });
  });
  const node = { id: 1, type: 'LoadImage', pos: [0, 0], size: [320, 330], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], widgets_values: ['harbour.png', 'image'] };
  await drop(page, 'harbour.json', JSON.stringify({ nodes: [node], links: [], version: 0.4 }));
  await button(page, 'Edit mask', '编辑遮罩').click();
}

interface Node {
  id: number;
  widgets_values?: unknown[];
}

/** The first workflow with another text and seed, painted: its picture carries it. */
async function paint(served: Served, name: string, text: string, seed: number, steps: number) {
  const workflow = JSON.parse(readFileSync(join(import.meta.dirname, '../../src/app/first.json'), 'utf8')) as { nodes: Node[] };
  const values = (id: number) => workflow.nodes.find((n) => n.id === id)?.widgets_values ?? [];
  values(2)[0] = text;
  values(5)[0] = seed;
  values(5)[2] = steps;
  const link = (from: string, slot: number) => [from, slot];
  const prompt = {
    1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'limn-shapes.safetensors' } },
    2: { class_type: 'CLIPTextEncode', inputs: { text, clip: link('1', 1) } },
    3: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: link('1', 1) } },
    4: { class_type: 'EmptyLatentImage', inputs: { width: 128, height: 128, batch_size: 1 } },
    5: { class_type: 'KSampler', inputs: { model: link('1', 0), seed, steps, cfg: 4, sampler_name: 'euler', scheduler: 'normal', denoise: 1, positive: link('2', 0), negative: link('3', 0), latent_image: link('4', 0) } },
    6: { class_type: 'VAEDecode', inputs: { samples: link('5', 0), vae: link('1', 2) } },
    7: { class_type: 'SaveImage', inputs: { images: link('6', 0), filename_prefix: 'limn' } },
  };
  const limn = { uid: 'screens', name, seed: String(seed) };
  const answer = await served.post('prompt', { prompt, extra_data: { extra_pnginfo: { workflow }, limn } });
  const { prompt_id: id } = (await answer.json()) as { prompt_id: string };
  await until(async () => Object.keys((await (await fetch(new URL(`history/${id}`, served.url))).json()) as object), [id], 'it was not painted');
}

const PICTURES = [
  ['a yellow star on a purple background', 7], ['a red circle on a blue background', 42], ['a green square on a white background', 3],
  ['a white triangle on a green background', 11], ['a black star on an orange background', 5], ['a red circle on a blue background', 43],
] as const;

async function openGallery(page: Page, served: Served) {
  await drawn(page);
  const name = (await page.getByRole('tab', { selected: true }).first().textContent()) ?? '';
  for (const [text, seed] of PICTURES) await paint(served, name, text, seed, 10);
  await button(page, 'Gallery', '图库').click();
  const tiles = page.locator('.gallery-panel .tile[role="option"]');
  await tiles.nth(PICTURES.length - 1).waitFor();
  await tiles.nth(0).click();
  await tiles.nth(4).click({ modifiers: ['Control'] });
  await page.waitForFunction((n) => [...document.querySelectorAll<HTMLImageElement>('.tile img')].filter((i) => i.complete && i.naturalWidth).length === n, PICTURES.length);
}

const TWICE = JSON.stringify({
  nodes: [
    { id: 1, type: 'CheckpointLoaderSimple', pos: [0, 0], size: [310, 100], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], widgets_values: ['limn-shape.safetensors'] },
    { id: 2, type: 'VAEDecodeTwice', pos: [400, 0], size: [310, 100], flags: {}, order: 1, mode: 0, inputs: [], outputs: [] },
  ],
  links: [], version: 0.4,
});

/** What docs/pictures has, and what is compared. */
export const screens: Record<string, Screen> = {
  main: { open: ran },
  'add-node': {
    open: async (page) => {
      await drawn(page);
      await page.keyboard.press('/');
      await page.locator('.add-node input').fill('upsc');
      await page.locator('.add-node [role="option"]').first().waitFor();
      await page.waitForFunction(() => document.querySelectorAll('.add-node [role="option"]').length < 20);
    },
  },
  gallery: { open: openGallery },
  compare: {
    open: async (page, served) => {
      await openGallery(page, served);
      await button(page, 'Compare', '比较', '对比').click();
      await page.locator('dialog[open] img').first().waitFor();
      await page.locator('.changes em').first().waitFor();
    },
  },
  models: {
    open: async (page, served) => {
      layModels(served);
      await page.reload();
      await drawn(page);
      await page.getByRole('application').focus();
      await page.keyboard.press('m');
      await button(page, 'Pictures', '图片').click();
      await page.getByRole('option', { name: 'harbour-v2' }).click();
      await page.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('.model-picture img')].filter((i) => i.complete && i.naturalWidth).length === 5);
    },
  },
  mask: {
    open: async (page) => {
      await drawn(page);
      await loadPicture(page);
      const canvas = page.locator('.mask-editor canvas.tint');
      const box = await canvas.boundingBox();
      if (!box) return;
      await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.6);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.62, box.y + box.height * 0.66, { steps: 8 });
      await page.mouse.up();
    },
  },
  templates: {
    open: async (page) => {
      await drawn(page);
      await menu(page, ['File', '文件'], ['Templates', '模板']);
      await page.waitForFunction(() => {
        const all = [...document.querySelectorAll<HTMLImageElement>('dialog[open] .card img')].slice(0, 8);
        return all.length === 8 && all.every((i) => i.complete && i.naturalWidth);
      });
    },
  },
  app: {
    open: async (page) => {
      await button(page, 'App', '应用').click();
      await page.locator('.linear-field').nth(5).waitFor();
      await page.keyboard.press('Control+Enter');
      await page.locator('.linear-result .large img').waitFor();
      await rest(page);
    },
  },
  phone: {
    options: PHONE,
    open: async (page) => {
      await page.locator('.linear-field').nth(5).waitFor();
      await button(page, 'Run', '运行').click();
      await page.locator('.linear-result .large img').waitFor();
      await rest(page);
    },
  },
};

/** What else comes up on the page; Escape, or the key that is said, leads back. */
export const dialogs: Record<string, { open(page: Page): Promise<unknown>; leave?: string }> = {
  keys: { open: (page) => page.keyboard.press('?').then(() => dialog(page)) },
  settings: { open: (page) => page.keyboard.press('Control+,').then(() => dialog(page)) },
  palette: { open: (page) => page.keyboard.press('Control+k').then(() => page.locator('dialog[open] [role="option"]').first().waitFor()) },
  save: { open: (page) => page.keyboard.press('Control+s').then(() => dialog(page)) },
  menu: { open: (page) => page.getByRole('menuitem', { name: either('View', '视图') }).click() },
  'run menu': { open: (page) => button(page, 'More ways to run', '更多').click() },
  grid: {
    open: async (page) => {
      await menu(page, ['Run', '运行'], ['X/Y grid', 'X/Y 网格']);
      await page.locator('.grid-setup textarea').first().waitFor();
    },
  },
  properties: {
    open: async (page) => {
      await page.getByRole('application').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('i');
      await page.locator('.properties li').first().waitFor();
    },
    leave: 'i',
  },
  'from the gallery': {
    open: async (page) => {
      await page.getByRole('application').focus();
      await page.keyboard.press('/');
      await page.locator('.add-node input').fill('LoadImage');
      await page.keyboard.press('Enter');
      await button(page, 'From the gallery', '从图库选取').click();
      await dialog(page);
    },
  },
  about: {
    open: async (page) => {
      await menu(page, ['Help', '帮助'], ['About', '关于']);
      await page.locator('.about dd').last().waitFor();
    },
  },
  'what is missing': { open: async (page) => { await drop(page, 'theirs.json', TWICE); await dialog(page); } },
};
