// The panel of what a node is and what can be set of it; its command in the node's menu leads there.
import { showPanel, useBars } from '../app/bars.ts';
import type { Command } from '../app/command.ts';
import { late } from '../app/late.ts';
import { nodesMeant } from '../canvas/edit.ts';
import type { Panel } from './panel.ts';

const ID = 'properties';

export const properties: Panel = {
  id: ID, side: 'right', icon: 'info', key: 'I', label: (w) => w.app.panels.properties,
  Body: late(() => import('./Properties.tsx').then((m) => m.Properties)),
};

/** The panel takes the focus when it comes. */
export const asked = { now: false };

function go() {
  asked.now = true;
  const open = useBars.getState().open.right === ID;
  showPanel('right', ID);
  if (open) document.querySelector<HTMLElement>('.properties :is(input, textarea)')?.focus();
}

export const propertiesCommands: readonly Command[] = [
  { id: 'node.properties', label: properties.label, menu: 'node', line: true, quiet: true, can: () => nodesMeant().length > 0, run: go },
];
