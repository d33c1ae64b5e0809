// What is open is also here, in this browser's own database, from each change on: a page that is loaded again, and one
// whose browser was killed, have it back.
import type { SavedAt } from './documents.ts';
import { complain } from './toasts.ts';

const STORE = 'documents';
const LIFE_MS = 30 * 86_400_000;

export interface Entry {
  uid: string;
  name: string;
  file?: SavedAt;
  origin?: string;
  text: string;
  dirtySince?: number; // undefined: the file has all of it
  at: number; // when it was written here
  nodes: number;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

let database: Promise<IDBDatabase> | undefined;

function opened(): Promise<IDBDatabase> {
  return (database ??= (() => {
    const open = indexedDB.open('limn.journal', 1);
    open.onupgradeneeded = () => open.result.createObjectStore(STORE, { keyPath: 'uid' });
    return answer(open);
  })());
}

/** A browser that keeps nothing (private windows, a full disk) answers undefined. */
async function within<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    return await answer(use((await opened()).transaction(STORE, mode).objectStore(STORE)));
  } catch (e) {
    console.warn(e);
    return undefined;
  }
}

let told = false;

/** Where nothing is kept, the person is told once. */
export async function keepEntry(entry: Entry) {
  if ((await within('readwrite', (s) => s.put(entry))) !== undefined || told) return;
  told = true;
  complain((w) => w.app.notKept, undefined, false);
}

export const dropEntry = (uid: string) => within('readwrite', (s) => s.delete(uid));
export const readEntry = (uid: string) => within<Entry | undefined>('readonly', (s) => s.get(uid) as IDBRequest<Entry | undefined>);

/** All that was kept and is not older than a month. */
export async function readEntries(): Promise<Entry[]> {
  const all = (await within<Entry[]>('readonly', (s) => s.getAll() as IDBRequest<Entry[]>)) ?? [];
  const old = all.filter((e) => !(e.at > Date.now() - LIFE_MS));
  for (const e of old) void dropEntry(e.uid);
  return all.filter((e) => !old.includes(e));
}

// ------------------------------------------------------------------ whose it is

const nameOf = (uid: string) => `limn.doc.${uid}`;
const held = new Map<string, () => void>();

/** From now on no other tab of this browser has it; false: another one does. */
export function own(uid: string): Promise<boolean> {
  if (!('locks' in navigator)) return Promise.resolve(true); // only where the page came by https, or from this machine
  return new Promise((resolve) => {
    void navigator.locks.request(nameOf(uid), { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise<void>((release) => held.set(uid, release)) : undefined;
    });
  });
}

export function disown(uid: string) {
  held.get(uid)?.();
  held.delete(uid);
}

/** Those that no tab of this browser has open. */
export async function ownerless(entries: readonly Entry[]): Promise<Entry[]> {
  const locks = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []) : [];
  const names = new Set(locks.map((l) => l.name));
  return entries.filter((e) => !names.has(nameOf(e.uid)));
}
