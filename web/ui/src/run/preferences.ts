// How a person likes to run: kept for this browser.
import { create } from 'zustand';

export interface Preferences {
  seeds: 'before' | 'after'; // when controls change values
  notify: boolean; // by the system, when the page is not in sight
  sound: boolean; // when nothing of one's own runs any more
  follow: boolean; // the canvas moves to the node that runs
}

const KEY = 'limn.run';

function read(): Preferences {
  let kept: Record<string, unknown> = {};
  try {
    kept = (JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {}) as Record<string, unknown>;
  } catch {
    // Then what most people want.
  }
  return { seeds: kept['seeds'] === 'before' ? 'before' : 'after', notify: kept['notify'] === true, sound: kept['sound'] === true, follow: kept['follow'] === true };
}

export const usePreferences = create<Preferences>(read);

usePreferences.subscribe((chosen) => {
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // The choice lasts as long as the page.
  }
});
