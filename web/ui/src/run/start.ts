// Running, from the first moment of the page on.
import { startChecking } from './check.ts';
import { startRepeating } from './actions.ts';
import { startFollowing } from './follow.ts';
import { startHearing } from './hear.ts';
import { startSaying } from './live.ts';
import { startPictureMenus } from './picture-menu.ts';
import { followRunning } from './running.ts';
import { startTitle } from './title.ts';

export function startRuns() {
  startHearing();
  startSaying();
  startRepeating();
  startTitle();
  startFollowing();
  startChecking();
  startPictureMenus();
  followRunning();
}
