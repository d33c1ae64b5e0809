"""tiny.py: the narrow checkpoint of weights.py inside ComfyUI's own classes, as its loader would have built them.

ComfyUI's loader knows families by fixed widths and refuses narrow files, so its SD 1.5 description is given the widths
that its own detection reads off the tensors.  Everything is float32; the values are the file's float16 ones.
"""
import weights


def load(kind="tiny"):
    """(MODEL, CLIP, VAE) as CheckpointLoaderSimple answers them."""
    import comfy.model_detection
    import comfy.model_patcher
    import comfy.sd
    import comfy.supported_models
    import torch
    k = weights.KINDS[kind]
    sd = {name: torch.from_numpy(weights.tensor(name, shape)).float() for name, shape in weights.layout(kind)}
    cpu = torch.device("cpu")

    config = comfy.supported_models.SD15(comfy.model_detection.detect_unet_config(sd, weights.UNET))
    assert config.unet_config["model_channels"] == k["unet"] and tuple(config.unet_config["channel_mult"]) == k["unet_mult"]
    config.set_inference_dtype(torch.float32, None)
    model = config.get_model(sd, weights.UNET, device=cpu)
    model.load_model_weights(dict(sd), weights.UNET)
    check(model.diffusion_model, sd, weights.UNET)
    patcher = comfy.model_patcher.ModelPatcher(model, load_device=cpu, offload_device=cpu)

    w = k["text"]
    text = {"hidden_size": w, "num_attention_heads": w // 64, "intermediate_size": 4 * w, "projection_dim": w}
    clip = comfy.sd.CLIP(config.clip_target(), tokenizer_data={}, parameters=1,
                         model_options={"clip_l_model_config": text, "dtype": torch.float32})
    clip.load_sd(config.process_clip_state_dict(dict(sd)), full_model=True)
    check(clip.cond_stage_model.clip_l.transformer.text_model, sd, weights.TEXT)

    vae_sd = {name[len(weights.VAE):]: t for name, t in sd.items() if name.startswith(weights.VAE)}
    shape = {"double_z": True, "z_channels": 4, "resolution": 256, "in_channels": 3, "out_ch": 3, "ch": k["vae"],
             "ch_mult": list(k["vae_mult"]), "num_res_blocks": 2, "attn_resolutions": [], "dropout": 0.0}
    vae = comfy.sd.VAE(sd=vae_sd, config={"params": {"ddconfig": shape, "embed_dim": 4}}, dtype=torch.float32)
    check(vae.first_stage_model, sd, weights.VAE)
    return patcher, clip, vae


def check(module, sd, prefix):
    """Every parameter of the module is the file's, and the file has none left over."""
    import torch
    own = module.state_dict()
    theirs = {name[len(prefix):]: t for name, t in sd.items() if name.startswith(prefix)}
    assert set(own) == set(theirs), set(own) ^ set(theirs)
    for name, t in own.items():
        assert t.dtype == torch.float32 and torch.equal(t, theirs[name]), name
