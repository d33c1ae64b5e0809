// Pictures while they form: each is decoded before it is shown, the newest wins, and a blob's URL lives only as long as
// somebody can look at it.

interface Slot {
  shown?: string; // a URL
  busy: boolean;
  next?: Blob; // came while another was decoded
}

export interface Previews {
  /** Calls `show` with a URL once it can be shown; not at all for one that another has overtaken. */
  give(key: string, blob: Blob, show: (url: string) => void): Promise<void>;
  /** Lets go of all whose key begins so. */
  drop(prefix: string): void;
  size(): number;
}

async function decodeImage(url: string) {
  const image = new Image();
  image.src = url;
  await image.decode();
}

/** `decode` ends when what is at a URL can be drawn, and fails when it never can. */
export function makePreviews(decode: (url: string) => Promise<unknown> = decodeImage): Previews {
  const slots = new Map<string, Slot>();

  async function show(key: string, slot: Slot, url: string, tell: (url: string) => void) {
    const good = await decode(url).then(() => slots.get(key) === slot, () => false);
    if (!good) return URL.revokeObjectURL(url);
    const old = slot.shown;
    slot.shown = url;
    tell(url);
    if (old !== undefined) URL.revokeObjectURL(old);
  }

  async function give(key: string, blob: Blob, tell: (url: string) => void) {
    const slot = slots.get(key) ?? { busy: false };
    slots.set(key, slot);
    slot.next = blob;
    if (slot.busy) return;
    slot.busy = true;
    for (let next: Blob | undefined = blob; next && slots.get(key) === slot; next = slot.next) {
      delete slot.next;
      await show(key, slot, URL.createObjectURL(next), tell);
    }
    slot.busy = false;
  }

  function drop(prefix: string) {
    for (const [key, slot] of slots)
      if (key.startsWith(prefix)) {
        if (slot.shown !== undefined) URL.revokeObjectURL(slot.shown);
        slots.delete(key);
      }
  }

  return { give, drop, size: () => slots.size };
}
