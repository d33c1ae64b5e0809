// The body of POST /prompt, made of texts, so that a seed's digits are those of the file.

/** A random UUID, where crypto.randomUUID may be missing: a server in the house is http. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface Sending {
  id: string;
  prompt: string; // texts of JSON
  workflow: string;
  client: string;
  uid: string;
  name: string;
  file?: string | undefined; // where it is saved
  seed?: string | undefined;
  outputs: readonly string[];
  targets?: readonly string[];
  first?: boolean;
  grid?: { id: string; x: number; y: number }; // of which it is a cell
}

/** The body of POST /prompt. */
export function bodyOf({ id, prompt, workflow, client, uid, name, file, seed, outputs, targets, first, grid }: Sending): string {
  const limn = JSON.stringify({ uid, name, outputs, ...(file === undefined ? {} : { file }), ...(seed === undefined ? {} : { seed }), ...(grid ? { grid: grid.id, x: grid.x, y: grid.y } : {}) });
  const members = [
    `"prompt":${prompt}`,
    `"prompt_id":${JSON.stringify(id)}`,
    `"client_id":${JSON.stringify(client)}`,
    `"extra_data":{"extra_pnginfo":{"workflow":${workflow}},"limn":${limn}}`,
    ...(first ? ['"front":true'] : []),
    ...(targets ? [`"partial_execution_targets":${JSON.stringify(targets)}`] : []),
  ];
  return `{${members.join(',')}}`;
}
