// What was chosen last in a field of a class, the newest first; this browser remembers it.
import type { Json } from '../doc/json.ts';

const KEY = 'limn.chosen';
const MOST = 5;
const MOST_FIELDS = 200;

type Kept = Record<string, string[]>;

function read(): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as unknown;
    return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? (kept as Kept) : {};
  } catch {
    return {};
  }
}

export function recentOf(field: string): readonly string[] {
  const found = read()[field];
  return Array.isArray(found) ? found.filter((v) => typeof v === 'string').slice(0, MOST) : [];
}

export function noteRecent(field: string, value: Json) {
  if (typeof value !== 'string') return;
  const { [field]: before = [], ...others } = read();
  const rest = Array.isArray(before) ? before.filter((v) => v !== value) : [];
  const all = Object.entries({ ...others, [field]: [value, ...rest].slice(0, MOST) }).slice(-MOST_FIELDS);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(all)));
  } catch {
    // A browser that keeps nothing has nothing recent.
  }
}
