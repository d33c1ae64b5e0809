// Documents: tabs, opening, saving, commands, dialogs.
import { both } from '../both.ts';

export const app = both(
  {
    untitled: 'Untitled',
  },
  {
    untitled: '未命名',
  },
);
