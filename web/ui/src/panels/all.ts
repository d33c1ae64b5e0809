// The panels there are, from top to bottom of their bar.
import type { Panel } from './panel.ts';

export const panels: readonly Panel[] = [];
