// What the model browser shows, and who opens it; how it was left is kept by the browser.
import { create } from 'zustand';
import { showPanel } from '../app/bars.ts';
import type { Order } from './shown.ts';

interface Browsing {
  kind: string;
  folder: string;
  query: string;
  family: string;
  chosen?: string | undefined; // an id
  order: Order;
  cards: boolean;
  take: boolean; // the keyboard goes to the list as soon as it is there
}

const KEY = 'limn.models';

function read(): Partial<Browsing> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Browsing>;
    return {
      ...(typeof kept.kind === 'string' ? { kind: kept.kind } : {}),
      ...(kept.order === 'newest' || kept.order === 'largest' ? { order: kept.order } : {}),
      ...(typeof kept.cards === 'boolean' ? { cards: kept.cards } : {}),
    };
  } catch {
    return {};
  }
}

export const useBrowsing = create<Browsing>(() => ({ kind: 'checkpoints', folder: '', query: '', family: '', order: 'name', cards: false, take: false, ...read() }));

useBrowsing.subscribe(({ kind, order, cards }, before) => {
  if (kind === before.kind && order === before.order && cards === before.cards) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ kind, order, cards }));
  } catch {
    // A browser that keeps nothing.
  }
});

export function chooseKind(kind: string) {
  useBrowsing.setState({ kind, folder: '', query: '', family: '', chosen: undefined });
}

/** Opens the panel at a kind; at one of its files, where one is named. */
export function browseModels(kind: string, name?: string) {
  chooseKind(kind);
  useBrowsing.setState({ take: true, ...(name ? { chosen: `0/${name}` } : {}) });
  showPanel('left', 'models');
}
