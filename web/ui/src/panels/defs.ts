// The panel of node classes.
import { lazy } from 'react';
import { withNames } from '../defs/labels.ts';
import type { Panel } from './panel.ts';

export const nodes: Panel = {
  id: 'nodes',
  side: 'left',
  icon: 'nodes',
  key: 'N',
  label: (w) => w.defs.panel,
  Body: lazy(() => withNames(import('./Nodes.tsx')).then((m) => ({ default: m.Nodes }))),
};
