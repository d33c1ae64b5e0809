// What else may stand in for a model file that is not here: any file of its folder, those that may be meant first.
import { useEffect, useMemo } from 'react';
import { bytes } from '../i18n/format.ts';
import { useRoom } from '../i18n/room.ts';
import { models as room } from '../i18n/words/models.ts';
import { refreshModels, useModels, type Model } from '../models/list.ts';
import { badgeOf, likest } from '../models/shown.ts';

const MOST = 500;
const MOST_LIKE = 5;

const says = (m: Model) => [m.name, badgeOf(m), bytes(m.bytes)].filter(Boolean).join(' · ');

interface Props {
  folder: string;
  name: string; // of the one that is missing
  near: readonly string[];
  used: string | undefined;
  use: (name: string) => void;
}

export function Another({ folder, name, near, used, use }: Props) {
  const words = useRoom(room);
  const listed = useModels((s) => s.lists[folder]?.models);
  const all = useMemo(() => [...new Map((listed ?? []).map((m) => [m.name, m])).values()], [listed]);
  const first = useMemo(() => {
    const told = near.flatMap((n) => all.find((m) => m.name === n) ?? []);
    return [...new Set([...told, ...likest(all, name, MOST_LIKE)])];
  }, [all, near, name]);
  const option = (m: Model) => (
    <option key={m.name} value={m.name}>
      {says(m)}
    </option>
  );

  useEffect(() => void refreshModels(folder), [folder]);
  if (!all.length) return null;
  const rest = all.filter((m) => !first.includes(m)).slice(0, MOST);
  return (
    <select aria-label={words.instead(name)} value={all.some((m) => m.name === used) ? used : ''} onChange={(e) => use(e.target.value)}>
      <option value="" disabled>
        {words.another(all.length)}
      </option>
      {first.length > 0 && <optgroup label={words.near}>{first.map(option)}</optgroup>}
      {rest.length > 0 && <optgroup label={words.all}>{rest.map(option)}</optgroup>}
    </select>
  );
}
