// The frame of every dialog: the browser's own, which keeps the focus inside and gives it back.
import { Suspense, useId, useLayoutEffect, useRef, type PointerEvent, type ReactNode } from 'react';
import { useWords } from '../i18n/words.ts';
import { useAsked } from './ask.ts';
import { Icon } from './Icon.tsx';
import { Boundary, Frame } from './late.ts';
import '../style/faults.css';

interface Props {
  title: string;
  close: () => void;
  kind?: 'small' | 'settings' | 'wide' | 'palette';
  children: ReactNode;
  foot?: ReactNode;
}

export function Dialog({ title, close, kind = 'small', children, foot }: Props) {
  const words = useWords().app;
  const id = useId();
  const box = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const it = box.current;
    if (it && !it.open) it.showModal();
    it?.querySelector<HTMLElement>('[data-focus]')?.focus();
    return () => it?.close();
  }, []);
  const outside = (e: PointerEvent) => e.target === box.current && close();
  return (
    <dialog
      className="dialog"
      data-kind={kind}
      ref={box}
      aria-labelledby={id}
      onPointerDown={outside}
      onCancel={(e) => (e.preventDefault(), close())}
      onClose={close} // a second Escape in a row does not ask
    >
      <header data-hidden={kind === 'palette'}>
        <h2 id={id}>{title}</h2>
        <button className="icon" aria-label={words.close} title={words.close} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div className="inside">{children}</div>
      {foot && <footer>{foot}</footer>}
    </dialog>
  );
}

/** What lies over the page: where it cannot be had or fails, a dialog says so, and closes it. */
export function Framed({ close, children }: { close: () => void; children: ReactNode }) {
  const words = useWords().app;
  return (
    <Frame value={(says) => <Dialog title={words.fault} close={close}>{says}</Dialog>}>
      <Boundary>
        <Suspense>{children}</Suspense>
      </Boundary>
    </Frame>
  );
}

/** All that is asked now, the last one on top. */
export function Dialogs() {
  const asked = useAsked((s) => s.asked);
  return asked.map((a) => (
    <Framed key={a.id} close={a.close}>
      {a.body}
    </Framed>
  ));
}
