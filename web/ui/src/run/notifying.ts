// Asks the browser before runs may be told by it; what it refuses stays off, and that is said.
import { complain } from '../app/toasts.ts';
import { roomWords } from '../i18n/room.ts';
import { choices } from '../i18n/words/choices.ts';
import { usePreferences } from './preferences.ts';

export async function askToNotify(on: boolean) {
  const may = on && 'Notification' in window && (await Notification.requestPermission()) === 'granted';
  usePreferences.setState({ notify: may });
  if (on && !may) complain((w) => roomWords(choices, w).notifyRefused);
}
