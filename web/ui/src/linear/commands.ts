// What can be done with the App view, for keys, menus and the palette.
import type { Command } from '../app/command.ts';
import { activeDocument } from '../app/documents.ts';
import { nodesMeant } from '../canvas/edit.ts';
import { allPinned, canPin, fieldInHand, hasFields, togglePin, togglePins } from './pins.ts';
import { showView, viewOf } from './view.ts';

const inGraph = () => viewOf(activeDocument()?.doc.uid) === 'graph';

export const linearCommands: readonly Command[] = [
  {
    id: 'view.app',
    label: (w) => w.views.command,
    menu: 'view',
    on: () => !inGraph(),
    run: (at) => at && showView(at.doc.uid, inGraph() ? 'app' : 'graph'),
  },
  { id: 'view.appFields', label: (w) => w.views.editCommand, menu: 'view', run: (at) => at && showView(at.doc.uid, 'app', true) },
  {
    id: 'node.pinField',
    label: (w) => w.views.pinField,
    keys: ['Alt+P'],
    anywhere: true,
    can: () => inGraph() && fieldInHand() !== undefined,
    run: (at) => {
      const field = fieldInHand();
      if (field) togglePin(at, field.node, field.widget);
    },
  },
  {
    id: 'node.pinFields',
    label: (w) => w.views.pinNode,
    menu: 'node',
    can: (at) => inGraph() && canPin(at) && hasFields(nodesMeant()),
    on: (at) => hasFields(nodesMeant()) && allPinned(at, nodesMeant()),
    run: (at) => togglePins(at, nodesMeant()),
  },
];
