// The list below a field, which comes when the page has come to rest, or when somebody opens one before: what is typed until it is
// there is not lost.
import { useEffect, useRef, useState, type ComponentProps } from 'react';
import { later } from '../app/fetched.ts';

let there: typeof import('./List.tsx') | undefined;
const fetchList = later(() => import('./List.tsx').then((m) => (there = m)));

export function List(props: ComponentProps<typeof import('./List.tsx').List>) {
  const typed = useRef('');
  const [, again] = useState(0);

  useEffect(() => {
    if (there) return;
    const keys = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.isComposing) return;
      if (e.key.length === 1 || e.key === 'Enter') typed.current += e.key === 'Enter' ? '\n' : e.key;
      e.preventDefault();
      e.stopPropagation();
    };
    const stop = () => removeEventListener('keydown', keys, true);
    addEventListener('keydown', keys, true);
    fetchList().then(() => (stop(), again(1)), () => (stop(), props.close('escape')));
    return stop;
  }, []);
  return there ? <there.List {...props} typed={typed.current} /> : null;
}
