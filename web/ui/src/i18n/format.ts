// Numbers as people read them; the same in every language, so that they can be compared and copied.

/** 1 to 3 figures and a binary unit: "9.3 GB". */
export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${n >= 9.95 || unit === 0 ? Math.round(n) : n.toFixed(1)} ${units[unit]}`;
}

/** 0.5 -> "50 %" */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** Steps a second: "3.1", "12" */
export const rate = (steps: number): string => steps.toFixed(steps < 10 ? 1 : 0);

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [['minute', 60], ['hour', 3600], ['day', 86400], ['month', 2629800], ['year', 31557600]];

/** "3 min. ago"; a moment ago is 0 minutes. */
export function ago(then: number, locale: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - then) / 1000);
  const [unit, size] = STEPS.findLast(([, size]) => seconds >= size) ?? STEPS[0]!;
  return new Intl.RelativeTimeFormat(locale, { style: 'narrow', numeric: 'auto' }).format(-Math.floor(seconds / size), unit);
}

/** "14:02" */
export function clock(then: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(then);
}
