// Stories of the canvas: what is opened, looked at and done there by pointer and keyboard.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until, visit, type Visit } from './browser.ts';
import { add, body, counts, drag, dropFile, graph, isAt, newWorkflow, place, socket, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';
import type { Served } from './served.ts';

const ROOT = join(import.meta.dirname, '../../../..');
const corpus = join(ROOT, 'tests/canvas/corpus');
const text = (file: string) => readFileSync(join(corpus, file), 'utf8');

/** The page with its first workflow. */
async function open(browser: Parameters<Story>[0], served: Served, options: Parameters<typeof visit>[2] = {}): Promise<Visit> {
  const v = await visit(browser, served.url, options);
  await body(v.page, 'KSampler').waitFor();
  return v;
}

/** What was painted stands in its node. */
const seen = (page: Page) =>
  page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.node-pictures[data-of="files"] img')?.naturalWidth ?? 0) > 0);
const undone = (page: Page) => page.keyboard.press('Control+z');

export const canvas: Record<string, Story> = {
  'every file of the corpus is drawn, moved about and looked at closely': async (browser, served) => {
    const v = await open(browser, served, { viewport: { width: 2600, height: 900 } }); // so wide that all of them have bodies
    const files = readdirSync(corpus).filter((f) => f.endsWith('.json')).map((f) => [f.replace('.json', ''), text(f)] as const);
    const frame = () => v.page.evaluate(() => new Promise(requestAnimationFrame));

    // In the page, since a word to the browser for each of it would take a minute.
    const seen = await v.page.evaluate(async (files) => {
      const graph = () => document.querySelector('[role="application"]') as Element;
      const next = () => new Promise(requestAnimationFrame);
      const until = async (is: () => boolean) => {
        for (let i = 0; i < 600 && !is(); i++) await next();
        return is();
      };
      const wheel = (deltaY: number) => {
        const { x, y, width, height } = graph().getBoundingClientRect();
        const at = document.elementFromPoint(x + width / 2, y + height / 2);
        at?.dispatchEvent(new WheelEvent('wheel', { deltaY, clientX: x + width / 2, clientY: y + height / 2, bubbles: true, cancelable: true }));
      };
      const seen: [string, string, number][] = [];
      for (const [name, text] of files) {
        const data = new DataTransfer();
        data.items.add(new File([text], `${name}.json`, { lastModified: 1 }));
        document.querySelector('.stage')?.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
        await until(() => graph().getAttribute('aria-label')?.startsWith(`${name},`) ?? false);
        const label = graph().getAttribute('aria-label') ?? '';
        if (!label.includes(' 0 nodes')) await until(() => document.querySelector('.body') !== null);
        seen.push([name, label, document.querySelectorAll('.body').length]);
        for (const by of [-400, 1500, -1100]) {
          wheel(by);
          await next();
        }
      }
      return seen;
    }, files);
    await frame();
    for (const [name, said, bodies] of seen) {
      assert.ok(said.startsWith(`${name}, `), `${name}: ${said}`);
      assert.ok(bodies > 0 || said.includes(' 0 nodes'), `${name} has bodies`);
    }
    assert.equal(seen.length, files.length);
    assert.deepEqual(v.errors.filter((e) => !e.startsWith('Failed to load resource')), []); // pictures that these files name are not here
    assert.deepEqual(v.violations, []);
    await v.close();
  },

  'text to picture is built from nothing by the pointer, and runs': async (browser, served) => {
    const v = await open(browser, served, { viewport: { width: 1800, height: 1000 } });
    const { page } = v;
    const link = async (from: readonly [string, string], to: readonly [string, string], links: number) => {
      await drag(page, await socket(page, from[0], 'out', from[1]), await socket(page, to[0], 'in', to[1]));
      await counts(page, 7, links);
    };

    await newWorkflow(page);
    await page.keyboard.press('Alt+m');
    const box = await graph(page).boundingBox();
    assert.ok(box);
    const at = (x: number, y: number) => ({ x: box.x + x, y: box.y + y });
    await add(page, at(60, 100), 'checkpoint', 'Load Checkpoint');
    await add(page, at(60, 320), 'empty latent', 'Empty Latent Image');
    await add(page, at(360, 90), 'clip text', 'CLIP Text Encode (Prompt)');
    await body(page, 'CLIP Text Encode (Prompt)').locator('.title').dblclick();
    await page.keyboard.type('What to paint');
    await page.keyboard.press('Enter');
    await body(page, 'What to paint').waitFor();
    await add(page, at(360, 400), 'clip text', 'CLIP Text Encode (Prompt)');
    await add(page, at(820, 90), 'ksampler', 'KSampler');
    await add(page, at(820, 500), 'vae decode', 'VAE Decode');
    await add(page, at(820, 620), 'save image', 'Save Image');
    await counts(page, 7, 0);
    const other = 'CLIP Text Encode (Prompt)';
    await link(['Load Checkpoint', 'MODEL'], ['KSampler', 'model'], 1);
    await link(['Load Checkpoint', 'CLIP'], ['What to paint', 'clip'], 2);
    await link(['Load Checkpoint', 'CLIP'], [other, 'clip'], 3);
    await link(['What to paint', 'CONDITIONING'], ['KSampler', 'positive'], 4);
    await link([other, 'CONDITIONING'], ['KSampler', 'negative'], 5);
    await link(['Empty Latent Image', 'LATENT'], ['KSampler', 'latent_image'], 6);
    await link(['KSampler', 'LATENT'], ['VAE Decode', 'samples'], 7);
    await link(['Load Checkpoint', 'VAE'], ['VAE Decode', 'vae'], 8);
    await drag(page, await socket(page, 'VAE Decode', 'out', 'IMAGE'), await titleSpot(page, 'Save Image')); // on the node as a whole
    await counts(page, 7, 9);
    for (const [title, name, by] of [['Empty Latent Image', 'width', -224], ['Empty Latent Image', 'height', -224], ['KSampler', 'steps', -64]] as const) {
      const field = await body(page, title).getByRole('spinbutton', { name, exact: true }).boundingBox();
      assert.ok(field);
      const from = { x: field.x + field.width - 12, y: field.y + field.height / 2 };
      await drag(page, from, { x: from.x + by, y: from.y });
    }
    await until(() => body(page, 'Empty Latent Image').getByRole('spinbutton').allTextContents(), ['64', '64', '1']);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await seen(page);
    v.clean();
    await v.close();
  },

  'text to picture is built from nothing by keys alone, and runs': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    const addByKeys = async (text: string, title: string) => {
      await page.keyboard.press('/');
      await page.locator('.add-node input').fill(text);
      await page.locator('.add-node [aria-selected="true"]', { hasText: title }).waitFor();
      await page.keyboard.press('Enter');
      await page.waitForFunction((t) => document.querySelector('.at')?.getAttribute('aria-label')?.startsWith(t), title);
    };
    /** From the node that the keyboard is at, by two lists. */
    const joinByKeys = async (from: string, to: string, links: number) => {
      await page.keyboard.press('l');
      for (const wanted of [from, to]) {
        await page.getByRole('option', { name: new RegExp(wanted, 'i') }).first().waitFor(); // this list, and not the one before
        await page.getByRole('combobox', { name: 'Filter' }).fill(wanted);
        await page.locator('[role="option"][aria-selected="true"]', { hasText: new RegExp(wanted, 'i') }).waitFor();
        await page.keyboard.press('Enter');
      }
      await counts(page, 7, links);
    };

    /** Finds a node, goes into its fields, and by Tab to those that are meant. */
    const write = async (node: string, ...values: (readonly [field: string, value: string])[]) => {
      await page.keyboard.press('Control+f');
      await page.getByRole('combobox', { name: 'Find in this graph' }).fill(node);
      for (const key of ['Enter', 'Escape', 'Enter']) await page.keyboard.press(key);
      for (const [field, value] of values) {
        const at = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
        for (let i = 0, was = await at(); i < 8 && was !== field; i++, was = await until(at, (now) => now !== was)) await page.keyboard.press('Tab');
        await until(at, field);
        await page.keyboard.press('Control+a');
        await page.keyboard.type(value);
      }
      await page.keyboard.press('Enter'); // kept, and back in the graph
    };

    await newWorkflow(page);
    await graph(page).focus();
    await addByKeys('checkpoint', 'Load Checkpoint');
    await addByKeys('empty latent', 'Empty Latent Image');
    await addByKeys('clip text', 'CLIP Text Encode');
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Title' }).fill('Wanted');
    await page.keyboard.press('Enter');
    await addByKeys('clip text', 'CLIP Text Encode');
    await addByKeys('ksampler', 'KSampler');
    await addByKeys('vae decode', 'VAE Decode');
    await addByKeys('save image', 'Save Image');
    await joinByKeys('images', 'vae decode', 1);
    await page.keyboard.press('Alt+ArrowLeft'); // along the link, to where it comes from
    await joinByKeys('samples', 'ksampler', 2);
    await joinByKeys('vae', 'load checkpoint', 3);
    await page.keyboard.press('Alt+ArrowLeft');
    await joinByKeys('model', 'load checkpoint', 4);
    await joinByKeys('positive', 'wanted', 5);
    await joinByKeys('negative', 'clip text', 6);
    await joinByKeys('latent_image', 'empty', 7);
    await page.keyboard.press('Alt+ArrowLeft'); // the first input's: the checkpoint
    await joinByKeys('clip', 'wanted', 8);
    await joinByKeys('clip', 'clip text', 9);
    await write('empty latent', ['width', '64'], ['height', '64']);
    await write('ksampler', ['steps', '4']);
    await page.keyboard.press('Shift+.');
    await page.keyboard.press('Control+Enter');
    await seen(page);
    v.clean();
    await v.close();
  },

  'a node is dragged, and one undo puts it back; Escape lets go of it': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    const before = await place(page, 'KSampler');
    const title = await titleSpot(page, 'KSampler');

    await drag(page, title, { x: title.x + 90, y: title.y + 120 });
    await isAt(page, 'KSampler', { x: before.x + 90, y: before.y + 120 }, 1); // the file has whole numbers
    await undone(page);
    await isAt(page, 'KSampler', before);
    await drag(page, title, { x: title.x + 50, y: title.y + 80 }, { hold: true });
    await page.keyboard.press('Escape');
    await page.mouse.up();
    await isAt(page, 'KSampler', before);
    await drag(page, title, { x: title.x + 2, y: title.y + 2 }); // no farther than a click may tremble
    await isAt(page, 'KSampler', before);
    v.clean();
    await v.close();
  },

  'links are taken off, refused in a circle, cut by a stroke and made to nothing': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    await counts(page, 7, 9);
    const samples = await socket(page, 'VAE Decode', 'in', 'samples');
    const ground = { x: samples.x - 40, y: samples.y + 420 };

    await drag(page, samples, ground);
    await counts(page, 7, 8);
    await undone(page);
    await counts(page, 7, 9);
    await drag(page, await socket(page, 'KSampler', 'out', 'LATENT'), await socket(page, 'KSampler', 'in', 'latent_image'));
    await counts(page, 7, 9);
    const above = { x: (await place(page, 'KSampler')).x - 12, y: samples.y - 60 };
    await drag(page, above, { x: above.x, y: above.y + 200 }, { keys: ['Alt'] });
    await page.waitForFunction(() => !/, 9 links/.test(document.querySelector('[role="application"]')?.getAttribute('aria-label') ?? ''));
    await undone(page);
    await counts(page, 7, 9);
    await drag(page, await socket(page, 'KSampler', 'out', 'LATENT'), ground);
    await page.locator('.add-node input').fill('vae decode');
    await page.locator('.add-node [aria-selected="true"]', { hasText: 'VAE Decode' }).waitFor();
    await page.keyboard.press('Enter');
    await counts(page, 8, 10);
    await undone(page);
    await counts(page, 7, 9);
    v.clean();
    await v.close();
  },

  'a frame chooses, keys copy, group, mute and delete, and the keyboard stays where it was': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    const box = await graph(page).boundingBox();
    assert.ok(box);

    await drag(page, { x: box.x + 10, y: box.y + 10 }, { x: box.x + box.width - 10, y: box.y + box.height - 160 });
    await page.locator('.body[data-chosen="true"]').nth(5).waitFor();
    await page.keyboard.press('Control+a');
    await until(() => page.locator('.body[data-chosen="true"]').count(), 7);
    await page.keyboard.press('Control+d');
    await counts(page, 14, 18);
    await page.keyboard.press('Delete');
    await counts(page, 7, 9);
    const sampler = await titleSpot(page, 'KSampler');
    await page.mouse.click(sampler.x, sampler.y);
    await page.keyboard.press('Control+m');
    await page.locator('.body[data-mode="muted"]', { hasText: 'KSampler' }).waitFor();
    await page.keyboard.press('Control+m');
    await page.keyboard.press('Control+g');
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Walk');
    await page.keyboard.press('Enter');
    await undone(page);
    await undone(page);
    await page.mouse.click(sampler.x, sampler.y);
    await page.keyboard.press('Delete');
    await counts(page, 6, 4);
    await until(() => graph(page).getAttribute('aria-activedescendant'), Boolean, 'the keyboard is nowhere');
    v.clean();
    await v.close();
  },

  'a node is found, walked to and joined by keys alone': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    const at = () => page.locator('.at').getAttribute('aria-label');

    await page.keyboard.press('Control+f');
    await page.getByRole('combobox', { name: 'Find in this graph' }).fill('vae dec');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await until(at, /^VAE Decode, node \d+, 2 of 2 inputs linked/);
    await page.keyboard.press('Alt+ArrowLeft');
    await until(at, /^KSampler/);
    await page.keyboard.press('Alt+ArrowRight');
    await until(at, /^VAE Decode/);
    await page.keyboard.press('Shift+l');
    await page.getByRole('button', { name: 'Cut samples ← KSampler · LATENT' }).press('Enter');
    await counts(page, 7, 8);
    await page.getByRole('button', { name: 'Cut all' }).press('Enter');
    await counts(page, 7, 6);
    await page.keyboard.press('l');
    await page.getByRole('option', { name: /samples/ }).waitFor();
    await page.getByRole('combobox', { name: 'Filter' }).fill('samples');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: /^KSampler/ }).waitFor();
    await page.getByRole('combobox', { name: 'Filter' }).fill('ksampler');
    await page.keyboard.press('Enter');
    await counts(page, 7, 7);
    await page.locator('.graph [aria-live]', { hasText: 'connected to' }).waitFor({ state: 'attached' });
    v.clean();
    await v.close();
  },

  'a subgraph is entered and left, and each graph is looked at where it was': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;

    await dropFile(page, 'subgraph', text('subgraph.json').replaceAll('sd1.safetensors', 'limn-shapes.safetensors')); // nothing is missing
    await page.keyboard.press('Alt+0');
    await page.locator('.zoom .value', { hasText: '100 %' }).waitFor();
    await page.keyboard.press('Control+f');
    await page.getByRole('combobox', { name: 'Find in this graph' }).fill('invert and');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter'); // on the way to the node: where it leads is where one was
    await counts(page, 2, 3);
    await page.keyboard.press('Shift+.');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => /, 10 nodes/.test(document.querySelector('[role="application"]')?.getAttribute('aria-label') ?? ''));
    await page.locator('.zoom .value', { hasText: /^(99|100) %$/ }).waitFor(); // and not as a whole
    v.clean();
    await v.close();
  },

  'Alt makes copies, Ctrl leaves a link at a point, and a selection becomes a subgraph and comes back': async (browser, served) => {
    const v = await open(browser, served);
    const { page } = v;
    const save = await titleSpot(page, 'Save Image');
    const out = await socket(page, 'KSampler', 'out', 'LATENT');
    const free = { x: out.x + 18, y: out.y + 400 };

    await drag(page, save, { x: save.x - 500, y: save.y + 330 }, { keys: ['Alt'] });
    await counts(page, 8, 9);
    await undone(page);
    await counts(page, 7, 9);
    await drag(page, await socket(page, 'VAE Decode', 'in', 'samples'), { x: free.x, y: free.y + 30 }); // it is free now
    await counts(page, 7, 8);
    await drag(page, out, free, { keys: ['Control'] });
    await counts(page, 7, 8);
    await drag(page, free, await socket(page, 'VAE Decode', 'in', 'samples'));
    await counts(page, 7, 9);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+Shift+e');
    await counts(page, 1, 0);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation', { name: 'Where you are' }).getByText('Subgraph').waitFor();
    await page.getByRole('navigation', { name: 'Where you are' }).getByRole('button').click();
    await counts(page, 1, 0);
    await undone(page);
    await counts(page, 7, 9);
    v.clean();
    await v.close();
  },
};
