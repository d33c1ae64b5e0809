// A page that is the same each time it is opened: its font, its numbers and what its machine says of itself.
import type { Page } from 'playwright-core';
import { setInRectangles } from './font.ts';

/** Numbers of chance follow one another as they always do. */
function noChance(page: Page) {
  return page.addInitScript(() => {
    let state = 1;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
    Math.random = () => next() / 2 ** 32;
    crypto.getRandomValues = ((into: Uint8Array) => {
      const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = next() >>> 16;
      return into;
    }) as typeof crypto.getRandomValues;
  });
}

/** A machine of 16 GB, whatever runs here. */
function oneMachine(page: Page) {
  return page.route('**/system_stats', async (route) => {
    const answer = await route.fetch();
    const { system } = (await answer.json()) as { system: object };
    const machine = { ...system, pytorch_version: 'limn 1.0.0', ram_total: 16 * 2 ** 30, ram_free: 12 * 2 ** 30 };
    await route.fulfill({ response: answer, json: { system: machine, devices: [{ name: 'cpu', type: 'cpu' }] } });
  });
}

export async function steady(page: Page): Promise<void> {
  await setInRectangles(page);
  await noChance(page);
  await oneMachine(page);
}
