// The name of a group while it is written, where it stands.
import { ViewportPortal } from '@xyflow/react';
import { renameGroup } from '../doc/ops-groups.ts';
import { useWords } from '../i18n/words.ts';
import { atNow } from './edit.ts';
import { NameField } from './NameField.tsx';
import type { GroupView, Scene } from './scene.ts';
import { useHand } from './view.ts';

function Name({ box }: { box: GroupView }) {
  const words = useWords().canvas;
  const keep = (text: string) => {
    const at = atNow();
    if (at) renameGroup(at, box.group.index, text);
  };
  const style = { left: box.x + 4, top: box.y + 3, width: Math.max(120, box.width - 8), height: box.title - 6, fontSize: box.size };
  return <NameField of={box.key} className="group-name" style={style} label={words.groupName} text={box.label} keep={keep} />;
}

export function GroupName({ scene }: { scene: Scene }) {
  const renaming = useHand((s) => s.renaming);
  const box = scene.groups.find((g) => g.key === renaming);
  return <ViewportPortal>{box && <Name key={box.key} box={box} />}</ViewportPortal>;
}
