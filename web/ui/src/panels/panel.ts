// A panel of the left bar (what goes into a graph) or of the right one (what comes out). A room adds a line to all.ts.
import type { ComponentType } from 'react';
import type { IconName } from '../app/Icon.tsx';
import type { Words } from '../i18n/languages.ts';

export type Side = 'left' | 'right';

export interface Panel {
  id: string;
  side: Side;
  icon: IconName;
  label: (words: Words) => string;
  key?: string; // opens and closes it: "W"
  Body: ComponentType; // fills the panel's height and scrolls by itself
  Badge?: ComponentType; // on its icon: how many there are
}
