// The documents that are open, one a tab. What belongs to one is kept by its uid, so changing the tab changes a pointer.
import { useSyncExternalStore } from 'react';
import { create } from 'zustand';
import { Document } from '../doc/document.ts';
import type { Id } from '../doc/links.ts';
import { note } from './toasts.ts';

/** Where a document is saved: a file of the user's data, and the tag of what was read or written last. */
export interface SavedAt {
  path: string; // "workflows/portrait.json"
  etag?: string;
  at?: number; // when this page saved it
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
  origin?: string; // of a file that came from elsewhere: what tells it from others
  path: readonly Id[]; // the subgraph instances that were entered; empty: the workflow itself
  cameras: Readonly<Record<string, Camera>>; // by path.join(':')
  selection: ReadonlySet<string>; // "node:7", "link:3", "group:0", "reroute:2"
}

interface Documents {
  opened: readonly Opened[];
  active?: string | undefined; // a uid
  started: boolean; // what was open before is open again
}

/** Numbers as Python writes them, which JSON has not. */
const ODD = /[[:,]\s*(?:NaN|-?Infinity)\s*[\],}]/;
const EMPTY = '{"last_node_id":0,"last_link_id":0,"nodes":[],"links":[],"groups":[],"config":{},"extra":{},"version":0.4}';

export const useDocuments = create<Documents>(() => ({ opened: [], started: false }));

/** A new tab, on the screen at once. */
export function openDocument(doc: Document, name: string, from: Pick<Opened, 'file' | 'origin'> = {}): Opened {
  const opened: Opened = { doc, name, path: [], cameras: {}, selection: new Set(), ...from };
  useDocuments.setState((s) => ({ opened: [...s.opened, opened], active: doc.uid }));
  if (ODD.test(doc.toText())) note((w) => w.app.open.odd(name));
  return opened;
}

/** A text from a file, as a new tab. Throws what Document throws. */
export function openText(text: string, name: string, from: Pick<Opened, 'file' | 'origin'> = {}): Opened {
  return openDocument(new Document(text), name, from);
}

/** "Untitled", "Untitled 2" …: the first of them that no tab has. */
export function freeName(name: string): string {
  const taken = new Set(useDocuments.getState().opened.map((o) => o.name));
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name} ${n}`;
    if (!taken.has(tried)) return tried;
  }
}

export function newDocument(name: string): Opened {
  return openText(EMPTY, freeName(name));
}

/** The tab that has this file, if one has. */
export function openedAt(path: string): Opened | undefined {
  return useDocuments.getState().opened.find((o) => o.file?.path === path);
}

export function activate(uid: string) {
  useDocuments.setState({ active: uid });
}

/** The n-th tab, or the one so many further on. */
export function activateAt(at: number) {
  const { opened } = useDocuments.getState();
  const there = opened[at];
  if (there) activate(there.doc.uid);
}

export function activateNext(by: 1 | -1) {
  const { opened, active } = useDocuments.getState();
  const at = opened.findIndex((o) => o.doc.uid === active);
  activateAt((at + by + opened.length) % Math.max(1, opened.length));
}

/** Its neighbour is shown instead. */
export function closeDocument(uid: string) {
  useDocuments.setState((s) => {
    const at = s.opened.findIndex((o) => o.doc.uid === uid);
    const opened = s.opened.filter((o) => o.doc.uid !== uid);
    const next = s.active === uid ? opened[Math.min(at, opened.length - 1)]?.doc.uid : s.active;
    return { opened, active: next };
  });
}

/** Whoever remembers what documents had forgets it with one that is closed. */
export function onClose(forget: () => void) {
  useDocuments.subscribe((s, before) => s.opened.length < before.opened.length && forget());
}

/** What is not in the file: where one looks, and what is chosen. */
export function show(uid: string, what: Partial<Omit<Opened, 'doc' | 'file'>> & { file?: SavedAt | undefined }) {
  const shown = ({ file, ...rest }: Opened): Opened => {
    const { file: now = 'file' in what ? undefined : file, ...more } = what;
    return { ...rest, ...more, ...(now ? { file: now } : {}) };
  };
  useDocuments.setState((s) => ({ opened: s.opened.map((o) => (o.doc.uid === uid ? shown(o) : o)) }));
}

export function activeDocument(): Opened | undefined {
  const { opened, active } = useDocuments.getState();
  return opened.find((o) => o.doc.uid === active);
}

export function useActive(): Opened | undefined {
  return useDocuments((s) => s.opened.find((o) => o.doc.uid === s.active));
}

const nobody = () => () => {};

/** Rises with each change of a document, or of one node of it. */
export function useVersion(doc: Document | undefined, what: Id = '*'): number {
  return useSyncExternalStore(doc ? (heard) => doc.subscribe(what, heard) : nobody, () => doc?.version(what) ?? 0);
}
