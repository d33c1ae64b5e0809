// The page begins: settings, server, shell; and what is shown should that fail.
import { createRoot } from 'react-dom/client';
import { Shell } from './app/Shell.tsx';
import { followSettings, useSettings } from './app/settings.ts';
import { readEntries } from './app/journal.ts';
import { startDocuments } from './app/start.ts';
import { startDefs } from './defs/defs.ts';
import { followLook } from './canvas/look.ts';
import { loadNames } from './defs/labels.ts';
import { languages } from './i18n/languages.ts';
import { wordsNow } from './i18n/words.ts';
import { sayFaults, textAt } from './net/http.ts';
import { startServer } from './net/server.ts';
import { startRuns } from './run/start.ts';
import './style/tokens.css';
import './style/base.css';
import './style/shell.css';
import './style/tabs.css';
import './style/docks.css';
import './style/stage.css';
import './style/status.css';
import './style/app.css';
import './style/dialogs.css';
import './style/run.css';

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

/** What is open, from the browser's own database: nothing of it is lost with the page. */
async function keepAll() {
  const { download } = await import('./app/export.ts');
  for (const entry of await readEntries()) download(`${entry.name}.json`, entry.text);
}

/** Without React: it is what failed. */
function fail(root: HTMLElement, cause: unknown) {
  const words = languages[useSettings.getState().language].failed;
  const box = element('main', '');
  const again = element('button', words.again);
  const keep = element('button', words.keep);

  console.error(cause);
  box.className = 'failed';
  again.className = 'text';
  again.onclick = () => location.reload();
  keep.className = 'text';
  keep.onclick = () => void keepAll();
  box.append(element('h1', words.title), element('p', cause instanceof Error ? cause.message : String(cause)), again, keep);
  root.replaceChildren(box);
}

async function start(root: HTMLElement) {
  try {
    followSettings();
    followLook();
    sayFaults((type) => textAt(wordsNow().link.faults, type) ?? '');
    await loadNames(useSettings.getState().language).catch(console.warn);
    startRuns();
    startServer();
    startDefs();
    void startDocuments();
    createRoot(root, { onUncaughtError: (e) => setTimeout(fail, 0, root, e) }).render(<Shell />);
  } catch (e) {
    fail(root, e);
  }
}

const root = document.getElementById('root');
if (root) void start(root);
