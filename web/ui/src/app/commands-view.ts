// How the page looks, and what helps to use it.
import { panels } from '../panels/all.ts';
import { at as address } from '../net/http.ts';
import { showAbout, showKeys, showSettings } from '../dialogs/show.ts';
import { setFocusMode, togglePanel, useBars } from './bars.ts';
import { always, type Command } from './command.ts';
import { showPalette } from './palette.ts';
import { cycleRegions } from './regions.ts';
import { useSettings } from './settings.ts';

const ofPanels: Command[] = panels.map((p, i) => ({
  id: `panel.${p.id}`,
  label: p.label,
  ...(p.key ? { keys: [p.key] } : {}),
  menu: 'view',
  ...(i === 0 ? { line: true as const } : {}),
  can: always,
  on: () => useBars.getState().open[p.side] === p.id,
  run: () => togglePanel(p.side, p.id),
}));

export const viewCommands: readonly Command[] = [
  { id: 'view.palette', label: (w) => w.app.commands.palette, keys: ['Ctrl+K'], anywhere: true, quiet: true, menu: 'view', can: always, run: () => showPalette() },
  ...ofPanels,
  {
    id: 'view.focus',
    label: (w) => w.app.commands.focus,
    keys: ['F'],
    menu: 'view',
    line: true,
    can: always,
    on: () => useBars.getState().hidden,
    run: () => setFocusMode(!useBars.getState().hidden),
  },
  {
    id: 'view.theme',
    label: (w) => (useSettings.getState().theme === 'dark' ? w.theme.toLight : w.theme.toDark),
    menu: 'view',
    can: always,
    run: () => useSettings.getState().choose({ theme: useSettings.getState().theme === 'dark' ? 'light' : 'dark' }),
  },
  {
    id: 'view.contrast',
    label: (w) => w.theme.contrast,
    menu: 'view',
    can: always,
    on: () => useSettings.getState().chosen.theme === 'contrast',
    run: () => useSettings.getState().choose({ theme: useSettings.getState().chosen.theme === 'contrast' ? undefined : 'contrast' }),
  },
  {
    id: 'view.language',
    label: (w) => w.language.change,
    menu: 'view',
    can: always,
    run: () => useSettings.getState().choose({ language: useSettings.getState().language === 'zh' ? 'en' : 'zh' }),
  },
  { id: 'view.settings', label: (w) => w.app.commands.settings, keys: ['Ctrl+,'], anywhere: true, menu: 'view', line: true, can: always, run: () => showSettings() },
  { id: 'view.nextRegion', label: (w) => w.app.commands.nextRegion, keys: ['F6'], anywhere: true, quiet: true, can: always, run: () => cycleRegions(1) },
  { id: 'view.regionBefore', label: (w) => w.app.commands.regionBefore, keys: ['Shift+F6'], anywhere: true, quiet: true, can: always, run: () => cycleRegions(-1) },
  { id: 'help.keys', label: (w) => w.app.commands.keys, keys: ['?'], menu: 'help', can: always, run: showKeys },
  { id: 'help.about', label: (w) => w.app.commands.about, menu: 'help', can: always, run: showAbout },
  { id: 'help.api', label: (w) => w.app.commands.api, menu: 'help', can: always, run: () => void open(address('docs/api'), '_blank') },
];
