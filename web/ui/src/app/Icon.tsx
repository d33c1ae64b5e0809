// The pictures on buttons, drawn for this page: outlines on a grid of 20.
const paths = {
  up: 'M5 12.5 10 7.5 15 12.5',
  warning: 'M10 3.2 17.6 16.4H2.4ZM10 8.2v3.6M10 14.1v.1',
  box: 'M10 2.8 16.4 6.3v7.4L10 17.2 3.6 13.7V6.3ZM3.6 6.3 10 9.8l6.4-3.5M10 9.8v7.4',
  check: 'M4 10.6 8.2 14.8 16 6',
  chevron: 'M7.5 5 12.5 10 7.5 15',
  clock: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 6.4V10l2.6 1.8',
  close: 'M5.5 5.5 14.5 14.5M14.5 5.5 5.5 14.5',
  copy: 'M7.4 7.4h9v9h-9ZM12.6 7.4V3.6h-9v9h3.8',
  down: 'M5 7.5 10 12.5 15 7.5',
  export: 'M10 12.4V3.4M6.6 6.6 10 3.2l3.4 3.4M4 11.6v4.8h12v-4.8',
  file: 'M5 3h6.6L15.4 6.8V17H5ZM11.4 3v4h4',
  folder: 'M2.8 5h5l1.8 2.2h7.6V15.4H2.8ZM2.8 7.2h6.8',
  gear: 'M10 7.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2ZM8.5 2.8h3l.5 2.1 1.6.9 2-.6 1.5 2.6-1.5 1.5v1.4l1.5 1.5-1.5 2.6-2-.6-1.6.9-.5 2.1h-3l-.5-2.1-1.6-.9-2 .6-1.5-2.6 1.5-1.5V9.3L3.4 7.8l1.5-2.6 2 .6 1.6-.9Z',
  image: 'M3 4h14v12H3ZM3 13.2 7 9.4l3.4 3.2 2.6-2.4 4 3.6M12.8 7.4v.1',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM10 9.2v4.6M10 6.4v.1',
  keys: 'M2.6 5.6h14.8v8.8H2.6ZM5.6 8.4v.1M8.6 8.4v.1M11.6 8.4v.1M14.6 8.4v.1M6.6 11.6h6.8',
  minus: 'M5 10h10',
  moon: 'M16.2 12.3A6.8 6.8 0 0 1 7.7 3.8a6.8 6.8 0 1 0 8.5 8.5Z',
  more: 'M5 10v.1M10 10v.1M15 10v.1',
  nodes: 'M3 4.4h5.6v4.4H3ZM11.4 11.2H17v4.4h-5.6ZM8.6 6.6h2.2c2.4 0 .8 6.8 0 6.8h.6',
  outline: 'M3.4 5h2M8 5h8.6M6 10h2M10.6 10h6M6 15h2M10.6 15h6M4.4 7.4V15H6M4.4 10H6',
  pause: 'M6.6 4.4v11.2M13.4 4.4v11.2',
  pencil: 'M4 16l.8-3.4L13 4.4l2.6 2.6-8.2 8.2ZM11.4 6l2.6 2.6',
  pin: 'M6.8 3.4h6.4M8.2 3.4v4.4L5.6 11.2h8.8L11.8 7.8V3.4M10 11.2v5.4',
  point: 'M2.6 10h4.2M13.2 10h4.2M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z',
  play: 'M6.4 4 15.6 10 6.4 16Z',
  plus: 'M5 10h10M10 5v10',
  queue: 'M3.4 5h13.2M3.4 10h13.2M3.4 15h7.6',
  redo: 'M16 8.4H8.4a4 4 0 0 0 0 8H13M16 8.4l-3.4-3.4M16 8.4l-3.4 3.4',
  refresh: 'M16 10a6 6 0 1 1-1.8-4.3M14.4 2.6v3.3h-3.3',
  save: 'M3.6 3.6h10L16.4 6.4v10H3.6ZM6.6 3.6v4h5.6v-4M6.2 16.4v-5h7.6v5',
  search: 'M8.8 3.6a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4ZM12.6 12.6 16.6 16.6',
  sliders: 'M3.2 6h6.4M14 6h2.8M11.8 3.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4ZM3.2 14H6M10.4 14h6.4M8.2 11.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4Z',
  star: 'M10 3.2 12 7.6l4.8.5-3.6 3.2 1.1 4.8L10 13.6l-4.3 2.5 1.1-4.8L3.2 8.1 8 7.6Z',
  stop: 'M5.4 5.4h9.2v9.2H5.4Z',
  sun: 'M10 6.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M4.3 15.7l1.2-1.2M14.5 5.5l1.2-1.2',
  templates: 'M3.4 3.4h5.4v5.4H3.4ZM11.2 3.4h5.4v5.4h-5.4ZM3.4 11.2h5.4v5.4H3.4ZM11.2 11.2h5.4v5.4h-5.4Z',
  trash: 'M4 5.6h12M8 5.6V3.4h4v2.2M5.4 5.6l.7 11h7.8l.7-11M8.6 8.6v5M11.4 8.6v5',
  undo: 'M4 8.4h7.6a4 4 0 0 1 0 8H7M4 8.4l3.4-3.4M4 8.4l3.4 3.4',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
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
