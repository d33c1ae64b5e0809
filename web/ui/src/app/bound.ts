// Which keys a command has now, and how they are shown.
import { shown } from './chords.ts';
import type { Command } from './command.ts';
import { useSettings } from './settings.ts';

export const onMac = /Mac|iPhone|iPad/.test(navigator.platform);

const NONE: readonly string[] = [];

/** The keys of a command: those it was made with, or those that a person gave it; none where they were taken away. */
export const keysOf = (command: Pick<Command, 'id' | 'keys'>) => useSettings.getState().keys[command.id] ?? command.keys ?? NONE;

/** What menus and lists show: the browser's own keys, too. */
export const shownOf = (command: Command) => [...keysOf(command), ...(command.shows ?? NONE)];

/** The first of them as it is shown; '' for none. `made`: what it was made with. */
export function useKeys(id: string, made: string): string {
  const [first] = useSettings((s) => s.keys[id]) ?? [made];
  return first ? shown(first, onMac) : '';
}

/** "Settings … (Ctrl+,)" */
export const withKeys = (label: string, keys: string) => (keys ? `${label} (${keys})` : label);
