// Stories of files that are let go of on the graph.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { nodes, tab } from './app.ts';
import { until, visit } from './browser.ts';
import { body, counts, isAt, newWorkflow, type Spot } from './hands.ts';
import { point } from './point.ts';
import type { Story } from './shell.ts';

/** Files are held over a place of the page, and let go of. */
async function dropAt(page: Page, at: Spot, files: Record<string, Buffer>, { hold = false } = {}) {
  const data = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    const types: Record<string, string> = { png: 'image/png', wav: 'audio/wav', json: 'application/json' };
    for (const [name, base64] of files) {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      data.items.add(new File([bytes], name, { lastModified: 1, type: types[name.split('.').pop() ?? ''] ?? '' }));
    }
    return data;
  }, Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')] as const));
  const init = { dataTransfer: data, clientX: at.x, clientY: at.y, bubbles: true, cancelable: true };
  const held = async (type: string) => page.dispatchEvent('.graph', type, init);
  await held('dragenter');
  await held('dragover');
  if (!hold) await held('drop');
  return { held };
}

/** What the keys of pasting bring to the page. */
async function paste(page: Page, { files = {}, text = '' }: { files?: Record<string, Buffer>; text?: string }) {
  await page.evaluate(([files, text]) => {
    const data = new DataTransfer();
    for (const [name, base64] of files) data.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { lastModified: 1, type: 'image/png' }));
    if (text) data.setData('text/plain', text);
    document.querySelector('.graph')!.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, [Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')] as const), text] as const);
}

const fileOf = (page: Page, n: number) => body(page, 'Load Image').nth(n).locator('[data-widget="image"] [role="combobox"]');

export const dropping: Record<string, Story> = {
  'pictures are let go of on the ground, on a node that loads one, and several at once': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    await newWorkflow(page);
    const ground = { x: 600, y: 300 };
    await dropAt(page, ground, { 'one.png': point(10) });
    await counts(page, 1, 0);
    await fileOf(page, 0).getByText('one.png').waitFor();
    await isAt(page, 'Load Image', ground, 60);
    const box = (await body(page, 'Load Image').boundingBox())!;

    const onNode = { x: box.x + box.width / 2, y: box.y + 12 };
    const { held } = await dropAt(page, onNode, { 'two.png': point(20) }, { hold: true });
    await page.waitForFunction(() => document.querySelector('.body[data-drop="true"]'), undefined, { polling: 50 }).catch(() => held('dragover'));
    await page.locator('.body[data-drop="true"]').waitFor();
    await held('drop');
    await fileOf(page, 0).getByText('two.png').waitFor();
    await page.getByText('“two.png” is in Load Image now.').waitFor();
    await page.locator('.body[data-drop]').waitFor({ state: 'detached' });
    await counts(page, 1, 0);
    await page.keyboard.press('Control+z');
    await fileOf(page, 0).getByText('one.png').waitFor();

    await dropAt(page, onNode, { 'carrying.png': point(60, 'workflow\0{"nodes": [], "links": []}') }); // whatever it carries: it was let go of on a node
    await page.getByText(/carrying\.png/).first().waitFor();
    await counts(page, 1, 0);

    await dropAt(page, { x: 500, y: 620 }, { 'a.png': point(1), 'b.png': point(2), 'c.png': point(3) });
    await counts(page, 4, 0);
    await page.getByText('3 files are in the graph, a node each.').waitFor();
    await page.keyboard.press('Control+z');
    await counts(page, 1, 0);

    await dropAt(page, onNode, { 'd.png': point(4), 'e.png': point(5) }); // one for the field, the other beside
    await fileOf(page, 0).getByText('d.png').waitFor();
    await counts(page, 2, 0);
    v.clean();
    await v.close();
  },

  'a pasted picture goes into the chosen node that loads one, else becomes one; a pasted text can become a node': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    await newWorkflow(page);
    await paste(page, { files: { 'shot.png': point(70) } });
    await counts(page, 1, 0);
    await fileOf(page, 0).getByText('shot.png').waitFor();
    await paste(page, { files: { 'second.png': point(71) } }); // the node that was just made is chosen
    await fileOf(page, 0).getByText('second.png').waitFor();
    await counts(page, 1, 0);
    await page.mouse.click(900, 650);
    await paste(page, { files: { 'third.png': point(72) } });
    await counts(page, 2, 0);

    await page.mouse.click(900, 650);
    await paste(page, { text: 'a lighthouse at dusk,\nwith gulls' });
    await page.getByRole('button', { name: 'Add it as a node' }).click();
    await counts(page, 3, 0);
    await page.locator('.body').getByText('with gulls').waitFor();
    v.clean();
    await v.close();
  },

  'what is let go of and cannot be used is refused in words; a workflow opens wherever it is let go of': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await nodes(page, 7);
    await newWorkflow(page);
    await dropAt(page, { x: 600, y: 300 }, { 'first.png': point(30) });
    await counts(page, 1, 0);
    const box = (await body(page, 'Load Image').boundingBox())!;
    const onNode = { x: box.x + box.width / 2, y: box.y + 12 };

    await page.route('**/upload/image', (r) => r.fulfill({ status: 507, body: '{"error": "the disk is full"}' }), { times: 1 });
    await dropAt(page, onNode, { 'lost.png': point(31) });
    await page.getByText('“lost.png” could not be put into the graph: the disk is full').waitFor();
    await fileOf(page, 0).getByText('first.png').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await fileOf(page, 0).getByText('lost.png').waitFor();
    await counts(page, 1, 0);
    await dropAt(page, { x: 400, y: 640 }, { 'song.wav': Buffer.from('RIFF....WAVE') });
    await page.getByText(/“song\.wav”: no node of this server loads sounds\.|“song\.wav” carries no workflow: it is in the graph/).waitFor();
    await dropAt(page, onNode, { 'flow.json': Buffer.from('{"nodes": [], "links": []}') });
    await page.getByRole('tab', { name: 'flow' }).waitFor();
    await until(() => tab(page).textContent(), 'flow');
    assert.deepEqual(v.violations, []);
    await v.close();
  },
};
