// Where a node is put that nobody pointed a place for: in the middle of what is seen.
import { view } from '../canvas/view.ts';

export function centreOfView(): readonly [number, number] {
  const { camera, size } = view;
  return [Math.round((size.width / 2 - camera.x) / camera.zoom - 100), Math.round((size.height / 2 - camera.y) / camera.zoom - 60)];
}
