// The focus is never lost: where the row that has it goes away, the row that stands in its place has it then.
import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

const FOCUSABLE = 'button, input, a, [tabindex]';

const controls = (row: Element) => [row, ...row.querySelectorAll(FOCUSABLE)].filter((e): e is HTMLElement => e instanceof HTMLElement && e.matches(FOCUSABLE));
const isLost = () => document.activeElement === null || document.activeElement === document.body;

/** `rows` and `otherwise` (what has the focus when no row is left) are selectors: of the list, and of the page. */
export function useKeptFocus(list: RefObject<HTMLElement | null>, rows: string, otherwise: string) {
  const at = useRef<{ row: number; control: number }>(undefined);

  useEffect(() => {
    const into = ({ target }: FocusEvent) => {
      const all = [...(list.current?.querySelectorAll(rows) ?? [])];
      const row = all.findIndex((r) => r.contains(target as Node));
      at.current = row < 0 ? undefined : { row, control: controls(all[row]!).indexOf(target as HTMLElement) };
    };
    /** Somebody presses beside everything: nothing is lost then. */
    const out = ({ target }: FocusEvent) => queueMicrotask(() => (target as Node).isConnected && isLost() && (at.current = undefined));
    document.addEventListener('focusin', into);
    document.addEventListener('focusout', out);
    return () => {
      document.removeEventListener('focusin', into);
      document.removeEventListener('focusout', out);
      if (at.current) queueMicrotask(() => isLost() && document.querySelector<HTMLElement>(otherwise)?.focus());
    };
  }, []);
  useLayoutEffect(() => {
    if (!at.current || !isLost()) return;
    const { row, control } = at.current;
    const all = [...(list.current?.querySelectorAll(rows) ?? [])];
    const next = all[Math.min(row, all.length - 1)];
    const to = next && controls(next);
    (to ? (to[Math.max(0, Math.min(control, to.length - 1))] ?? to[0]) : document.querySelector<HTMLElement>(otherwise))?.focus();
  });
}
