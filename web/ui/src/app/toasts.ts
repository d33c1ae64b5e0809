// Short sentences about what just happened, at the lower left: the last three are seen. What went wrong stays until it is read;
// where more of it waits, it comes back as what is newer goes. All of them are in the log.
import { create } from 'zustand';
import { languages, type Words } from '../i18n/languages.ts';

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
  if (!useToasts.getState().toasts.length) held = false; // nobody is at what is gone: no event says so
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

/** The oldest that went well makes room, but not the newest of all. */
function fitting(toasts: readonly Toast[]): readonly Toast[] {
  const good = toasts.slice(0, -1).find((t) => !t.bad);
  return toasts.length > MOST && good ? fitting(toasts.filter((t) => t !== good)) : toasts;
}

/** Said once more, a sentence takes the place of its like. */
function add(toast: Omit<Toast, 'id'>): number {
  note(toast.says, toast.bad);
  const id = last;
  const text = toast.says(languages.en);
  useToasts.setState((s) => ({ toasts: fitting([...s.toasts.filter((t) => t.action !== undefined || t.says(languages.en) !== text), { id, ...toast }]) }));
  if (!toast.bad) live(id);
  return id;
}

export function say(says: Says, action?: Toast['action']) {
  add({ bad: false, own: false, says, ...(action ? { action } : {}) });
}

/** `own`: what the person just did has failed; else something went wrong meanwhile. What it gives is for `dismiss`. */
export function complain(says: Says, action?: Toast['action'], own = true): number {
  return add({ bad: true, own, says, ...(action ? { action } : {}) });
}
