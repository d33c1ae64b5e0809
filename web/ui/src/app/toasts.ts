// Short sentences about what just happened, at the lower left: at most three; what went wrong stays until it is read.
import { create } from 'zustand';
import type { Words } from '../i18n/languages.ts';

const MOST = 3;
const LIFE_MS = 6000;

export interface Toast {
  id: number;
  bad: boolean;
  says: (words: Words) => string;
  action?: { label: (words: Words) => string; run: () => void };
}

export const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));
let last = 0;

export function dismiss(id: number) {
  useToasts.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }));
}

function add(toast: Omit<Toast, 'id'>) {
  const id = ++last;
  useToasts.setState((s) => ({ toasts: [...s.toasts, { id, ...toast }].slice(-MOST) }));
  if (!toast.bad) setTimeout(dismiss, LIFE_MS, id);
}

export function say(says: Toast['says'], action?: Toast['action']) {
  add({ bad: false, says, ...(action ? { action } : {}) });
}

export function complain(says: Toast['says'], action?: Toast['action']) {
  add({ bad: true, says, ...(action ? { action } : {}) });
}
