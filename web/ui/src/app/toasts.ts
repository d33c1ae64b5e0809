// Short sentences about what just happened, at the lower left: at most three are seen. What went wrong stays until it is read,
// nothing pushes it out; all of them are in the log.
import { create } from 'zustand';
import type { Words } from '../i18n/languages.ts';

export const MOST = 3;
const LIFE_MS = 6000;
const MOST_LINES = 300;

type Says = (words: Words) => string;

export interface Toast {
  id: number;
  bad: boolean;
  own: boolean; // it answers to what somebody just did: who cannot see it hears of it at once
  says: Says;
  action?: { label: Says; run: () => void };
}

/** A line of the log. */
export interface Line {
  id: number;
  at: number; // ms since 1970
  bad: boolean;
  says: Says;
}

export const useToasts = create<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));
export const useLog = create<{ lines: readonly Line[] }>(() => ({ lines: [] }));
const timers = new Map<number, ReturnType<typeof setTimeout>>();
let last = 0;
let held = false;

/** Only in the log: what nobody has to know now. */
export function note(says: Says, bad = false) {
  useLog.setState((s) => ({ lines: [...s.lines, { id: ++last, at: Date.now(), bad, says }].slice(-MOST_LINES) }));
}

export function dismiss(id: number) {
  clearTimeout(timers.get(id));
  timers.delete(id);
  useToasts.setState((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }));
}

function live(id: number) {
  clearTimeout(timers.get(id));
  if (!held) timers.set(id, setTimeout(dismiss, LIFE_MS, id));
}

/** While somebody is at them, none of them goes. */
export function hold(on: boolean) {
  held = on;
  for (const { id, bad } of useToasts.getState().toasts)
    if (!bad && on) clearTimeout(timers.get(id));
    else if (!bad) live(id);
}

/** The oldest that went well makes room; beyond three that went wrong the later ones wait until one was read. */
function fitting(toasts: readonly Toast[]): readonly Toast[] {
  const good = toasts.find((t) => !t.bad);
  return toasts.length > MOST && good ? fitting(toasts.filter((t) => t !== good)) : toasts;
}

function add(toast: Omit<Toast, 'id'>) {
  note(toast.says, toast.bad);
  const id = last;
  useToasts.setState((s) => ({ toasts: fitting([...s.toasts, { id, ...toast }]) }));
  if (!toast.bad) live(id);
}

export function say(says: Says, action?: Toast['action']) {
  add({ bad: false, own: false, says, ...(action ? { action } : {}) });
}

/** `own`: what the person just did has failed; else something went wrong meanwhile. */
export function complain(says: Says, action?: Toast['action'], own = true) {
  add({ bad: true, own, says, ...(action ? { action } : {}) });
}
