// The panel of node classes.
import { lazy } from 'react';
import type { Panel } from './panel.ts';

export const nodes: Panel = {
  id: 'nodes',
  side: 'left',
  icon: 'nodes',
  key: 'N',
  label: (w) => w.defs.panel,
  Body: lazy(() => import('./Nodes.tsx').then((m) => ({ default: m.Nodes }))),
};
