// Pictures that came out: gallery, compare, viewer.
import { both } from '../both.ts';

export const gallery = both(
  {
    label: 'Gallery',
  },
  {
    label: '图库',
  },
);
