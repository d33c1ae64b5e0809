// The panels of documents.
import { late } from '../app/late.ts';
import type { Panel } from './panel.ts';

export const workflows: Panel = {
  id: 'workflows',
  side: 'left',
  icon: 'folder',
  key: 'W',
  label: (w) => w.app.panels.workflows,
  Body: late(() => import('./Workflows.tsx').then((m) => m.Workflows)),
};

export const outline: Panel = {
  id: 'outline',
  side: 'left',
  icon: 'outline',
  key: 'O',
  label: (w) => w.app.panels.outline,
  Body: late(() => import('./Outline.tsx').then((m) => m.Outline)),
};

export const models: Panel = {
  id: 'models',
  side: 'left',
  icon: 'box',
  key: 'M',
  label: (w) => w.app.panels.models,
  Body: late(() => import('./Models.tsx').then((m) => m.Models)),
};
