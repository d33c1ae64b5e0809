// Stories of parts that travel: from document to document by the clipboard and its keys, and groups within groups by hand.
import type { Page } from 'playwright-core';
import { until } from './browser.ts';
import { openAfresh } from './days.ts';
import { body, counts, drag, dropFile, graph, newWorkflow, place, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';

const press = (page: Page, keys: string) => page.keyboard.press(keys);

/** Two nodes, each in a group; the group of the second is within that of the first. */
function nested(): string {
  const node = (id: number, y: number) =>
    ({ id, type: 'VAEDecode', title: `Node ${id}`, pos: [140, y], size: [220, 60], flags: {}, order: 0, mode: 0, inputs: [], outputs: [], properties: {} });
  const group = (id: number, title: string, bounding: number[]) => ({ id, title, bounding, color: '#3f789e', flags: {} });
  return JSON.stringify({
    last_node_id: 3, last_link_id: 0, nodes: [node(1, 160), node(2, 340), { ...node(3, 160), pos: [600, 160] }], links: [],
    groups: [group(1, 'Outer', [80, 60, 420, 440]), group(2, 'Inner', [110, 260, 340, 200])], config: {}, extra: {}, version: 0.4,
  });
}

/** Where a place of the file is on the screen. */
async function onScreen(page: Page, x: number, y: number) {
  const at = await page.locator('.react-flow__viewport').evaluate((e, [x, y]) => {
    const p = new DOMMatrix(getComputedStyle(e).transform).transformPoint({ x: x ?? 0, y: y ?? 0 });
    return { x: p.x, y: p.y };
  }, [x, y]);
  const box = await graph(page).boundingBox();
  return { x: at.x + (box?.x ?? 0), y: at.y + (box?.y ?? 0) };
}

export const parts: Record<string, Story> = {
  'what is copied is pasted in another tab, with the links between it': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await graph(page).focus();
    await press(page, 'Control+a');
    await press(page, 'Control+c');
    await newWorkflow(page);
    await press(page, 'Control+v');
    await counts(page, 7, 9);
    await body(page, 'KSampler').waitFor();
    await press(page, 'Control+Enter');
    await page.locator('.job[data-state="completed"]').getByText('Untitled').waitFor();
    await press(page, 'Control+x'); // all that came is chosen
    await counts(page, 0, 0);
    await page.getByRole('tab', { name: 'Text to picture' }).click();
    await counts(page, 7, 9);
    await press(page, 'Control+v');
    await counts(page, 14, 18);
    await press(page, 'Control+z');
    await counts(page, 7, 9);
    v.clean();
    await v.close();
  },

  'the other keys of the clipboard: Ctrl+Insert, Shift+Insert, Shift+Delete, and Ctrl+Shift+V with connections': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const at = await titleSpot(page, 'KSampler');

    await page.mouse.click(at.x, at.y);
    await press(page, 'Control+Insert');
    await press(page, 'Shift+Insert');
    await counts(page, 8, 9);
    await press(page, 'Control+z');
    await counts(page, 7, 9);
    await press(page, 'Control+Shift+V');
    await counts(page, 8, 13); // its model, both conditions and its latent
    await press(page, 'Control+z');
    await counts(page, 7, 9);
    await press(page, 'Control+v');
    await counts(page, 8, 9);
    await press(page, 'Shift+Delete');
    await counts(page, 7, 9);
    await press(page, 'Shift+Insert');
    await counts(page, 8, 9);
    v.clean();
    await v.close();
  },

  'a group that is dragged takes the groups within it; one within goes alone, and with Ctrl a frame does': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await dropFile(page, 'nested', nested());
    await press(page, 'Alt+0');
    await page.locator('.zoom .value', { hasText: '100 %' }).waitFor();
    const titles = ['Node 1', 'Node 2', 'Node 3'];
    await place(page, 'Node 1');
    const all = async () => {
      const found = [];
      for (const title of titles) found.push(await place(page, title));
      return found;
    };
    const moved = (before: { x: number; y: number }[], after: { x: number; y: number }[]) =>
      after.map((p, i) => [p.x - (before[i]?.x ?? 0), p.y - (before[i]?.y ?? 0)]);
    const before = await all();
    const outer = await onScreen(page, 200, 74);
    const inner = await onScreen(page, 200, 274);

    await drag(page, inner, { x: inner.x + 20, y: inner.y + 10 });
    await until(async () => moved(before, await all()), [[0, 0], [20, 10], [0, 0]]);
    await press(page, 'Control+z');
    await until(all, before);
    await drag(page, outer, { x: outer.x + 60, y: outer.y + 40 });
    await until(async () => moved(before, await all()), [[60, 40], [60, 40], [0, 0]]);
    const within = { x: inner.x + 60, y: inner.y + 40 }; // the inner frame came along
    await drag(page, within, { x: within.x + 10, y: within.y });
    await until(async () => moved(before, await all()), [[60, 40], [70, 40], [0, 0]]);
    await press(page, 'Control+z');
    await press(page, 'Control+z');
    await until(all, before);

    await drag(page, outer, { x: outer.x + 400, y: outer.y }, { keys: ['Control'] }); // the frame alone
    await until(all, before);
    const frame = { x: outer.x + 400, y: outer.y };
    await drag(page, frame, { x: frame.x, y: frame.y + 20 }); // now with whose middle is in it
    await until(async () => moved(before, await all()), [[0, 0], [0, 0], [0, 20]]);
    await press(page, 'Control+z');
    await press(page, 'Control+z');
    await until(all, before);
    v.clean();
    await v.close();
  },
};
