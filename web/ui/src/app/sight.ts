// What is in sight of a long list: where its box is scrolled to, and how large it is.
import { useLayoutEffect, useState, type RefObject } from 'react';

/** `width` is that of what the box holds; `text`: letters so many times as large as usual. */
export function useSight(box: RefObject<HTMLElement | null>) {
  const [sight, setSight] = useState({ top: 0, width: 256, height: 600, text: 1 });
  useLayoutEffect(() => {
    const it = box.current;
    if (!it) return;
    const text = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // larger letters, higher rows
    const look = () => setSight({ top: it.scrollTop, width: it.firstElementChild?.clientWidth ?? it.clientWidth, height: it.clientHeight, text });
    const sized = new ResizeObserver(look);
    sized.observe(it);
    it.addEventListener('scroll', look, { passive: true });
    return () => {
      sized.disconnect();
      it.removeEventListener('scroll', look);
    };
  }, [box]);
  return sight;
}
