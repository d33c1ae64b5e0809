// The panels of what runs and of what came out.
import type { Panel } from './panel.ts';
import { ProblemsBadge, ProblemsBody } from './Problems.tsx';
import { QueueBadge, QueueBody } from './Queue.tsx';

export const queue: Panel = { id: 'queue', side: 'right', icon: 'queue', label: (w) => w.run.queue.title, key: 'Q', Body: QueueBody, Badge: QueueBadge };
export const problems: Panel = {
  id: 'problems', side: 'left', icon: 'warning', label: (w) => w.run.problems.title, Body: ProblemsBody, Badge: ProblemsBadge,
};
