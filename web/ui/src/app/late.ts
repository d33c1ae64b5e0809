// Parts of the page that come later, and what stands in their place when they cannot be had or fail: the rest of the page lives.
import { Component, createContext, createElement, lazy, Suspense, useState, type ComponentType, type ReactNode } from 'react';
import { useWords } from '../i18n/words.ts';
import { useServer } from '../net/server.ts';
import { later } from './fetched.ts';

interface Failed {
  fault: unknown;
  again: () => void;
}

/** Not there, as opposed to broken: the server is gone, or is a newer one and has other files. */
type Absent = Error & { absent: true };
const isAbsent = (e: unknown): e is Absent => e instanceof Error && 'absent' in e;

export const sayOf = (e: unknown) => (e instanceof Error ? e.message : String(e));

function Says({ fault, again }: Failed) {
  const words = useWords();
  const open = useServer((s) => s.link.is === 'open');
  const absent = isAbsent(fault);
  const button = (says: string, does: () => void) => createElement('button', { className: 'plain', onClick: does }, says);
  return createElement('div', { className: 'part-fault', role: 'alert' },
    createElement('p', null, (absent ? words.app.notLoaded : words.app.broken)(sayOf(fault))),
    button(words.app.again, again),
    absent && open && button(words.failed.again, () => location.reload()));
}

/** What is around a part that failed: nothing, or a dialog that can be closed. */
export const Frame = createContext<(says: ReactNode) => ReactNode>((says) => says);

interface Props {
  of?: unknown; // what it shows: with another, it is tried anew
  fallback?: (fault: unknown, again: () => void) => ReactNode;
  onAgain?: () => void;
  children: ReactNode;
}

/** Only a class can do this. */
export class Boundary extends Component<Props, { failed?: Failed | undefined; of: unknown }> {
  static override contextType = Frame;
  override state = { of: this.props.of } as { failed?: Failed | undefined; of: unknown };

  static getDerivedStateFromError(fault: unknown) {
    return { failed: { fault } };
  }

  static getDerivedStateFromProps({ of }: Props, state: { of: unknown }) {
    return state.of === of ? null : { of, failed: undefined };
  }

  #again = () => {
    this.props.onAgain?.();
    this.setState({ failed: undefined });
  };

  override render() {
    const { failed } = this.state;
    const { children, fallback } = this.props;
    if (!failed) return children;
    if (fallback) return fallback(failed.fault, this.#again);
    return (this.context as (says: ReactNode) => ReactNode)(createElement(Says, { fault: failed.fault, again: this.#again }));
  }
}

/** A part that is fetched when it is first shown, or before; where it is there already it is drawn at once. */
export function late<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let there: ComponentType<P> | undefined;
  const get = later(async () => {
    try {
      return (there = await load());
    } catch (e) {
      throw Object.assign(new Error(sayOf(e)), { absent: true });
    }
  });
  const part = () => there ?? lazy(async () => ({ default: await get() }));
  function Late(props: P) {
    const [Part, set] = useState(part);
    const onAgain = () => set(part);
    return createElement(Boundary, { onAgain, children: createElement(Suspense, null, createElement(Part, props)) });
  }
  return Late;
}
