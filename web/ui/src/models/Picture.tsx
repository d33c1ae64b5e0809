// What a model looks like: the picture beside it or in its header; without one, the mark of what it gives.
import { Icon } from '../app/Icon.tsx';
import { TypeMark } from '../canvas/TypeMark.tsx';
import { at } from '../net/http.ts';
import { useTries } from '../net/tries.ts';
import type { Model } from './list.ts';

const GIVES: Readonly<Record<string, string>> = {
  checkpoints: 'MODEL', diffusion_models: 'MODEL', loras: 'MODEL', vae: 'VAE', vae_approx: 'VAE', text_encoders: 'CLIP', embeddings: 'CONDITIONING',
  clip_vision: 'CLIP_VISION', controlnet: 'CONTROL_NET', style_models: 'STYLE_MODEL', upscale_models: 'UPSCALE_MODEL',
};

const addressOf = (m: Model, side: number) => at(`${m.preview?.slice(1)}?${new URLSearchParams({ limn_w: String(side), limn_h: String(side), v: String(m.at) })}`).href;

export function Picture({ model, side }: { model: Model; side: number }) {
  const src = model.preview ? addressOf(model, side) : '';
  const [key, bad, failed] = useTries(src);
  const type = GIVES[model.kind];

  return (
    <span className="model-picture">
      {src && !bad ? (
        <img key={key} src={src} alt="" decoding="async" draggable={false} onError={failed} />
      ) : type ? (
        <TypeMark type={type} />
      ) : (
        <Icon name="box" />
      )}
    </span>
  );
}
