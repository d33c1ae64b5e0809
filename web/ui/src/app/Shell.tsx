// The page: a bar above, the canvas, a bar below. Nothing floats over the canvas but what is said when it is empty.
import { useEffect, useState } from 'react';
import { Canvas, CanvasProvider } from '../canvas/Canvas.tsx';
import { useWords } from '../i18n/words.ts';
import { at } from '../net/http.ts';
import { retryNow, useServer } from '../net/server.ts';
import { StatusBar } from './StatusBar.tsx';
import { TopBar } from './TopBar.tsx';

const QUIET_MS = 2000; // a server that is back by then was not missed

function Banner() {
  const words = useWords().link;
  const link = useServer((s) => s.link);
  const [now, setNow] = useState(Date.now);
  const lost = link.is === 'lost';

  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost || now - link.since < QUIET_MS) return null;
  return (
    <div className="banner" role="alert">
      <span>{words.banner(Math.max(0, Math.ceil((link.retryAt - now) / 1000)))}</span>
      <button className="text" onClick={retryNow}>
        {words.again}
      </button>
    </div>
  );
}

function Empty() {
  const words = useWords().empty;
  return (
    <section className="empty">
      <h2>{words.title}</h2>
      <p>
        {words.text} <br />
        {words.missing}
      </p>
      <p className="ways">
        <a href={at('docs/api').href}>{words.api}</a>
        <a href={at('object_info').href}>{words.nodes}</a>
      </p>
    </section>
  );
}

export function Shell() {
  return (
    <CanvasProvider>
      <div className="shell">
        <TopBar />
        <main className="stage">
          <Canvas />
          <Empty />
          <Banner />
        </main>
        <StatusBar />
      </div>
    </CanvasProvider>
  );
}
