// Running a workflow: buttons, queue, progress, problems.
import { both } from '../both.ts';

export const run = both(
  {
    run: 'Run',
  },
  {
    run: '运行',
  },
);
