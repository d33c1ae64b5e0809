// The panels there are, from top to bottom of their bar.
import type { Panel } from './panel.ts';
import { problems, queue } from './run.ts';

export const panels: readonly Panel[] = [problems, queue];
