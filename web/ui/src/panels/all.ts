// The panels there are, from top to bottom of their bar.
import { models, outline, workflows } from './app.ts';
import { nodes } from './defs.ts';
import type { Panel } from './panel.ts';
import { properties } from './properties.ts';
import { gallery, log, problems, queue } from './run.ts';

export const panels: readonly Panel[] = [workflows, nodes, models, gallery, outline, problems, queue, properties, log];
