// How links look is a setting: the drawing, and what a pointer meets, follow it.
import { useSettings } from '../app/settings.ts';
import { setLinkStyle } from './curve.ts';
import { repaint } from './view.ts';

export function followLook() {
  const take = ({ links }: ReturnType<typeof useSettings.getState>) => {
    setLinkStyle(links);
    repaint();
  };
  take(useSettings.getState());
  useSettings.subscribe(take);
}
