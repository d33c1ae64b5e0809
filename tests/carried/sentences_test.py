"""What limn check says about every kind of thing that keeps a workflow from running here, word for word."""
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
from limn import base, main, test, text2image  # noqa: E402

MODELS = ("checkpoints/sd/Dreams_v1.5.safetensors", "checkpoints/photo.safetensors", "vae/soft.safetensors")


def changed(*changes):
    """The workflow of text2image with ("node.input", value) changed; None takes the input away."""
    graph = text2image(size=64)
    for place, value in changes:
        node, _, name = place.partition(".")
        if not name:
            graph[node] = value
        elif name == "class_type":
            graph[node]["class_type"] = value
        elif value is None:
            del graph[node]["inputs"][name]
        else:
            graph[node]["inputs"][name] = value
    return graph


def said(b, *changes):
    """What limn check says -> its lines without the name of the file."""
    result = b.check(changed(*changes))
    assert result.status == 3, result
    return [line.split("workflow.json: ", 1)[1] for line in result.err.splitlines() if not line.startswith("limn: note: ")]


TABLE = [
    # classes
    ([("7.class_type", "SaveAnimatedWEBP")],
     "node 7 (SaveAnimatedWEBP): this is one of ComfyUI's own nodes, and limn does not have it yet"),
    ([("5.class_type", "KSamplr")],
     "node 5 (KSamplr): limn has no node of this class; nearest: KSampler"),
    ([("5.class_type", "LoraLoadr")],
     "node 5 (LoraLoadr): limn has no node of this class; nearest: ComfyUI's LoraLoader, which limn does not "
     "have yet"),
    ([("5.class_type", "Efficient Thing")],
     "node 5 (Efficient Thing): limn has no node of this class"),
    ([("5", {"class_type": "FaceDetailer", "inputs": {}, "_meta": {"cnr_id": "comfyui-impact-pack"}})],
     "node 5 (FaceDetailer): limn has no node of this class; it comes from comfyui-impact-pack"),
    ([("5", {"class_type": "KSamplerPlus", "inputs": {}, "_meta": {"aux_id": "somebody/plus\33[2J"}})],
     "node 5 (KSamplerPlus): limn has no node of this class; it comes from somebody/plus?[2J; nearest: KSampler"),
    ([("5", {"class_type": "BrandNew", "inputs": {}, "_meta": {"cnr_id": "comfy-core"}})],
     "node 5 (BrandNew): this is one of ComfyUI's own nodes, and limn does not have it yet"),
    ([("5", {"inputs": {}})], "node 5: it has no class_type"),
    # model files
    ([("1.ckpt_name", "Dreams_v1.5.safetensors")],
     'node 1 (CheckpointLoaderSimple), ckpt_name: "Dreams_v1.5.safetensors" is not among the files of checkpoints; '
     "nearest: sd/Dreams_v1.5.safetensors"),
    ([("1.ckpt_name", "SD\\dreams_v1.5.ckpt")],
     'node 1 (CheckpointLoaderSimple), ckpt_name: "SD\\dreams_v1.5.ckpt" is not among the files of checkpoints; '
     "nearest: sd/Dreams_v1.5.safetensors"),
    ([("1.ckpt_name", "fotos.safetensors")],
     'node 1 (CheckpointLoaderSimple), ckpt_name: "fotos.safetensors" is not among the files of checkpoints: '
     "limn-shapes.safetensors, photo.safetensors, sd/Dreams_v1.5.safetensors"),
    ([("1.ckpt_name", "photos.safetensors")],
     'node 1 (CheckpointLoaderSimple), ckpt_name: "photos.safetensors" is not among the files of checkpoints; '
     "nearest: photo.safetensors"),
    ([("1.ckpt_name", 7)],
     "node 1 (CheckpointLoaderSimple), ckpt_name: 7 is not among the files of checkpoints: "
     "limn-shapes.safetensors, photo.safetensors, sd/Dreams_v1.5.safetensors"),
    # choices
    ([("5.sampler_name", "lms")],
     'node 5 (KSampler), sampler_name: "lms" is known, but limn cannot do it yet; it can do euler, euler_ancestral, '
     "heun, dpmpp_2m, ddim, uni_pc"),
    ([("5.sampler_name", "eular")],
     'node 5 (KSampler), sampler_name: "eular" is not among the choices: euler, euler_ancestral, heun, dpmpp_2m, '
     "ddim, uni_pc"),
    ([("5.scheduler", "beta")],
     'node 5 (KSampler), scheduler: "beta" is known, but limn cannot do it yet; it can do simple, sgm_uniform, '
     "karras, exponential, ddim_uniform, normal"),
    # numbers and texts
    ([("5.steps", 0)], "node 5 (KSampler), steps: 0 is below the smallest allowed, 1"),
    ([("5.denoise", 1.5)], "node 5 (KSampler), denoise: 1.5 is above the largest allowed, 1.0"),
    ([("5.cfg", "high")], 'node 5 (KSampler), cfg: "high" is not a number'),
    ([("5.steps", "many")], 'node 5 (KSampler), steps: "many" is not a whole number'),
    ([("5.seed", -1)], "node 5 (KSampler), seed: -1 is below the smallest allowed, 0"),
    ([("5.steps", None)], "node 5 (KSampler), steps: it is required and not there (INT)"),
    # links
    ([("5.model", None)], "node 5 (KSampler), model: it must be linked to a node that gives MODEL"),
    ([("5.model", "x")], 'node 5 (KSampler), model: must be linked to a node, and "x" is a constant'),
    ([("5.model", ["1", 2])],
     "node 5 (KSampler), model: takes MODEL, and output 2 of node 1 (CheckpointLoaderSimple) gives VAE"),
]


@test
def every_fault_has_its_sentence():
    with base() as b:
        for name in MODELS:
            path = b.path / "models" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        wrong = []
        for changes, sentence in TABLE:
            lines = said(b, *changes)
            if lines[:1] != [sentence]:
                wrong.append(f"   wanted {sentence}\n   got    " + "\n          ".join(lines))
        assert not wrong, "\n" + "\n".join(wrong)


@test
def unknown_nodes_are_told_first_and_every_other_fault_too():
    with base() as b:
        lines = said(b, ("5.steps", 0), ("1.ckpt_name", "none"), ("9", {"class_type": "LoraLoader"}), ("5.cfg", 101))
        assert [line.split(":")[0] for line in lines] == \
            ["node 9 (LoraLoader)", "node 1 (CheckpointLoaderSimple), ckpt_name", "node 5 (KSampler), steps",
             "node 5 (KSampler), cfg"], lines


@test
def the_same_is_said_as_json():
    with base() as b:
        result = b.check(changed(("5.class_type", "LoraLoader")), "--json")
        issue = json.loads(result.out)["issues"][0]
        assert issue["type"] == "invalid_prompt" and "ComfyUI's own nodes" in issue["sentence"], issue


if __name__ == "__main__":
    sys.exit(main())
