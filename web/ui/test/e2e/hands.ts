// What stories of the canvas do with a pointer, and how they find things on it.
import type { Page } from 'playwright-core';
import { PATIENCE, until } from './browser.ts';

export interface Spot {
  x: number;
  y: number;
}

export const graph = (page: Page) => page.getByRole('application');
export const label = async (page: Page) => (await graph(page).getAttribute('aria-label')) ?? '';
export const body = (page: Page, title: string) => page.locator('.body').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

/** "txt2img, 7 nodes, 9 links" */
export async function counts(page: Page, nodes: number, links: number) {
  await page.waitForFunction(([nodes, links]) => {
    const said = document.querySelector('[role="application"]')?.getAttribute('aria-label') ?? '';
    return new RegExp(`, ${nodes} nodes?, ${links} links?(,|$)`).test(said);
  }, [nodes, links] as const, { timeout: PATIENCE });
}

/** Lets go of a file over the canvas. */
export async function dropFile(page: Page, name: string, text: string) {
  const data = await page.evaluateHandle(([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text ?? ''], `${name}.json`, { lastModified: 1 }));
    return data;
  }, [name, text]);
  await page.dispatchEvent('.stage', 'drop', { dataTransfer: data });
  await page.waitForFunction((name) => document.querySelector('[role="application"]')?.getAttribute('aria-label')?.startsWith(name), `${name},`);
}

/** A new empty workflow, whose camera stands at the beginning. */
export async function newWorkflow(page: Page) {
  await page.getByRole('button', { name: 'New workflow' }).click();
  await counts(page, 0, 0);
}

/** Moves like a hand: some steps on the way, and a picture of the page between them. */
export async function drag(page: Page, from: Spot, to: Spot, { button = 'left' as 'left' | 'middle' | 'right', hold = false, keys = [] as string[] } = {}) {
  await page.mouse.move(from.x, from.y);
  for (const key of keys) await page.keyboard.down(key);
  await page.mouse.down({ button });
  for (let i = 1; i <= 6; i++) await page.mouse.move(from.x + ((to.x - from.x) * i) / 6, from.y + ((to.y - from.y) * i) / 6);
  if (!hold) await page.mouse.up({ button });
  for (const key of keys) await page.keyboard.up(key);
}

export async function middle(page: Page, selector: string): Promise<Spot> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`not on the page: ${selector}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** A socket of a node, by its name; outputs and inputs that are no fields. */
export async function socket(page: Page, title: string, side: 'in' | 'out', name: string): Promise<Spot> {
  const text = body(page, title).locator(`.name.${side}`, { hasText: new RegExp(`^${name}$`) });
  const [row, box] = [await text.boundingBox(), await body(page, title).boundingBox()];
  if (!row || !box) throw new Error(`no socket ${name} of ${title}`);
  return { x: side === 'in' ? box.x : box.x + box.width, y: row.y + row.height / 2 };
}

export const titleSpot = async (page: Page, title: string): Promise<Spot> => {
  const box = await body(page, title).locator('.title').boundingBox();
  if (!box) throw new Error(`no node ${title}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Where something is, once it has been there for some pictures of the page: a way of the camera begins a moment after its key. */
export async function place(page: Page, title: string): Promise<Spot> {
  const node = await body(page, title).elementHandle();
  return page.evaluate(async (node) => {
    const at = () => node?.getBoundingClientRect() ?? new DOMRect();
    for (let last = at(), same = 0; ; last = at()) {
      await new Promise(requestAnimationFrame);
      same = at().x === last.x && at().y === last.y ? same + 1 : 0;
      if (same === 4) return { x: Math.round(last.x), y: Math.round(last.y) };
    }
  }, node);
}

/** Waits until a node is somewhere. */
export const isAt = (page: Page, title: string, spot: Spot, within = 0) =>
  until(() => place(page, title), (now) => Math.abs(now.x - spot.x) <= within && Math.abs(now.y - spot.y) <= within, `${title} is not at ${spot.x}, ${spot.y}`);

/** Adds a node where somebody clicks twice, by a few letters of its name. */
export async function add(page: Page, at: Spot, text: string, title: string) {
  await page.mouse.dblclick(at.x, at.y);
  await page.locator('.add-node input').fill(text);
  await page.locator('.add-node [aria-selected="true"]', { hasText: title }).waitFor();
  await page.keyboard.press('Enter');
  await body(page, title).first().waitFor();
}

/** A file of many nodes in a grid, each linked to the one before and the one above. */
export function manyNodes(n: number): string {
  const columns = Math.ceil(Math.sqrt(n));
  const inputs = () => [['model', 'MODEL'], ['positive', 'CONDITIONING'], ['negative', 'CONDITIONING'], ['latent_image', 'LATENT']]
    .map(([name, type]) => ({ name, type, link: null as number | null }));
  const nodes = Array.from({ length: n }, (_, i) => ({
    id: i + 1, type: 'KSampler', pos: [(i % columns) * 330, Math.floor(i / columns) * 380], size: [270, 262], flags: {}, order: i, mode: 0,
    inputs: inputs(), outputs: [{ name: 'LATENT', type: 'LATENT', links: [] as number[] }], properties: {},
    widgets_values: [i, 'fixed', 20, 8, 'euler', 'normal', 1],
  }));
  const links: unknown[] = [];
  nodes.forEach((node, i) => {
    for (const [back, slot] of [[1, 3], [columns, 0]] as const) {
      const from = nodes[i - back];
      const input = node.inputs[slot];
      if (!from || !input) continue;
      const id = links.length + 1;
      input.link = id;
      from.outputs[0]?.links.push(id);
      links.push([id, from.id, 0, node.id, slot, 'LATENT']);
    }
  });
  return JSON.stringify({ last_node_id: n, last_link_id: links.length, nodes, links, groups: [], config: {}, extra: {}, version: 0.4 });
}

/** The same with one node more, left of all others, which has a field for text. */
export function withText(file: string, text = ''): string {
  const graph = JSON.parse(file) as { last_node_id: number; nodes: unknown[] };
  const id = ++graph.last_node_id;
  graph.nodes.push({
    id, type: 'CLIPTextEncode', pos: [-600, 0], size: [400, 200], flags: {}, order: id, mode: 0, properties: {}, widgets_values: [text],
    inputs: [{ name: 'clip', type: 'CLIP', link: null }], outputs: [{ name: 'CONDITIONING', type: 'CONDITIONING', links: [] }],
  });
  return JSON.stringify(graph);
}
