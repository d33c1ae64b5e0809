// Where the pictures of a grid stand: rows of tiles, under headings. No page, no network: Node's tests run it.

export interface Row {
  y: number;
  height: number;
  heading?: string; // else tiles
  from: number; // tiles: the index of the first, and behind the last
  to: number;
}

export interface Grid {
  rows: readonly Row[];
  columns: number;
  side: number; // of a tile, pixels
  height: number;
}

export const GAP = 6;
const HEADING = 28;
const AIR = 300; // pixels above and below what is in sight

/** `headings`: of each picture, "" for none; a new one begins where it changes. `text`: letters so many times as large. */
export function gridOf(headings: readonly string[], width: number, least: number, text = 1): Grid {
  const columns = Math.max(1, Math.floor((width + GAP) / (least + GAP)));
  const side = Math.max(1, (width - GAP * (columns - 1)) / columns);
  const rows: Row[] = [];
  let y = 0;
  for (let from = 0, to = 0; from < headings.length; from = to) {
    const heading = headings[from] ?? '';
    if (heading && heading !== headings[from - 1]) {
      rows.push({ y, height: HEADING * text, heading, from, to: from });
      y += HEADING * text;
    }
    while (to < headings.length && to < from + columns && headings[to] === heading) to++;
    rows.push({ y, height: side, from, to });
    y += side + GAP;
  }
  return { rows, columns, side, height: y };
}

/** Those in sight, and the one with the picture that has the focus. */
export function rowsIn({ rows }: Grid, top: number, height: number, focus: number): Row[] {
  return rows.filter((r) => (r.y + r.height > top - AIR && r.y < top + height + AIR) || (r.from <= focus && focus < r.to));
}

/** The picture so many rows of tiles further, in the same column or the last of its row. */
export function stepOf({ rows }: Grid, at: number, by: number): number {
  const tiles = rows.filter((r) => r.to > r.from);
  const mine = tiles.findIndex((r) => at < r.to);
  const row = tiles[Math.max(0, Math.min(tiles.length - 1, mine + by))];
  return row && tiles[mine] ? Math.min(row.from + at - tiles[mine].from, row.to - 1) : at;
}

const DAY_MS = 86_400_000;
const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);

/** "Today", "Yesterday", "Fri 20 Nov", with the year where it is another; said once for each day. */
export function dayNames(locale: string, now: number): (ms: number) => string {
  const known = new Map<number, string>();
  const near = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const say = (day: number) => {
    const ago = Math.round((day - midnight(now)) / DAY_MS);
    if (ago === 0 || ago === -1) return near.format(ago, 'day').replace(/^./, (c) => c.toLocaleUpperCase(locale));
    const year = new Date(day).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' as const };
    return new Date(day).toLocaleDateString(locale, { weekday: 'short', day: 'numeric', month: 'short', ...year });
  };
  return (ms) => {
    const day = midnight(ms);
    const said = known.get(day) ?? say(day);
    known.set(day, said);
    return said;
  };
}
