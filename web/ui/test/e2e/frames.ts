// How smooth a page is: times between its pictures while something is done, and from a key to the picture that has its letter.
import type { Page } from 'playwright-core';

/** Milliseconds. */
export interface Spread {
  middle: number;
  late: number; // 19 of 20 are within
  latest: number; // 99 of 100
  longest: number;
}

export function spread(times: readonly number[]): Spread {
  const all = [...times].sort((a, b) => a - b);
  const share = (part: number) => all[Math.min(all.length - 1, Math.floor(all.length * part))] ?? 0;
  return { middle: share(0.5), late: share(0.95), latest: share(0.99), longest: share(1) };
}

export const said = ({ middle, late, latest }: Spread) => `${Math.round(middle)} / ${Math.round(late)} / ${Math.round(latest)} ms`;

interface Sampled {
  limnFrames: number[] | undefined;
  limnTyped: number[];
}

/** Between two pictures, while something is done. */
export async function framesOf(page: Page, act: () => Promise<unknown>): Promise<Spread> {
  await page.evaluate(() => {
    const w = window as unknown as Sampled;
    const all: number[] = (w.limnFrames = []);
    const tick = (now: number) => {
      all.push(now);
      if (w.limnFrames === all) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  const at = await page.evaluate(() => {
    const w = window as unknown as Sampled;
    const all = w.limnFrames ?? [];
    w.limnFrames = undefined;
    return all;
  });
  return spread(at.slice(1).map((t, k) => t - (at[k] ?? t)));
}

/** From a letter that is typed where the keyboard is to the end of the picture that has it, one letter after the other. */
export async function typed(page: Page, letters: string): Promise<Spread> {
  await page.evaluate(() => {
    const w = window as unknown as Sampled;
    const all: number[] = (w.limnTyped = []);
    const hear = (e: KeyboardEvent) => {
      if (w.limnTyped !== all) return removeEventListener('keydown', hear, true);
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel(); // a task: the picture is made when it runs
        port1.onmessage = () => void all.push(performance.now() - e.timeStamp);
        port2.postMessage(0);
      });
    };
    addEventListener('keydown', hear, true);
  });
  for (const [k, letter] of [...letters].entries()) {
    await page.keyboard.press(letter);
    await page.waitForFunction((n) => (window as unknown as Sampled).limnTyped.length > n, k);
  }
  return spread(await page.evaluate(() => {
    const w = window as unknown as Sampled;
    const all = w.limnTyped;
    w.limnTyped = [];
    return all;
  }));
}

/** A page with a field and nothing else, in the same browser: what typing costs at least. */
export async function typedAnywhere(page: Page, letters: string): Promise<Spread> {
  const empty = await page.context().newPage();
  await empty.setContent('<textarea autofocus></textarea>');
  await empty.locator('textarea').focus();
  try {
    return await typed(empty, letters);
  } finally {
    await empty.close();
  }
}

/** From now on each picture takes so many milliseconds longer; 0: no more. */
export function busy(page: Page, ms: number): Promise<void> {
  return page.evaluate((ms) => {
    const w = window as unknown as { limnBusy: number };
    const spin = () => {
      for (const end = performance.now() + w.limnBusy; performance.now() < end; );
      if (w.limnBusy) requestAnimationFrame(spin);
    };
    w.limnBusy = ms;
    if (ms) requestAnimationFrame(spin);
  }, ms);
}
