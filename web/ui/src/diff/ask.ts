// Asks the server what changed from one workflow to another.
import { isRefusal, postText, sentenceIn } from '../net/http.ts';
import { readFound, type Found } from './changes.ts';

/** Both as texts. Throws with a sentence. */
export async function askDiff(was: string, now: string, signal?: AbortSignal): Promise<Found> {
  try {
    return readFound(await postText('limn/diff', `{"a":${was},"b":${now}}`, signal));
  } catch (e) {
    if (isRefusal(e) && sentenceIn(e.said)) throw new Error(sentenceIn(e.said));
    throw e;
  }
}
