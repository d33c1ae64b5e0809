// What something costs in a page: processor time of its main thread and of all of Chromium, pictures, bytes. Processor time is the judge, since a
// neighbour on the machine does not change it much.
import type { Browser, CDPSession, Page } from 'playwright-core';
import { framesOf, type Spread } from './frames.ts';

/** And ms between two pictures. */
export interface Cost extends Spread {
  main: number; // ms of the page's main thread
  all: number; // ms of all processes of the browser
  wall: number; // ms
}

export interface Meter {
  /** Ends when the page has shown what came of it. */
  of(act: () => Promise<unknown>): Promise<Cost>;
  /** MB of scripts' memory after what nobody needs is gone. */
  heap(): Promise<number>;
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
      const cost = { main: 0, all: 0, wall: 0 };
      const pictures = await framesOf(page, async () => {
        const before = { main: await metric('ThreadTime'), all: await inAll(whole), at: performance.now() };
        await act();
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        cost.wall = performance.now() - before.at;
        cost.main = ((await metric('ThreadTime')) - before.main) * 1000;
        cost.all = (await inAll(whole)) - before.all;
      });
      return { ...cost, ...pictures };
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
