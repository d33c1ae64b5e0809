// What a page's scripts keep: how many of a class are there, and which texts.
import type { CDPSession, Page } from 'playwright-core';

/** Counts the blobs that have a URL, from the beginning of the page. */
export function countBlobs(page: Page) {
  return page.addInitScript(() => {
    const w = window as unknown as { limnBlobs: number };
    const alive = new Set<string>();
    const [make, revoke] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
    w.limnBlobs = 0;
    URL.createObjectURL = (of) => {
      const url = make(of);
      alive.add(url);
      w.limnBlobs = alive.size;
      return url;
    };
    URL.revokeObjectURL = (url) => {
      revoke(url);
      alive.delete(url);
      w.limnBlobs = alive.size;
    };
  });
}

export const blobs = (page: Page) => page.evaluate(() => (window as unknown as { limnBlobs: number }).limnBlobs);

/** What nobody needs is gone. */
export async function collected(page: Page, session: CDPSession) {
  await page.evaluate(() => new Promise((next) => requestIdleCallback(next, { timeout: 1000 })));
  for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage');
}

/** The uids of all documents that the page's memory has, open or not: the class is the one of the page's script that has transactions. */
export async function documentsKept(session: CDPSession): Promise<string[]> {
  const group = 'documents';
  const { result } = await session.send('Runtime.evaluate', {
    expression: `import(document.querySelector('script[type="module"]').src)
      .then((page) => Object.values(page).find((v) => typeof v === 'function' && v.prototype && 'transact' in v.prototype).prototype)`,
    awaitPromise: true, objectGroup: group,
  });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId ?? '', objectGroup: group });
  const { result: uids } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '', functionDeclaration: 'function () { return this.map((d) => d.uid); }', returnByValue: true,
  });
  await session.send('Runtime.releaseObjectGroup', { objectGroup: group });
  return uids.value as string[];
}

interface Snapshot {
  snapshot: { meta: { node_fields: string[]; node_types: [string[]]; edge_types: [string[]] } };
  nodes: number[];
  edges: number[]; // type, name, to: three each
  strings: string[];
}

async function snapshot(session: CDPSession): Promise<Snapshot> {
  const parts: string[] = [];
  const hear = ({ chunk }: { chunk: string }) => void parts.push(chunk);
  session.on('HeapProfiler.addHeapSnapshotChunk', hear);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', hear);
  return JSON.parse(parts.join('')) as Snapshot;
}

/** How many texts with each of these words the page's memory has; the engine's own notes of what members objects had do not count. */
export async function textsKept(session: CDPSession, words: readonly string[]): Promise<Record<string, number>> {
  const { snapshot: { meta }, nodes, edges, strings } = await snapshot(session);
  const [wide, type, name, count] = [meta.node_fields.length, ...['type', 'name', 'edge_count'].map((f) => meta.node_fields.indexOf(f))] as [number, number, number, number];
  const kinds = meta.node_types[0];
  const held = new Set<number>();
  for (let from = 0, edge = 0; from < nodes.length; from += wide)
    for (const end = edge + 3 * (nodes[from + count] ?? 0); edge < end; edge += 3)
      if (kinds[nodes[from + type] ?? 0] !== 'object shape' && meta.edge_types[0][edges[edge] ?? 0] !== 'weak') held.add(edges[edge + 2] ?? 0);
  const texts = [...held].filter((at) => /string/.test(kinds[nodes[at + type] ?? 0] ?? '')).map((at) => strings[nodes[at + name] ?? 0] ?? '');
  return Object.fromEntries(words.map((word) => [word, texts.filter((s) => s.includes(word)).length]));
}
