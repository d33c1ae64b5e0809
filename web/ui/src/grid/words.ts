// The words of the grid, which come with it.
import { useSettings } from '../app/settings.ts';
import { grid } from '../i18n/words/grid.ts';

export type GridWords = (typeof grid)['en'];

export function useGridWords(): GridWords {
  return grid[useSettings((s) => s.language)];
}
