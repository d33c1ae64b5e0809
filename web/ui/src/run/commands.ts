// What can be done with runs, for keys, menus and the palette.
import { always, type Command } from '../app/command.ts';
import { later } from '../app/fetched.ts';
import type { Opened } from '../app/documents.ts';
import { attempt, canClear, canRun, canStop, chosenNodes, clearRest, repeat, runNow, stopNow, useRepeating } from './actions.ts';
import { usePreferences } from './preferences.ts';

const menu = 'run';

/** Comes when it is asked for. */
const grids = later(() => import('../grid/open.ts'));
export const showGrid = (at: Opened | undefined, node?: string, widget?: string) => at && void attempt(grids().then((m) => m.showGrid(at, node, widget)));

export const runCommands: readonly Command[] = [
  { id: 'run.run', label: (w) => w.run.run, keys: ['Ctrl+Enter'], anywhere: true, menu, can: canRun, run: (at) => runNow(at) },
  { id: 'run.first', label: (w) => w.run.first, keys: ['Ctrl+Shift+Enter'], anywhere: true, menu, can: canRun, run: (at) => runNow(at, { first: true }) },
  {
    id: 'run.alone',
    label: (w) => w.run.alone,
    keys: ['Alt+Enter'],
    menu: 'node',
    can: (at) => canRun(at) && at !== undefined && chosenNodes(at).length > 0,
    run: (at) => at && runNow(at, { nodes: chosenNodes(at) }),
  },
  { id: 'run.partly', label: (w) => w.run.partly, menu, can: canRun, run: (at) => runNow(at, { partly: true }) },
  { id: 'run.ten', label: (w) => w.run.times(10), menu, can: canRun, run: (at) => runNow(at, {}, 10) },
  {
    id: 'run.again',
    label: (w) => w.run.again,
    menu,
    can: canRun,
    on: (at) => at !== undefined && useRepeating.getState().uids.has(at.doc.uid),
    run: (at) => {
      if (!at) return;
      const on = !useRepeating.getState().uids.has(at.doc.uid);
      repeat(at.doc.uid, on);
      if (on) runNow(at);
    },
  },
  { id: 'run.grid', label: (w) => w.run.grid, menu, run: (at) => showGrid(at) },
  {
    id: 'run.vary',
    label: (w) => w.run.vary,
    menu: 'node',
    can: (at) => at !== undefined && at.path.length === 0 && chosenNodes(at).length === 1,
    run: (at) => at && showGrid(at, chosenNodes(at)[0]),
  },
  {
    id: 'run.stop',
    label: (w) => w.run.stop,
    keys: ['Ctrl+Alt+Enter'],
    anywhere: true,
    menu,
    can: canStop,
    run: stopNow,
  },
  { id: 'run.clear', label: (w) => w.run.clear, menu, can: canClear, run: clearRest },
  {
    id: 'run.seeds',
    label: (w) => `${w.run.controls.title}: ${w.run.controls.before}`,
    menu,
    line: true,
    can: always,
    on: () => usePreferences.getState().seeds === 'before',
    run: () => usePreferences.setState(({ seeds }) => ({ seeds: seeds === 'after' ? 'before' : 'after' })),
  },
  {
    id: 'run.follow',
    label: (w) => w.run.follow,
    menu,
    can: always,
    on: () => usePreferences.getState().follow,
    run: () => usePreferences.setState(({ follow }) => ({ follow: !follow })),
  },
];
