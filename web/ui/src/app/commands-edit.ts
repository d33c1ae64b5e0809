// Taking back and doing again.
import type { Command } from './command.ts';

export const editCommands: readonly Command[] = [
  {
    id: 'edit.undo',
    label: (w) => w.app.commands.undo,
    keys: ['Ctrl+Z'],
    menu: 'edit',
    can: (at) => at?.doc.canUndo !== undefined,
    run: (at) => at?.doc.undo(),
  },
  {
    id: 'edit.redo',
    label: (w) => w.app.commands.redo,
    keys: ['Ctrl+Shift+Z', 'Ctrl+Y'],
    menu: 'edit',
    can: (at) => at?.doc.canRedo !== undefined,
    run: (at) => at?.doc.redo(),
  },
];
