// The panel of node classes.
import { late } from '../app/late.ts';
import { withNames } from '../defs/labels.ts';
import type { Panel } from './panel.ts';

export const nodes: Panel = {
  id: 'nodes',
  side: 'left',
  icon: 'nodes',
  key: 'N',
  label: (w) => w.defs.panel,
  Body: late(() => withNames(import('./Nodes.tsx')).then((m) => m.Nodes)),
};
