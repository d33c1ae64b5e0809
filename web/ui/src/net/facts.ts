// How large a file of the server's is.
import type { OutputFile } from './files.ts';
import { getJson, numberAt } from './http.ts';

export interface Facts {
  bytes: number;
  width?: number | undefined; // of a picture
  height?: number | undefined;
}

/** Throws what the request throws. */
export async function factsOf({ filename, subfolder, type }: OutputFile): Promise<Facts> {
  const told = await getJson(`limn/file?${new URLSearchParams({ filename, subfolder, type })}`);
  return { bytes: numberAt(told, 'size') ?? 0, width: numberAt(told, 'width'), height: numberAt(told, 'height') };
}
