// Taking back and doing again.
import { stepTo } from '../doc/subgraph.ts';
import type { Command } from './command.ts';
import { show, type Opened } from './documents.ts';

/** What happened in another subgraph is shown there. */
function step(at: Opened | undefined, way: 'undo' | 'redo') {
  if (!at) return;
  const path = stepTo(at.doc, at.path, way);
  if (path !== at.path) show(at.doc.uid, { path });
}

export const editCommands: readonly Command[] = [
  {
    id: 'edit.undo',
    label: (w) => w.app.commands.undo,
    keys: ['Ctrl+Z'],
    held: true,
    menu: 'edit',
    can: (at) => at?.doc.canUndo !== undefined,
    run: (at) => step(at, 'undo'),
  },
  {
    id: 'edit.redo',
    label: (w) => w.app.commands.redo,
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    held: true,
    menu: 'edit',
    can: (at) => at?.doc.canRedo !== undefined,
    run: (at) => step(at, 'redo'),
  },
];
