// The documents that are open, one a tab. What belongs to one is kept by its uid, so changing the tab changes a pointer.
import { create } from 'zustand';
import { Document } from '../doc/document.ts';
import type { Id } from '../doc/links.ts';

/** Where a document is saved: a file of the user's data, and the tag of what was read or written last. */
export interface SavedAt {
  path: string; // "workflows/portrait.json"
  etag?: string;
}

export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Opened {
  doc: Document;
  name: string; // without folder and ending
  file?: SavedAt;
  path: readonly Id[]; // the subgraph instances that were entered; empty: the workflow itself
  cameras: Readonly<Record<string, Camera>>; // by path.join(':')
  selection: ReadonlySet<string>; // "node:7", "link:3", "group:0", "reroute:2"
}

interface Documents {
  opened: readonly Opened[];
  active?: string | undefined; // a uid
}

export const useDocuments = create<Documents>(() => ({ opened: [] }));

/** A new tab, on the screen at once. */
export function openDocument(doc: Document, name: string, file?: SavedAt): Opened {
  const opened: Opened = { doc, name, path: [], cameras: {}, selection: new Set(), ...(file ? { file } : {}) };
  useDocuments.setState((s) => ({ opened: [...s.opened, opened], active: doc.uid }));
  return opened;
}

/** A text from a file, as a new tab. Throws what Document throws. */
export function openText(text: string, name: string, file?: SavedAt): Opened {
  return openDocument(new Document(text), name, file);
}

export function activate(uid: string) {
  useDocuments.setState({ active: uid });
}

/** Its neighbour is shown instead. */
export function closeDocument(uid: string) {
  useDocuments.setState((s) => {
    const at = s.opened.findIndex((o) => o.doc.uid === uid);
    const opened = s.opened.filter((o) => o.doc.uid !== uid);
    const next = s.active === uid ? opened[Math.min(at, opened.length - 1)]?.doc.uid : s.active;
    return next === undefined ? { opened, active: undefined } : { opened, active: next };
  });
}

/** What is not in the file: where one looks, and what is chosen. */
export function show(uid: string, what: Partial<Omit<Opened, 'doc'>>) {
  useDocuments.setState((s) => ({ opened: s.opened.map((o) => (o.doc.uid === uid ? { ...o, ...what } : o)) }));
}

export function activeDocument(): Opened | undefined {
  const { opened, active } = useDocuments.getState();
  return opened.find((o) => o.doc.uid === active);
}

export function useActive(): Opened | undefined {
  return useDocuments((s) => s.opened.find((o) => o.doc.uid === s.active));
}
