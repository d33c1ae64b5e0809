// Documents: made, opened, closed, gone through.
import { showCompareWith, showTemplates, showVersions } from '../dialogs/show.ts';
import { wordsNow } from '../i18n/words.ts';
import { close } from './close.ts';
import { always, type Command } from './command.ts';
import { activateAt, activateNext, newDocument, useDocuments } from './documents.ts';
import { withExporting, withSaving, withSharing } from './later.ts';
import { pickFiles } from './open.ts';
import { canStep, takeStep } from './steps.ts';

const several = () => useDocuments.getState().opened.length > 1;

const tabs: Command[] = Array.from({ length: 9 }, (_, i) => ({
  id: `tab.${i + 1}`,
  label: (w) => w.app.commands.tab(i + 1),
  keys: [`Alt+${i + 1}`],
  anywhere: true,
  quiet: true,
  can: () => useDocuments.getState().opened.length > i,
  run: () => activateAt(i),
}));

export const fileCommands: readonly Command[] = [
  { id: 'file.new', label: (w) => w.app.commands.new, menu: 'file', can: always, run: () => newDocument(wordsNow().app.untitled) },
  { id: 'file.open', label: (w) => w.app.commands.open, keys: ['Ctrl+O'], anywhere: true, menu: 'file', can: always, run: pickFiles },
  { id: 'file.templates', label: (w) => w.app.commands.templates, menu: 'file', can: always, run: showTemplates },
  {
    id: 'file.save',
    label: (w) => w.app.commands.save,
    keys: ['Ctrl+S'],
    anywhere: true,
    menu: 'file',
    line: true,
    run: (at) => withSaving((m) => m.saveAndSay(at)),
  },
  { id: 'file.saveAs', label: (w) => w.app.commands.saveAs, keys: ['Ctrl+Shift+S'], anywhere: true, menu: 'file', run: (at) => withSaving((m) => m.saveAs(at)) },
  {
    id: 'file.versions',
    label: (w) => w.app.commands.versions,
    menu: 'file',
    can: (at) => at?.file !== undefined,
    run: (at) => at?.file && showVersions(at.file.path),
  },
  { id: 'file.compare', label: (w) => w.app.commands.compare, menu: 'file', run: (at) => at && showCompareWith(at) },
  { id: 'diff.next', label: (w) => w.app.commands.nextChange, keys: ['F7'], anywhere: true, can: canStep, run: () => takeStep(1) },
  { id: 'diff.before', label: (w) => w.app.commands.changeBefore, keys: ['Shift+F7'], anywhere: true, can: canStep, run: () => takeStep(-1) },
  { id: 'file.share', label: (w) => w.app.commands.share, menu: 'file', line: true, run: (at) => at && withSharing((m) => m.showShare(at)) },
  { id: 'file.export', label: (w) => w.app.commands.export, menu: 'file', run: (at) => at && withExporting((m) => m.exportWorkflow(at)) },
  { id: 'file.exportPrompt', label: (w) => w.app.commands.exportPrompt, menu: 'file', run: (at) => at && withExporting((m) => m.exportPrompt(at)) },
  { id: 'file.close', label: (w) => w.app.commands.close, menu: 'file', line: true, run: (at) => at && void close(at) },
  { id: 'tab.next', label: (w) => w.app.commands.nextTab, keys: ['Alt+PageDown'], held: true, anywhere: true, can: several, run: () => activateNext(1) },
  { id: 'tab.before', label: (w) => w.app.commands.tabBefore, keys: ['Alt+PageUp'], held: true, anywhere: true, can: several, run: () => activateNext(-1) },
  ...tabs,
];
