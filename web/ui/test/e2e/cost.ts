// What something costs in a page: processor time of its main thread and of all of Chromium, pictures, bytes. Processor time is the judge, since a
// neighbour on the machine does not change it much.
import type { Browser, CDPSession, Page } from 'playwright-core';

export interface Cost {
  main: number; // ms of the page's main thread
  all: number; // ms of all processes of the browser
  wall: number; // ms
  middle: number; // ms between two pictures
  late: number; // 19 of 20 come within
  longest: number; // ms without a picture
}

export interface Meter {
  /** Ends when the page has shown what came of it. */
  of(act: () => Promise<unknown>): Promise<Cost>;
  /** MB of scripts' memory after what nobody needs is gone. */
  heap(): Promise<number>;
}

interface Framed {
  limnFrames: number[] | undefined;
}

async function startFrames(page: Page) {
  await page.evaluate(() => {
    const w = window as unknown as Framed;
    const all: number[] = (w.limnFrames = []);
    const tick = (now: number) => {
      all.push(now);
      if (w.limnFrames === all) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
}

async function endFrames(page: Page): Promise<number[]> {
  const at = await page.evaluate(() => {
    const w = window as unknown as Framed;
    const all = w.limnFrames ?? [];
    w.limnFrames = undefined;
    return all;
  });
  return at.slice(1).map((t, k) => t - (at[k] ?? t)).sort((a, b) => a - b);
}

const inAll = async (session: CDPSession) => {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.reduce((sum, p) => sum + p.cpuTime, 0) * 1000;
};

export async function meter(browser: Browser, page: Page): Promise<Meter> {
  const session = await page.context().newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const metric = async (name: string) => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find((m) => m.name === name)?.value ?? 0;
  };
  return {
    async of(act) {
      await startFrames(page);
      const before = { main: await metric('ThreadTime'), all: await inAll(whole), at: performance.now() };
      await act();
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const wall = performance.now() - before.at;
      const [main, all] = [await metric('ThreadTime'), await inAll(whole)];
      const frames = await endFrames(page);
      const share = (part: number) => frames[Math.min(frames.length - 1, Math.floor(frames.length * part))] ?? 0;
      return { main: (main - before.main) * 1000, all: all - before.all, wall, middle: share(0.5), late: share(0.95), longest: share(1) };
    },
    async heap() {
      await session.send('HeapProfiler.collectGarbage');
      return (await metric('JSHeapUsedSize')) / 1e6;
    },
  };
}

export interface Wire {
  requests: number;
  bytes: number; // as they came, heads included
}

/** What a page asks the network for, from now on. */
export async function wire(page: Page): Promise<Wire> {
  const told: Wire = { requests: 0, bytes: 0 };
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({ request }) => void (told.requests += Number(request.url.startsWith('http'))));
  session.on('Network.loadingFinished', ({ encodedDataLength }) => void (told.bytes += encodedDataLength));
  return told;
}
