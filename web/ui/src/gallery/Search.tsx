// The line that pictures are looked for by.
import { useEffect, useRef, useState } from 'react';
import { useRoom } from '../i18n/room.ts';
import { gallery } from '../i18n/words/gallery.ts';

const LETTERS_MS = 250;

/** `seek` is called when somebody has stopped typing; while a word is being put together it is not. */
export function Search({ sought, seek, focus }: { sought: string; seek: (sought: string) => void; focus?: boolean }) {
  const words = useRoom(gallery);
  const [text, setText] = useState(sought);
  const [composing, last] = [useRef(false), useRef(sought)];

  useEffect(() => {
    if (composing.current || text === last.current) return;
    const timer = setTimeout(() => seek((last.current = text)), LETTERS_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      value={text}
      placeholder={words.search}
      aria-label={words.search}
      title={words.searchHint}
      data-focus={focus || undefined}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={(e) => ((composing.current = false), setText(e.currentTarget.value), seek((last.current = e.currentTarget.value)))}
      onChange={(e) => setText(e.target.value)}
    />
  );
}
