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
