// The browser's tab: its title says how far a run is, its picture that one goes on. Set on the message itself, so that it is
// right where nobody looks.
import { useDocuments } from '../app/documents.ts';
import { percent } from '../i18n/format.ts';
import { useServer } from '../net/server.ts';
import { useRuns } from './run.ts';

/** Of the document that is shown, else of any that runs. */
export function titleFor(share: number | undefined, running: boolean, name: string | undefined): string {
  const what = name ? `${name} – limn` : 'limn';
  return share !== undefined ? `▶ ${percent(share)} ${what}` : running ? `▶ ${what}` : what;
}

function shareNow(): number | undefined {
  const runs = useRuns.getState();
  const { active } = useDocuments.getState();
  const shown = active === undefined ? undefined : runs[active];
  return [shown, ...Object.values(runs)].find((r) => r?.current !== undefined)?.share;
}

function set() {
  const { opened, active } = useDocuments.getState();
  const share = shareNow();
  const running = share !== undefined || (useServer.getState().work?.running ?? 0) > 0;
  const title = titleFor(share, running, opened.find((o) => o.doc.uid === active)?.name);
  if (document.title !== title) document.title = title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const href = icon?.getAttribute('href')?.replace(/favicon(-run)?\.svg/, running ? 'favicon-run.svg' : 'favicon.svg');
  if (icon && href !== undefined && icon.getAttribute('href') !== href) icon.setAttribute('href', href);
}

export function startTitle() {
  for (const store of [useRuns, useDocuments, useServer]) store.subscribe(set);
  set();
}
