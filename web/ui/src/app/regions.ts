// F6 goes round the page's regions: menus, the left bar, the canvas, the right bar, the state below.
const REGIONS = ['.bar', '.dock[data-side="left"]', '.stage', '.dock[data-side="right"]', '.status'];
const FOCUSABLE = 'button:not([tabindex="-1"]):not(:disabled), a[href], input, [tabindex="0"]';
const last = new WeakMap<Element, HTMLElement>();

export function cycleRegions(by: 1 | -1) {
  const regions = REGIONS.map((r) => document.querySelector(r)).filter((r) => r !== null);
  const now = document.activeElement;
  const at = regions.findIndex((r) => r.contains(now));
  const next = regions[(at + by + regions.length) % regions.length];

  if (at >= 0 && now instanceof HTMLElement) last.set(regions[at]!, now);
  const known = next && last.get(next);
  const there = known?.isConnected ? known : next?.querySelector<HTMLElement>(next.matches('.stage') ? '.under:not([inert]) [role="application"], .linear [tabindex="0"]' : FOCUSABLE);
  there?.focus();
}
