// Which picture stands for a save: what its workflow gave last, as the page or the server knows.
import { refreshNewest, useNewest } from '../net/newest.ts';
import { FOLDER } from '../net/userdata.ts';
import { keepPicture } from '../net/versions.ts';
import { getLastPictures } from '../share/pictures.ts';

/** The newest save of a path, and the document's uid. Saving does not wait for it, and nobody misses it where it fails. */
export async function pictureVersion(path: string, uid: string) {
  const [own] = getLastPictures(uid);
  if (!own) await refreshNewest();
  const file = own ?? useNewest.getState().pictures.get(path.slice(FOLDER.length + 1).replace(/\.json$/i, ''));
  if (file) await keepPicture(path, file);
}
