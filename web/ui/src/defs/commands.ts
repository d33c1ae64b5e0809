// What can be done about node classes.
import { always, type Command } from '../app/command.ts';
import { complain, say } from '../app/toasts.ts';
import { reloadDefs, useDefs } from './defs.ts';

async function reload() {
  await reloadDefs();
  const { defs, state } = useDefs.getState();
  if (state === 'ready') say((w) => w.defs.reloaded(defs.size));
  else complain((w) => (state === 'stale' ? w.defs.stale : w.defs.noClasses));
}

export const defsCommands: readonly Command[] = [
  { id: 'defs.reload', label: (w) => w.defs.reload, keys: ['R'], menu: 'edit', line: true, can: always, run: () => void reload() },
];
