// Node classes: names of groups of them, and of kinds of values.
import { both } from '../both.ts';

export const defs = both(
  {
    unknown: 'Unknown type',
  },
  {
    unknown: '未知类型',
  },
);
