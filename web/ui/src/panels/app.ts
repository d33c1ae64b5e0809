// The panels of documents.
import { lazy } from 'react';
import type { Panel } from './panel.ts';

export const workflows: Panel = {
  id: 'workflows',
  side: 'left',
  icon: 'folder',
  key: 'W',
  label: (w) => w.app.panels.workflows,
  Body: lazy(() => import('./Workflows.tsx').then((m) => ({ default: m.Workflows }))),
};

export const outline: Panel = {
  id: 'outline',
  side: 'left',
  icon: 'outline',
  key: 'O',
  label: (w) => w.app.panels.outline,
  Body: lazy(() => import('./Outline.tsx').then((m) => ({ default: m.Outline }))),
};

export const models: Panel = {
  id: 'models',
  side: 'left',
  icon: 'box',
  key: 'M',
  label: (w) => w.app.panels.models,
  Body: lazy(() => import('./Models.tsx').then((m) => ({ default: m.Models }))),
};
