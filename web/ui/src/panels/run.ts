// The panels of what runs and of what came out.
import { late } from '../app/late.ts';
import { ProblemsBadge, QueueBadge } from './Badges.tsx';
import type { Panel } from './panel.ts';
import { QueueBody } from './Queue.tsx'; // on the first screen

const ProblemsBody = late(async () => (await import('./Problems.tsx')).ProblemsBody);
const GalleryBody = late(async () => (await import('./Gallery.tsx')).GalleryBody);
const LogBody = late(async () => (await import('./Log.tsx')).LogBody);

export const log: Panel = { id: 'log', side: 'right', icon: 'clock', label: (w) => w.app.panels.log, Body: LogBody };
export const queue: Panel = { id: 'queue', side: 'right', icon: 'queue', label: (w) => w.run.queue.title, key: 'Q', Body: QueueBody, Badge: QueueBadge };
export const problems: Panel = {
  id: 'problems', side: 'left', icon: 'warning', label: (w) => w.run.problems.title, Body: ProblemsBody, Badge: ProblemsBadge,
};
export const gallery: Panel = { id: 'gallery', side: 'left', icon: 'image', label: (w) => w.run.gallery, key: 'A', Body: GalleryBody };
