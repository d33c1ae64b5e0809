// The page: menus and tabs above, a bar at either side, the canvas between them, what is so below.
import { useEffect, useState } from 'react';
import { Canvas, CanvasProvider } from '../canvas/Canvas.tsx';
import { useWords } from '../i18n/words.ts';
import { startGathering } from '../linear/pictures.ts';
import { useView } from '../linear/view.ts';
import { AppOffer, ViewSwitch } from '../linear/ViewSwitch.tsx';
import { retryNow, useServer } from '../net/server.ts';
import { MaskOverlay } from '../mask/Overlay.tsx';
import { RunOverlays } from '../run/Overlays.tsx';
import { RunBar } from '../run/RunBar.tsx';
import { AddNodes } from './AddNodes.tsx';
import { showTemplates } from '../dialogs/show.ts';
import { Bar } from './Bar.tsx';
import { useDefs } from '../defs/defs.ts';
import { setFocusMode, useBars } from './bars.ts';
import { commands } from './commands.ts';
import { Dialogs } from './Dialog.tsx';
import { newDocument, useActive, useDocuments } from './documents.ts';
import { Icon } from './Icon.tsx';
import { useKeys, withKeys } from './bound.ts';
import { startKeys } from './keys.ts';
import { Boundary, late } from './late.ts';
import { nameOf, pickFiles, startOpening } from './open.ts';
import { openFirst } from './start.ts';
import { withStored } from './later.ts';
import { useStored } from './stored.ts';
import { StatusBar } from './StatusBar.tsx';
import { Toasts } from './Toasts.tsx';
import { TopBar } from './TopBar.tsx';

const QUIET_MS = 2000; // a server that is back by then was not missed

function Banner() {
  const words = useWords().link;
  const { link, there } = useServer();
  const [now, setNow] = useState(Date.now);
  const [known, setKnown] = useState(false);
  const lost = link.is === 'lost';

  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost || now - link.since < QUIET_MS) return null;
  if (there && known) return null;
  if (there)
    return (
      <div className="banner" role="status">
        <span>{words.noSocket}</span>
        <button className="text" onClick={() => setKnown(true)}>
          {words.known}
        </button>
      </div>
    );
  return (
    <div className="banner" role="alert">
      <span>{words.banner(Math.max(0, Math.ceil((link.retryAt - now) / 1000)))}</span>
      <button className="text" onClick={retryNow}>
        {words.again}
      </button>
    </div>
  );
}

/** No document is open. */
function Empty() {
  const words = useWords();
  const { empty, app } = words;
  const recent = useStored((s) => s.recent);
  return (
    <section className="empty">
      <h2>{empty.title}</h2>
      <p>{empty.text}</p>
      <p className="ways">
        <button className="main" onClick={() => void openFirst()}>
          {app.first}
        </button>
        <button className="plain" onClick={() => newDocument(app.untitled)}>
          {app.tabs.new}
        </button>
        <button className="plain" onClick={showTemplates}>
          {app.commands.templates}
        </button>
        <button className="plain" onClick={pickFiles}>
          {empty.open}
        </button>
      </p>
      {recent.length > 0 && (
        <ul className="recent" aria-label={empty.recent}>
          <li>{empty.recent}</li>
          {recent.slice(0, 5).map((path) => (
            <li key={path}>
              <button className="text" title={path} onClick={() => withStored((m) => m.openStored(path))}>
                {nameOf(path)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function DropHint() {
  const words = useWords().app.open;
  const [over, setOver] = useState(false);

  useEffect(() => startOpening(setOver), []);
  if (!over) return null;
  return (
    <div className="drop" aria-hidden="true">
      <Icon name="file" />
      <strong>{words.drop}</strong>
      <span>{words.dropText}</span>
    </div>
  );
}

/** The way back to the bars. */
function Leave() {
  const words = useWords().app;
  const keys = useKeys('view.focus', 'F');
  return (
    <button className="leave icon" aria-label={words.bars.back} title={withKeys(words.bars.back, keys)} onClick={() => setFocusMode(false)}>
      <Icon name="close" />
    </button>
  );
}

const LinearView = late(async () => (await import('../linear/LinearView.tsx')).LinearView);

const NoClasses = late(() => import('./NoClasses.tsx').then((m) => m.NoClasses));

function Classes() {
  return useDefs((s) => s.why !== undefined) && <NoClasses />;
}

/** Apart from the graph, which does not hear of each change of what is open. */
function AppView() {
  const at = useActive();
  if (!at) return null;
  return <LinearView key={at.doc.uid} at={at} />;
}

export function Shell() {
  const none = useDocuments((s) => s.started && s.opened.length === 0);
  const hidden = useBars((s) => s.hidden);

  const uid = useDocuments((s) => s.opened.find((o) => o.doc.uid === s.active)?.doc.uid);
  const app = useView(uid) === 'app';

  useEffect(() => startKeys(commands), []);
  useEffect(startGathering, []);
  return (
    <CanvasProvider>
      <div className="shell" data-hidden={hidden} data-view={app ? 'app' : 'graph'}>
        {!hidden && <TopBar />}
        <div className="middle">
          {!hidden && <Bar side="left" />}
          <div className="centre">
            {!hidden && (
              <div className="strip">
                <ViewSwitch />
                {!app && <RunBar />}
              </div>
            )}
            {!hidden && <AppOffer />}
            <main className="stage">
              <div className="under" inert={app}>
                <Boundary of={uid}>
                  <Canvas />
                </Boundary>
              </div>
              {app && <AppView />}
              {none && <Empty />}
              <Banner />
              <Classes />
              <DropHint />
              <Toasts />
              {hidden && <Leave />}
            </main>
          </div>
          {!hidden && <Bar side="right" />}
        </div>
        {!hidden && <StatusBar />}
      </div>
      <RunOverlays />
      <MaskOverlay />
      <AddNodes />
      <Dialogs />
    </CanvasProvider>
  );
}
