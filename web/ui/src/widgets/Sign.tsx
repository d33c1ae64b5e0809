// The small pictures in fields: outlines on a grid of 16, drawn for this page.
const paths = {
  die: 'M3 3h10v10H3ZM5.8 5.8v.1M10.2 5.8v.1M8 8v.1M5.8 10.2v.1M10.2 10.2v.1',
  random: 'M2 5h2.2c3.2 0 3.6 6 6.8 6H14M2 11h2.2c1.2 0 2-.8 2.6-1.9M8.2 6.9C8.8 5.8 9.6 5 11 5H14M12.3 3.2 14 5l-1.7 1.8M12.3 9.2 14 11l-1.7 1.8',
  fixed: 'M4.4 7.400h7.200v5.400H4.400ZM5.8 7.400V5.400a2.2 2.2 0 0 1 4.4 0v2',
  more: 'M8 12.800V3.400M4.4 7 8 3.4 11.6 7',
  less: 'M8 3.200v9.400M4.4 9 8 12.6 11.6 9',
  file: 'M8 10.600V3.200M5 6.2 8 3.200l3 3M3 10.400v2.600h10v-2.6',
  mask: 'M3 13c-.6-2.400.4-4 2-4s2.600 2.200 1.200 3.400S3.800 13.400 3 13ZM6.600 9.400 13 3',
  copy: 'M6 6h7v7H6ZM10 6V3H3v7h3',
  again: 'M13 8a5 5 0 1 1-1.5-3.600M11.7 1.800v2.800H8.9',
} as const;

export type SignName = keyof typeof paths;

export function Sign({ name }: { name: SignName }) {
  return (
    <svg className="sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
