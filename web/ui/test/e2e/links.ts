// Stories of links and what is on them: points and groups by keys, links that are let go of on links and on nothing, and what a node is
// replaced by.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until } from './browser.ts';
import { openAfresh } from './days.ts';
import { body, counts, drag, graph, isAt, place, socket, titleSpot } from './hands.ts';
import type { Story } from './shell.ts';

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};
const said = (page: Page, text: string) => page.locator('.graph .unseen[aria-live]', { hasText: text }).waitFor({ state: 'attached' });
/** What assistive technology hears of where the keyboard is. */
const at = (page: Page, label: RegExp) =>
  page.waitForFunction((label) => {
    const id = document.querySelector('[role="application"]')?.getAttribute('aria-activedescendant');
    return new RegExp(label).test((id && document.getElementById(id)?.getAttribute('aria-label')) || '');
  }, label.source);
const titleOf = async (page: Page, title: string) => {
  const spot = await titleSpot(page, title);
  await page.mouse.click(spot.x, spot.y);
};

export const links: Record<string, Story> = {
  'a point is set, reached, moved and removed by keys, and a group is reached and sized': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await titleOf(page, 'VAE Decode');
    await press(page, 'Shift+L');
    const dialog = page.getByRole('dialog', { name: 'Links of “VAE Decode”' });
    await dialog.getByRole('button', { name: /^Put a point on IMAGE →/ }).press('Enter');
    await at(page, /^IMAGE from VAE Decode to Save Image$/);
    await said(page, 'Point set');
    const spot = () => page.locator('.graph .at').evaluate((e) => [parseFloat((e as HTMLElement).style.left), parseFloat((e as HTMLElement).style.top)]);
    const [x = 0, y = 0] = await spot();
    await press(page, 'Control+ArrowDown', 'Control+ArrowDown', 'Control+ArrowRight');
    await page.waitForFunction(([x, y]) => {
      const it = document.querySelector<HTMLElement>('.graph .at');
      return it && parseFloat(it.style.left) === (x ?? 0) + 10 && parseFloat(it.style.top) === (y ?? 0) + 20;
    }, [x, y]);
    await said(page, `at ${x + 10}, ${y + 20}`);

    await press(page, 'Alt+ArrowLeft');
    await at(page, /^VAE Decode,/);
    await press(page, 'Alt+ArrowRight');
    await at(page, /^IMAGE from/);
    await press(page, 'Alt+ArrowRight');
    await at(page, /^Save Image,/);
    await press(page, 'Shift+L');
    await page.getByRole('button', { name: /^Go to the point on images ←/ }).press('Enter');
    await at(page, /^IMAGE from/);
    await press(page, 'Delete');
    await said(page, '1 point removed');
    await counts(page, 7, 9);
    await press(page, 'Control+z', 'Control+z');
    await press(page, 'Control+z'); // the moves are one step, the point another
    await titleOf(page, 'VAE Decode');
    await press(page, 'Alt+ArrowRight');
    await at(page, /^Save Image,/);

    await press(page, 'Control+g');
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Results');
    await press(page, 'Enter');
    await at(page, /^Results, 1 node$/);
    await press(page, 'Alt+ArrowDown');
    await at(page, /^Save Image,/);
    await press(page, 'Alt+ArrowUp');
    await at(page, /^Results,/);
    const size = () => page.locator('.graph .at').evaluate((e) => [parseFloat((e as HTMLElement).style.width), parseFloat((e as HTMLElement).style.height)]);
    const [width = 0, height = 0] = await size();
    await press(page, 'Alt+Shift+ArrowRight', 'Alt+Shift+ArrowRight', 'Alt+Shift+ArrowDown');
    await said(page, `${width + 20} × ${height + 10}`);
    await until(size, [width + 20, height + 10]);
    await press(page, 'Control+z');
    await until(size, [width, height]);
    await press(page, 'F2');
    await page.getByRole('textbox', { name: 'Name of the group' }).fill('Ends');
    await press(page, 'Enter');
    await at(page, /^Ends,/);
    await press(page, 'Delete');
    await at(page, /./); // the keyboard is at a node
    v.clean();
    await v.close();
  },

  'a link that is let go of on a link branches off, or goes into a node between; on nothing it may wait at a point': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;
    const list = page.locator('.add-node');
    const row = (name: string | RegExp) => list.getByRole('option', { name });

    // an input takes from where the link comes
    const samples = await socket(page, 'VAE Decode', 'in', 'samples');
    await drag(page, samples, { x: samples.x - 20, y: samples.y + 250 }); // off
    await counts(page, 7, 8);
    const [from, to] = [await socket(page, 'Empty Latent Image', 'out', 'LATENT'), await socket(page, 'KSampler', 'in', 'latent_image')];
    const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
    await drag(page, await socket(page, 'VAE Decode', 'in', 'samples'), middle);
    await counts(page, 7, 9);
    await titleOf(page, 'VAE Decode');
    await press(page, 'Shift+L');
    await page.getByRole('dialog').getByText('samples ← Empty Latent Image · LATENT').waitFor();
    await press(page, 'Escape', 'Control+z', 'Control+z');
    await counts(page, 7, 9);

    // an output goes into what takes both; not where that would close a circle
    await drag(page, await socket(page, 'KSampler', 'out', 'LATENT'), middle);
    await counts(page, 7, 9);
    assert.equal(await list.count(), 0);
    const title = await titleSpot(page, 'Negative prompt · 反向提示词');
    await drag(page, title, { x: title.x - 300, y: title.y + 300 }); // where its link is long
    const [positive, negative] = [await socket(page, 'Prompt · 提示词', 'out', 'CONDITIONING'), await socket(page, 'KSampler', 'in', 'negative')];
    const other = await socket(page, 'Negative prompt · 反向提示词', 'out', 'CONDITIONING');
    await drag(page, positive, { x: (other.x + negative.x) / 2, y: (other.y + negative.y) / 2 });
    await list.getByRole('combobox', { name: 'Nodes between CONDITIONING and CONDITIONING, for CONDITIONING' }).fill('combine');
    await list.locator('[aria-selected="true"]', { hasText: /combine/i }).waitFor();
    await press(page, 'Enter');
    await counts(page, 8, 11);
    await press(page, 'Control+z', 'Control+z');
    await counts(page, 7, 9);

    // on nothing: the last rows
    const free = { x: samples.x + 120, y: samples.y + 300 };
    await drag(page, await socket(page, 'KSampler', 'out', 'LATENT'), free);
    await row(/^All \d+ that take LATENT/).waitFor();
    await press(page, 'ArrowUp', 'Enter');
    await page.locator('.add-node[data-large="true"]').waitFor();
    await press(page, 'Escape');
    await drag(page, await socket(page, 'Load Checkpoint', 'out', 'VAE'), free);
    await row('Reroute here').click();
    await list.waitFor({ state: 'detached' });
    await drag(page, free, await socket(page, 'VAE Decode', 'in', 'vae'));
    await counts(page, 7, 9); // in place of the one that it had
    await press(page, 'Control+z', 'Control+z');

    // with Ctrl an input waits, too, and is led on by keys
    const vae = await socket(page, 'VAE Decode', 'in', 'vae');
    await drag(page, vae, { x: vae.x - 20, y: vae.y + 250 });
    await counts(page, 7, 8);
    await drag(page, vae, free, { keys: ['Control'] });
    await titleOf(page, 'VAE Decode');
    await press(page, 'Alt+ArrowLeft', 'Alt+ArrowLeft');
    await page.mouse.click(free.x, free.y);
    await at(page, /^VAE to VAE Decode, waits for its other end$/);
    await press(page, 'l');
    await page.getByRole('option', { name: /Load Checkpoint · VAE/ }).waitFor();
    await press(page, 'Enter');
    await said(page, 'connected to Load Checkpoint VAE');
    await counts(page, 7, 9);
    await press(page, 'Alt+ArrowRight');
    await at(page, /^VAE Decode,/);
    v.clean();
    await v.close();
  },

  'a node is replaced by what keeps its links, as one step': async (browser, served) => {
    const v = await openAfresh(browser, served);
    const { page } = v;

    await titleOf(page, 'KSampler');
    await press(page, 'Shift+F10');
    await page.getByRole('menuitem', { name: 'Replace with …' }).click();
    const dialog = page.getByRole('dialog', { name: 'Replace “KSampler” with' });
    const first = dialog.getByRole('option').first();
    await until(() => first.textContent(), /^KSampler \(Advanced\)all links stay$/);
    const before = await place(page, 'KSampler');
    await press(page, 'Enter');
    await body(page, 'KSampler (Advanced)').waitFor();
    await said(page, 'Replaced with KSampler (Advanced)');
    await counts(page, 7, 9);
    await isAt(page, 'KSampler (Advanced)', before);
    await press(page, 'Control+z');
    await body(page, 'KSampler').waitFor();
    await graph(page).focus();
    v.clean();
    await v.close();
  },
};
