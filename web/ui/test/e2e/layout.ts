// What holds of every screen at any size, whatever it looks like: nothing is wider than the window, no words are cut without a
// way to read them, nothing to press is covered or too small, no text is smaller than 11 pixels.
import type { Page } from 'playwright-core';
import { settledFaults } from './browser.ts';

/** In words; none is well. What lies on the canvas itself is as large as its file and the zoom say, and is left out. */
export const layoutFaults = (page: Page): Promise<string[]> =>
  settledFaults(() => page.evaluate(() => {
    const PRESSED = 'button, a[href], input, select, textarea, summary, [role="option"], [role="menuitem"], [role="tab"], [role="radio"], [role="switch"], [role="treeitem"]';
    const faults: string[] = [];
    const over = (e: Element) => {
      const { width, height } = e.getBoundingClientRect(); // a panel over all of a narrow window, a menu over some of it
      return e.matches('dialog:modal, .menu, :popover-open') || (width === innerWidth && height === innerHeight && getComputedStyle(e).position === 'fixed');
    };
    const last = (what: string) => [...document.querySelectorAll(what)].filter(over).at(-1);
    const top = last('dialog, .menu, [popover]') ?? last('.dock .panel') ?? document.body;
    const coarse = matchMedia('(pointer: coarse)').matches;

    const name = (e: Element) => {
      const said = (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 30);
      return `${e.tagName.toLowerCase()}${typeof e.className === 'string' && e.className ? `.${e.className.replaceAll(' ', '.')}` : ''} “${said}”`;
    };
    const seen = (e: Element) =>
      e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !e.closest('.react-flow, [inert], .unseen, [aria-hidden="true"]') && top.contains(e);
    const hides = (e: Element) => getComputedStyle(e).overflowX !== 'visible';

    /** As much of it as its scrolling ancestors let through. */
    const clipped = (e: Element) => {
      let { left, right, top, bottom } = e.getBoundingClientRect();
      for (let up = e.parentElement; up; up = up.parentElement)
        if (hides(up) || up === document.documentElement) {
          const box = up === document.documentElement ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : up.getBoundingClientRect();
          [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
        }
      return { x: left, y: top, width: right - left, height: bottom - top };
    };
    const scrolls = (e: Element) => {
      for (let up = e.parentElement; up; up = up.parentElement) if (/auto|scroll/.test(getComputedStyle(up).overflow)) return true;
      return false;
    };
    const isTold = (e: Element) => e.closest('[title], [aria-label], option, select, input, textarea, .shown') !== null;

    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
    if (scrollHeight > clientHeight) faults.push(`the page is ${scrollHeight} high in a window of ${clientHeight}`);
    if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide in a window of ${clientWidth}`);
    for (const e of document.querySelectorAll('dialog[open] > .inside'))
      if (e.scrollWidth > e.clientWidth + 1) faults.push(`the dialog has ${e.scrollWidth} in ${e.clientWidth}`);

    for (const e of top.querySelectorAll<HTMLElement>('*')) {
      const words = [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && n.textContent?.trim()).length > 0;
      if (!words || !seen(e)) continue;
      const style = getComputedStyle(e);
      const size = parseFloat(style.fontSize);
      if (size < 11 && size > 0) faults.push(`text of ${size} px: ${name(e)}`);
      if (hides(e) && e.scrollWidth > e.clientWidth + 1 && !/auto|scroll/.test(style.overflowX) && e.clientWidth > 1 && !isTold(e))
        faults.push(`cut at the side: ${name(e)}`);
      if (style.overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 3 && e.clientHeight > 1 && style.webkitLineClamp === 'none' && !isTold(e))
        faults.push(`cut below: ${name(e)}`);
      const box = e.getBoundingClientRect();
      if (box.right > innerWidth + 1 && !scrolls(e)) faults.push(`beyond the window: ${name(e)}`);
    }
    for (const e of top.querySelectorAll<HTMLElement>(PRESSED)) {
      if (!seen(e) || e.closest('label')?.querySelector('input') === e) continue;
      const box = clipped(e);
      if (box.width < 4 || box.height < 4) {
        if (!scrolls(e)) faults.push(`out of sight: ${name(e)}`);
        continue;
      }
      const whole = e.getBoundingClientRect();
      const least = coarse ? 44 : 24;
      if (Math.min(whole.width, whole.height) < least - 0.5 && !e.matches('a, [role="tab"]')) faults.push(`${Math.round(whole.width)} × ${Math.round(whole.height)}: ${name(e)}`);
      const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
      if (hit && hit !== e && !e.contains(hit) && !hit.contains(e)) faults.push(`${name(e)} lies under ${name(hit)}`);
    }
    return [...new Set(faults)];
  }));
