// Reads files beside the page, so that a large one does not hold it up.
import { findCarried } from './carried.ts';

addEventListener('message', async (e: MessageEvent<File>) => {
  try {
    postMessage(await findCarried(new Uint8Array(await e.data.arrayBuffer())));
  } catch (fault) {
    postMessage({ fault: 'damaged', detail: fault instanceof Error ? fault.message : String(fault) });
  }
});
