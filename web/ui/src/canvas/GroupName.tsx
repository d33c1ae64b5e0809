// The name of a group while it is written, where it stands.
import { ViewportPortal } from '@xyflow/react';
import { useState, type KeyboardEvent } from 'react';
import { renameGroup } from '../doc/ops-groups.ts';
import { useWords } from '../i18n/words.ts';
import { atNow } from './edit.ts';
import type { GroupView, Scene } from './scene.ts';
import { useHand } from './view.ts';

function Name({ box }: { box: GroupView }) {
  const words = useWords().canvas;
  const [text, setText] = useState(box.label);
  const end = (keep: boolean) => {
    if (useHand.getState().renaming !== box.key) return;
    useHand.setState({ renaming: undefined });
    const at = atNow();
    if (at && keep && text.trim() !== box.label) renameGroup(at, box.group.index, text.trim());
    document.querySelector<HTMLElement>('.graph')?.focus({ preventScroll: true });
  };
  const key = (e: KeyboardEvent) => {
    e.stopPropagation();
    if (e.nativeEvent.isComposing || e.key === 'Process') return;
    if (e.key === 'Enter') end(true);
    if (e.key === 'Escape') end(false);
  };
  return (
    <input
      className="group-name"
      style={{ left: box.x + 4, top: box.y + 3, width: Math.max(120, box.width - 8), height: box.title - 6, fontSize: box.size }}
      aria-label={words.groupName}
      value={text}
      autoFocus
      onFocus={(e) => e.currentTarget.select()}
      onChange={(e) => setText(e.currentTarget.value)}
      onKeyDown={key}
      onBlur={() => end(true)}
    />
  );
}

export function GroupName({ scene }: { scene: Scene }) {
  const renaming = useHand((s) => s.renaming);
  const box = scene.groups.find((g) => g.key === renaming);
  return <ViewportPortal>{box && <Name key={box.key} box={box} />}</ViewportPortal>;
}
