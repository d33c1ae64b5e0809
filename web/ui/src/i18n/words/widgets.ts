// Fields of nodes.
import { both } from '../both.ts';

export const widgets = both(
  {
    newSeed: 'New seed',
  },
  {
    newSeed: '新种子',
  },
);
