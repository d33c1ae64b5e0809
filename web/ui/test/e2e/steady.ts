// A page that is the same each time it is opened: its font, its numbers, what its machine says of itself and how fast that is.
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

/** Answers are told to the page otherwise. One that nobody waits for any more, as when a page is loaded again, is let go. */
function change<T>(page: Page, url: string, otherwise: (said: T) => unknown) {
  return page.route(url, async (route) => {
    try {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: otherwise((await answer.json()) as T) });
    } catch {
      await route.abort().catch(() => {});
    }
  });
}

/** A machine of 16 GB, whatever runs here. */
const oneMachine = (page: Page) =>
  change<{ system: object }>(page, '**/system_stats', ({ system }) => {
    const machine = { ...system, pytorch_version: 'limn 1.0.0', ram_total: 16 * 2 ** 30, ram_free: 12 * 2 ** 30 };
    return { system: machine, devices: [{ name: 'cpu', type: 'cpu' }] };
  });

interface Times {
  execution_start_time?: number;
  execution_end_time?: number; // milliseconds
}

/** Every job took half a second. */
const oneSpeed = (page: Page) =>
  change<{ jobs: Times[] }>(page, '**/api/jobs?*', (said) => {
    for (const job of said.jobs) if (job.execution_end_time !== undefined) job.execution_start_time = job.execution_end_time - 500;
    return said;
  });

export async function steady(page: Page): Promise<void> {
  await setInRectangles(page);
  await noChance(page);
  await oneMachine(page);
  await oneSpeed(page);
}
