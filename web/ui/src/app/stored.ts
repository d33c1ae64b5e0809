// The workflows that the server keeps: the list of them, as last heard, and those that were used lately.
import { create } from 'zustand';
import { listStored, reasonOf, type Stored } from '../net/userdata.ts';

const KEY = 'limn.recent';
const MOST_RECENT = 8;

interface Store {
  files?: readonly Stored[]; // undefined: not heard yet
  fault?: string;
  recent: readonly string[]; // paths, the last one first
}

function readRecent(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as unknown;
    return Array.isArray(kept) ? kept.filter((p) => typeof p === 'string').slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

export const useStored = create<Store>(() => ({ recent: readRecent() }));

function keepRecent(recent: readonly string[]) {
  useStored.setState({ recent });
  try {
    localStorage.setItem(KEY, JSON.stringify(recent));
  } catch {
    // A browser that keeps nothing.
  }
}

export function usedNow(path: string) {
  keepRecent([path, ...useStored.getState().recent.filter((p) => p !== path)].slice(0, MOST_RECENT));
}

export function forgetRecent(path: string) {
  keepRecent(useStored.getState().recent.filter((p) => p !== path));
}

export async function refreshStored() {
  try {
    const files = (await listStored()).sort((a, b) => a.path.localeCompare(b.path, undefined, { numeric: true }));
    useStored.setState(({ fault: _, ...rest }) => ({ ...rest, files }), true);
  } catch (e) {
    useStored.setState({ fault: reasonOf(e) });
  }
}
