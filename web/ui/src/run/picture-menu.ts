// The menu of a picture, wherever one of the server's is shown; what can be done with it comes when it is asked for.
import { createElement } from 'react';
import { ask } from '../app/ask.ts';
import { late } from '../app/late.ts';
import { fileAt } from '../net/files.ts';

type Shown = HTMLImageElement | HTMLVideoElement;

const PictureMenu = late(() => import('../gallery/PictureMenu.tsx').then((m) => m.PictureMenu));

/** The picture or film that is there, or that what is there holds. */
function shownAt(target: EventTarget | null): Shown | undefined {
  const there = target instanceof Element ? target.closest('img, video, button, .frame, [role="option"]') : null;
  return (there?.matches('img, video') ? there : there?.querySelector('img, video')) as Shown | undefined;
}

/** Whether there is one. `further`: another menu that is meant there. */
export function offerPicture(target: EventTarget | null, at: { x: number; y: number }, further?: () => void): boolean {
  const shown = shownAt(target);
  const file = shown && fileAt(shown.src);
  if (!file) return false;
  const beside = [...(shown.closest('.node-pictures, .tiles')?.querySelectorAll<Shown>('img, video') ?? [shown])];
  const files = beside.flatMap((s) => fileAt(s.src) ?? []);
  const dialog = shown.closest('dialog') ?? undefined;
  void ask((answer) => createElement(PictureMenu, { file, files, at, dialog, further, close: () => answer() }));
  return true;
}

/** What the canvas has not taken. A key has no place of its own: the menu stands where the picture does. */
export function startPictureMenus() {
  addEventListener('contextmenu', (e) => {
    if (e.defaultPrevented) return;
    const box = e.button === 2 || 'pointerType' in e && e.pointerType === 'touch' ? undefined : shownAt(e.target)?.getBoundingClientRect();
    if (offerPicture(e.target, box ? { x: box.x + 8, y: box.y + 8 } : { x: e.clientX, y: e.clientY })) e.preventDefault();
  });
}
