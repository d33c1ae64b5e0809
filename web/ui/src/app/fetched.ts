// Code that comes later is noted here, so that all of it is fetched while the server is there: one that is gone, or newer, then
// takes nothing away.
const loads = new Set<() => Promise<unknown>>();
const there = new Set<() => Promise<unknown>>();

/** What it is asked for with, as it was given. */
export function later<M>(load: () => Promise<M>): () => Promise<M> {
  loads.add(load);
  return load;
}

/** One after the other; what the fetched ones note is fetched, too. Those that failed are asked for the next time. The end is a mark
 * among the browser's times. */
export async function fetchAll() {
  for (const load of loads) if (!there.has(load)) await load().then(() => there.add(load), () => {});
  performance.mark('limn: fetched');
}
