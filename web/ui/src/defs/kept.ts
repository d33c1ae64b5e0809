// Texts that this browser keeps from one visit to the next, by name: the node classes, for the time when no server answers.
// A browser that keeps nothing (private windows, a full disk) is one that has not been here before.

const STORE = 'texts';

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const open = indexedDB.open('limn.defs', 1);
    open.onupgradeneeded = () => open.result.createObjectStore(STORE);
    const db = await answer(open);
    try {
      return await answer(use(db.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

export async function keepText(name: string, text: string): Promise<void> {
  await within('readwrite', (store) => store.put(text, name));
}

/** Undefined: nothing was kept. */
export async function keptText(name: string): Promise<string | undefined> {
  const found = await within<unknown>('readonly', (store) => store.get(name));
  return typeof found === 'string' ? found : undefined;
}
