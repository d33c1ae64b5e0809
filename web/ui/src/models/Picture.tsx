// What a model looks like: the picture beside it or in its header; without one, the mark of what it gives.
import { useEffect, useState } from 'react';
import { Icon } from '../app/Icon.tsx';
import { TypeMark } from '../canvas/TypeMark.tsx';
import { at } from '../net/http.ts';
import type { Model } from './list.ts';

const GIVES: Readonly<Record<string, string>> = {
  checkpoints: 'MODEL', diffusion_models: 'MODEL', loras: 'MODEL', vae: 'VAE', vae_approx: 'VAE', text_encoders: 'CLIP', embeddings: 'CONDITIONING',
  clip_vision: 'CLIP_VISION', controlnet: 'CONTROL_NET', style_models: 'STYLE_MODEL', upscale_models: 'UPSCALE_MODEL',
};
const AGAIN_MS = 1500; // the server was busy with others

const addressOf = (m: Model, side: number) => at(`${m.preview?.slice(1)}?${new URLSearchParams({ limn_w: String(side), limn_h: String(side), v: String(m.at) })}`).href;

export function Picture({ model, side }: { model: Model; side: number }) {
  const [tries, setTries] = useState(0);
  const src = model.preview && tries >= 0 ? addressOf(model, side) + (tries ? `&again=${tries}` : '') : '';
  const type = GIVES[model.kind];

  useEffect(() => setTries(0), [model.preview, model.at]);
  return (
    <span className="model-picture">
      {src ? (
        <img src={src} alt="" decoding="async" draggable={false} onError={() => setTimeout(() => setTries((n) => (n === 0 ? 1 : -1)), tries ? 0 : AGAIN_MS)} />
      ) : type ? (
        <TypeMark type={type} />
      ) : (
        <Icon name="box" />
      )}
    </span>
  );
}
