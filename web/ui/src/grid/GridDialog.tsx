// The X/Y grid of a document: what it is made of, or the one that was queued last.
import { useState } from 'react';
import type { Opened } from '../app/documents.ts';
import '../style/grid.css';
import '../style/viewer.css';
import '../style/grid-cells.css';
import { useGrids } from './grids.ts';
import { Setup } from './Setup.tsx';
import { GridView } from './View.tsx';

interface Props {
  at: Opened;
  node?: string | undefined;
  widget?: string | undefined;
  close: () => void;
}

export function GridDialog({ at, node, widget, close }: Props) {
  const grid = useGrids((s) => s[at.doc.uid]);
  const [making, setMaking] = useState(!grid || node !== undefined);
  if (grid && !making) return <GridView grid={grid} again={() => setMaking(true)} close={close} />;
  return <Setup at={at} node={node} widget={widget} close={close} queued={() => setMaking(false)} last={grid && (() => setMaking(false))} />;
}
