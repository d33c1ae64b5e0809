// What a sentence offers to take back: the step that it tells of, and no other one that came since.
import type { Document } from '../doc/document.ts';
import { complain, type Toast } from './toasts.ts';

/** Asked for when the step is done. */
export function undoing(doc: Document): NonNullable<Toast['action']> {
  const done = doc.changes;
  const run = () => void (doc.changes === done ? doc.undo() : complain((w) => w.app.changedSince));
  return { label: (w) => w.app.commands.undo, run };
}
