// How often a person added each class in this browser: what is used much is offered first.
const KEY = 'limn.uses';

let counts: Map<string, number> | undefined;

function read(): Map<string, number> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as unknown;
    const pairs = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    return new Map(pairs.filter((p): p is [string, number] => typeof p[1] === 'number' && p[1] > 0));
  } catch {
    return new Map();
  }
}

export function usesOf(): ReadonlyMap<string, number> {
  return (counts ??= read());
}

export function noteUse(name: string) {
  counts = new Map(usesOf()).set(name, (usesOf().get(name) ?? 0) + 1);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(counts)));
  } catch {
    // A browser that keeps nothing counts until the page is closed.
  }
}
