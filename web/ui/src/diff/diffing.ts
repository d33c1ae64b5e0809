// What an open document is compared with, and what was found: nothing of it is in the document, and looking changes nothing in it.
import { createElement } from 'react';
import { create } from 'zustand';
import { ask } from '../app/ask.ts';
import { late } from '../app/late.ts';
import { useDocuments, type Opened } from '../app/documents.ts';
import type { Document } from '../doc/document.ts';
import { askDiff } from './ask.ts';
import { itemsOf, type Item } from './changes.ts';
import type { Words } from '../i18n/languages.ts';

const SOON_MS = 400; // after an edit

/** The other side: the text that is compared, and the same as a document, for what is drawn of it. */
export interface Other {
  text: string;
  doc: Document;
  name: (words: Words) => string;
}

export interface Diffing {
  doc: Document;
  other: Other;
  items: readonly Item[];
  leftOut: number;
  at: number; // which of them one looks at; -1: none yet
  state: 'asking' | 'there' | 'failed';
  fault?: string;
}

export const useDiffing = create<{ now?: Diffing | undefined }>(() => ({}));

let leave = () => {};

function set(of: Document, what: Partial<Diffing>) {
  useDiffing.setState(({ now }) => (now?.doc === of ? { now: { ...now, ...what } } : {}));
}

/** One after the other: what was asked for last is what is shown. */
function finder(doc: Document, other: Other) {
  let asking = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const find = async () => {
    asking.abort();
    const mine = (asking = new AbortController());
    try {
      const { changes, leftOut } = await askDiff(other.text, doc.toText(), mine.signal);
      if (mine.signal.aborted) return;
      const items = itemsOf(changes);
      const before = useDiffing.getState().now;
      const key = before?.items[before.at]?.key;
      set(doc, { state: 'there', items, leftOut, at: items.findIndex((i) => i.key === key) });
    } catch (e) {
      if (!mine.signal.aborted) set(doc, { state: 'failed', fault: e instanceof Error ? e.message : String(e) });
    }
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void find(), SOON_MS);
  };
  return {
    find,
    soon,
    end: () => {
      clearTimeout(timer);
      asking.abort();
    },
  };
}

let again = () => {};
export const findAgain = () => again();

const Panel = late(async () => (await import('./Panel.tsx')).Panel);

/** Shows what the document has otherwise, and goes on showing it while it is edited; whoever closes the document ends it. */
export function startDiff(at: Opened, other: Other) {
  leave();
  const { doc } = at;
  const { find, soon, end } = finder(doc, other);
  useDiffing.setState({ now: { doc, other, items: [], leftOut: 0, at: -1, state: 'asking' } });
  again = () => {
    set(doc, { state: 'asking' });
    void find();
  };
  void find();
  void ask((answer) => {
    const unheard = doc.subscribe('*', soon);
    const unseen = useDocuments.subscribe((s) => !s.opened.some((o) => o.doc === doc) && leave());
    leave = () => {
      leave = () => {};
      end();
      unheard();
      unseen();
      useDiffing.setState({ now: undefined });
      answer();
    };
    return createElement(Panel, { close: () => leave() });
  });
}
