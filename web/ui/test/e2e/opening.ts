// Stories of files that the page has the server open: A1111's words in a picture, and bundles.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { drop, picture } from './app.ts';
import { visit } from './browser.ts';
import { body, counts, graph } from './hands.ts';
import { point } from './point.ts';
import type { Story } from './shell.ts';

const WORDS = 'a red fox in snow\nNegative prompt: blurry, grey\nSteps: 6, Sampler: Euler, CFG scale: 3, Seed: 18446744073709551615, Size: 64x96, Model: limn-shapes';

const numbers = (...of: [value: number, bytes: 2 | 4][]) =>
  Buffer.concat(of.map(([value, bytes]) => {
    const at = Buffer.alloc(bytes);
    at.writeUIntLE(value, 0, bytes);
    return at;
  }));

/** Files one behind the other, stored as they are. */
function zip(files: Record<string, Buffer>): Buffer {
  let body = Buffer.alloc(0), directory = Buffer.alloc(0);
  for (const [name, data] of Object.entries(files)) {
    const said = numbers([20, 2], [0, 2], [0, 2], [0, 2], [33, 2], [crc32(data), 4], [data.length, 4], [data.length, 4], [name.length, 2], [0, 2]);
    const place = numbers([0, 2], [0, 2], [0, 2], [0, 4], [body.length, 4]);
    directory = Buffer.concat([directory, Buffer.from('PK\x01\x02'), numbers([20, 2]), said, place, Buffer.from(name)]);
    body = Buffer.concat([body, Buffer.from('PK\x03\x04'), said, Buffer.from(name), data]);
  }
  const n = Object.keys(files).length;
  const end = numbers([0, 2], [0, 2], [n, 2], [n, 2], [directory.length, 4], [body.length, 4], [0, 2]);
  return Buffer.concat([body, directory, Buffer.from('PK\x05\x06'), end]);
}

function bundle(): Buffer {
  const bytes = point(99);
  const input = { file: 'inputs/1.png', name: 'point.png', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  const graph = {
    1: { class_type: 'LoadImage', inputs: { image: 'point.png' } },
    2: { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'travelled' } },
  };
  const said = { format: 1, limn: '0.1.0', inputs: [input], models: [], plugins: [{ id: 'far-away', version: '1.2' }] };
  return zip({ 'manifest.json': Buffer.from(JSON.stringify(said)), 'workflow.json': Buffer.from(JSON.stringify(graph)), 'inputs/1.png': bytes });
}

/** A class that is not here, on the ground and twice in all, whose links a class of nearly its name has. */
const RENAMED = JSON.stringify({
  nodes: [
    { id: 1, type: 'VAEDecoder', pos: [0, 0], inputs: [{ name: 'samples', type: 'LATENT', link: null }, { name: 'vae', type: 'VAE', link: null }], outputs: [{ name: 'IMAGE', type: 'IMAGE', links: [1] }] },
    { id: 2, type: 'VAEDecoder', pos: [0, 200], inputs: [], outputs: [] },
    { id: 3, type: 'PreviewImage', pos: [400, 0], inputs: [{ name: 'images', type: 'IMAGE', link: 1 }], outputs: [] },
  ],
  links: [[1, 1, 0, 3, 0, 'IMAGE']], version: 0.4,
});

export const opening: Record<string, Story> = {
  'a class that is not here gives way to one that is near, all its nodes in one step': async (browser, served) => {
    const v = await visit(browser, served.url);
    const { page } = v;
    await drop(page, 'renamed.json', Buffer.from(RENAMED));
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Use VAE Decode', exact: true }).click();
    await dialog.getByText('2 nodes replaced').waitFor();
    await page.keyboard.press('Escape');
    await body(page, 'VAE Decode').nth(1).waitFor();
    await counts(page, 3, 1);
    await graph(page).focus();
    await page.keyboard.press('Control+z');
    await page.locator('.body[data-kind="ghost"]').nth(1).waitFor();
    await body(page, 'VAE Decode').waitFor({ state: 'detached' });
    v.clean();
    await v.close();
  },

  'a picture with the words of another web UI opens as the graph that they tell': async (browser, served) => {
    const v = await visit(browser, served.url);

    await drop(v.page, 'fox.png', picture({ parameters: WORDS }));
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'fox' }).waitFor();
    for (const text of ['a red fox in snow', 'blurry, grey', '18446744073709551615']) await v.page.locator('.stage').getByText(text).first().waitFor();
    v.clean();
    await v.close();
  },

  'a bundle opens with its picture in place; one that is torn is refused in words': async (browser, served) => {
    const v = await visit(browser, served.url);

    await drop(v.page, 'travel.limn', bundle());
    await v.page.locator('[role="tab"][aria-selected="true"]', { hasText: 'travel' }).waitFor();
    await v.page.locator('.stage').getByText(/^point-[0-9a-f]{16}\.png/).first().waitFor();
    await v.page.locator('.toast').getByText('“travel” needs plugins that are not here: far-away 1.2').waitFor();
    v.clean();
    await drop(v.page, 'torn.limn', bundle().subarray(0, 200));
    await v.page.locator('.toast').getByText('“torn” could not be opened').waitFor();
    assert.equal(await v.page.getByRole('tab').count(), 2);
    await v.close();
  },
};
