// The pictures on buttons, drawn for this page: outlines on a grid of 20.
const paths = {
  moon: 'M16.2 12.3A6.8 6.8 0 0 1 7.7 3.8a6.8 6.8 0 1 0 8.5 8.5Z',
  sun: 'M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2',
  minus: 'M5 10h10',
  plus: 'M5 10h10M10 5v10',
} as const;

export function Icon({ name }: { name: keyof typeof paths }) {
  return (
    <svg className="glyph" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** Two sockets and the link between them. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M5 6c5.5 0 4.5 8 10 8" />
      <circle cx="4.6" cy="6" r="2.4" />
      <circle cx="15.4" cy="14" r="2.4" />
    </svg>
  );
}
