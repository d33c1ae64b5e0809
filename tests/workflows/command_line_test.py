"""The command line from outside: what goes in, what comes out, and every kind of bad input."""
import json
import re
import resource
import signal
import subprocess
import sys
import time

from limn import (PROGRAM, ROOT, base, limn, main, png_texts, test, text2image)

SMALL = {"1": {"class_type": "EmptyImage",
               "inputs": {"width": 32, "height": 16, "batch_size": 1, "color": 255}},
         "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "small"}}}


def small(**changes):
    graph = json.loads(json.dumps(SMALL))
    for name, value in changes.items():
        node, key = name.split("_", 1)
        graph[node[1:]]["inputs"][key] = value
    return graph


def want(result, status, *words):
    assert result.status == status, f"wanted status {status}: {result}"
    for word in words:
        assert word in result.err, f"wanted {word!r} in: {result}"


@test
def help_and_version_answer():
    assert limn("--version").out.startswith("limn ")
    for command in ("run", "check", "nodes", "inspect", "bench", "completion"):
        result = limn(command, "--help")
        assert result.status == 0 and f"limn {command}" in result.out, result
        assert command in limn("--help").out


@test
def a_wrong_command_line_is_status_2():
    want(limn("paint"), 2, "paint")
    want(limn("runn"), 2, "nearest: run")
    want(limn("completion", "tcsh"), 2, "bash, zsh or fish")
    want(limn("run"), 2, "FILE")
    want(limn("run", "x.json", "--sead", "1"), 2, "--sead")
    want(limn("run", "x.json", "--seed"), 2, "--seed")
    want(limn("run", "x.json", "y.json"), 2, "y.json")


@test
def a_picture_is_saved_and_its_path_printed():
    with base() as b:
        result = b.run(SMALL)
        want(result, 0)
        assert b.files() == ["small_00001_.png"], b.files()
        assert result.out.strip().endswith("output/small_00001_.png"), result
        b.run(SMALL)
        assert b.files() == ["small_00001_.png", "small_00002_.png"]


@test
def a_file_that_is_not_there_or_not_json_is_status_4():
    with base() as b:
        want(limn("run", b.path / "none.json"), 4, "none.json")
        want(b.run("{"), 4, "workflow.json", "line 1")
        want(b.run('{"1": {"class_type": "EmptyImage",\n "inputs": {"width": 0x10}}}'), 4, "line 2")
        want(b.run("[" * 5000), 4, "workflow.json")
        want(b.run("\0"), 4, "neither JSON, nor a picture")
        want(b.run(""), 4, "it is empty")
        want(limn("run", ROOT / "models/checkpoints/limn-shapes.safetensors"), 4, "limn inspect")
        want(limn("export", ROOT / "workflows/text2image.json", "-o", b.path), 4, "it is a folder")
        want(b.run('{"nodes": [], "links": []}'), 3, "nothing to run")


@test
def an_unknown_node_is_named_with_its_nearest_relatives():
    graph = small()
    graph["1"]["class_type"] = "EmptyImge"
    with base() as b:
        want(b.run(graph), 3, "workflow.json", "1", "EmptyImge", "EmptyImage")


@test
def every_fault_is_told_at_once_with_node_and_input():
    graph = small(n1_width=0, n1_height="tall", n1_color=["9", 0])
    del graph["1"]["inputs"]["batch_size"]
    with base() as b:
        result = b.check(graph)
        want(result, 3)
        for name in ("width", "height", "color", "batch_size"):
            assert name in result.err, result
        assert result.err.count("EmptyImage") >= 4 and not b.files()
        want(b.run(graph), 3)


@test
def a_link_of_the_wrong_type_and_a_cycle_are_refused():
    with base() as b:
        graph = text2image()
        graph["6"]["inputs"]["vae"] = ["1", 0]
        want(b.check(graph), 3, "node 6", "vae", "MODEL", "VAE")
        graph = small()
        graph["1"] = {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}}
        want(b.check(graph), 3, "1")


@test
def a_model_that_is_missing_is_named():
    with base() as b:
        graph = text2image()
        graph["1"]["inputs"]["ckpt_name"] = "dreams.safetensors"
        want(b.check(graph), 3, "node 1", "ckpt_name", "dreams.safetensors")
        assert b.check(graph).err.count(f"checkpoints is {b.path}/models/checkpoints; --base DIR or --extra") == 1
        (b.path / "models/checkpoints/dreams.ckpt").write_bytes(b"x")
        graph["1"]["inputs"]["ckpt_name"] = "dreams.ckpt"
        want(b.check(graph), 3, '"dreams.ckpt" is in checkpoints, but files of this kind are not read')
        graph["1"]["inputs"]["ckpt_name"] = "../checkpoints/dreams.ckpt"
        want(b.check(graph), 3, "is not among the files of checkpoints")
        graph["1"]["inputs"]["ckpt_name"] = "./limn-shapes.safetensors"
        want(b.check(graph), 3, "is not among the files of checkpoints; nearest: limn-shapes.safetensors")


@test
def a_damaged_model_is_a_sentence_with_its_name():
    with base() as b:
        graph = text2image()
        graph["1"]["inputs"]["ckpt_name"] = "bad.safetensors"
        bad = b.path / "models/checkpoints/bad.safetensors"
        good = (b.path / "models/checkpoints/limn-shapes.safetensors").read_bytes()
        for data in (b"", b"x" * 100, good[:5000], good[:-1], good + b"\0",
                     b"\xff" * 8 + good[8:], (10).to_bytes(8, "little") + b"{} " * 10):
            bad.write_bytes(data)
            result = b.run(graph)  # refused by the check (3) or, past its header, by the loader (4)
            want(result, result.status if result.status in (3, 4) else 4, "workflow.json", "node 1",
                 "bad.safetensors")
        assert b.files() == []


@test
def a_picture_that_cannot_be_read_is_named():
    graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
             "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}
    with base() as b:
        want(b.check(graph), 3, "node 1", "image", "a.png", f"input is {b.path}/input; --base DIR or --input-directory DIR")
        b.run(SMALL)
        whole = (b.path / "output/small_00001_.png").read_bytes()
        (b.path / "output/small_00001_.png").unlink()
        for data in (b"", b"GIF89a", whole[:20], whole[:-20], whole[:60] + b"\0" + whole[61:]):
            (b.path / "input/a.png").write_bytes(data)
            want(b.run(graph), 4, "node 1", "a.png")
        assert b.files() == []


@test
def settings_and_seeds_arrive_exactly():
    with base() as b:
        result = b.run(SMALL, "--set", "1.width=48", "--set", "SaveImage.filename_prefix=a/b")
        want(result, 0)
        assert b.files() == ["a/b_00001_.png"], b.files()
        texts = png_texts((b.path / "output/a/b_00001_.png").read_bytes())
        assert json.loads(texts["prompt"])["1"]["inputs"]["width"] == 48
        want(b.run(SMALL, "--set", "1.widht=48"), 2, "widht")
        want(b.run(SMALL, "--set", "nonsense"), 2, "nonsense")
        want(b.check(SMALL, "--set", "9.width=48"), 2, "9.width")
        graph = text2image(steps=1)
        want(b.run(graph, "--seed", "18446744073709551615", "--set", "7.filename_prefix=s"), 0)
        texts = png_texts((b.path / "output/s_00001_.png").read_bytes())
        assert '"seed": 18446744073709551615' in texts["prompt"], texts["prompt"]
        want(b.run(graph, "--seed", "-1"), 2, "-1")


@test
def values_of_options_are_looked_at_before_the_workflow():
    with base() as b:
        broken = small(n1_width=0)
        for option, value in (("--threads", "0"), ("--precision", "f16"), ("--device", "tpu"), ("--jobs", "many"),
                              ("--count", "0"), ("--ram-limit", "lots"), ("--carried", "words")):
            result = b.run(broken, option, value)
            want(result, 2, f"{option} {value}")
            assert result.err.count("\n") == 1, result
        want(b.check(SMALL, "--no-plugins", "--plugin", "none.so"), 2, "--plugin and --no-plugins")
        for words in (["plugins"], ["nodes"], ["pack", b.write(SMALL)], ["export", b.write(SMALL)]):
            want(limn(*words, "--no-plugins", "--plugin", "none.so"), 2, "--plugin and --no-plugins")
        want(limn("pack", b.write(SMALL), "--carried", "words"), 2, "--carried words")
        want(limn("bench", "graph", "--precision", "f16"), 2, "--precision f16")


@test
def where_pictures_cannot_go_is_said_before_the_first_node():
    with base() as b:
        (b.path / "file").write_text("")
        for option in ("--output", "--temp-directory", "--preview"):
            for place in ("file", "file/below"):
                result = b.run(SMALL, option, b.path / place)
                want(result, 4, option, "file", "Not a directory")
                assert "EmptyImage" not in result.err, result
        (b.path / "output").rmdir()
        (b.path / "output").write_text("")
        want(b.check(SMALL), 0)
        want(b.run(SMALL), 4, "--output DIR")
        want(b.run(SMALL, "--output", b.path / "new/and/deep"), 0)
        want(b.run(text2image(steps=1, size=64), "--output", b.path / "new", "--preview", b.path / "seen"), 0)
        assert len(list((b.path / "seen").glob("*.png"))) == 1


@test
def a_count_runs_again_with_the_next_seed():
    with base() as b:
        graph = text2image(steps=1, size=64, seed=2 ** 64 - 2)
        result = b.run(graph, "--count", "3", "--quiet", "--set", "7.filename_prefix=c")
        want(result, 0)
        names = [f"c_{i:05}_.png" for i in (1, 2, 3)]
        assert b.files() == names and [line.split("/")[-1] for line in result.out.split()] == names, result
        seeds = [json.loads(png_texts((b.path / "output" / name).read_bytes())["prompt"])["5"]["inputs"]["seed"]
                 for name in names]
        assert seeds == [2 ** 64 - 2, 2 ** 64 - 1, 0], seeds
        shown = b.run(graph, "--count", "2").err
        assert shown.count("KSampler") == 2 and shown.count("CheckpointLoaderSimple") == 1, shown
        assert len(json.loads(b.run(graph, "--count", "2", "--json").out)["files"]) == 2
        want(b.run(SMALL, "--count", "5"), 0, "has no seed of its own")
        assert sum(name.startswith("small") for name in b.files()) == 1
        for count in ("0", "-1", "many"):
            want(b.run(SMALL, "--count", count), 2, "--count")


@test
def the_answer_as_json_can_be_read():
    with base() as b:
        answer = json.loads(b.run(SMALL, "--json").out)
        assert answer["status"] == "success" and len(answer["files"]) == 1
        assert answer["outputs"]["2"]["images"][0]["filename"] == "small_00001_.png"
        assert json.loads(b.check(small(n1_width=0), "--json").out)["issues"][0]["node"] == "1"


@test
def names_cannot_leave_their_folders():
    with base() as b:
        (b.path / "secret.png").write_bytes(b"secret")
        for name in ("../secret.png", "/etc/passwd", "a/../../secret.png", "..\\secret.png", "a\0b"):
            graph = {"1": {"class_type": "LoadImage", "inputs": {"image": name}},
                     "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}
            assert b.run(graph).status in (3, 4), name
        for prefix in ("../out", "/tmp/out", "a/../../out"):
            result = b.run(small(n2_filename_prefix=prefix))
            assert result.status != 0 and not list(b.path.glob("**/out_*")), result
        assert b.files() == []


@test
def a_full_disk_leaves_nothing_behind():
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    with base() as b:
        result = b.run(small(n1_width=512, n1_height=512, n1_color=123456), preexec_fn=limit)
        want(result, 4, "node 2")
        assert b.files() == [], b.files()


@test
def too_little_memory_is_a_sentence_and_a_status():
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    if "asan" in str(PROGRAM) or "tsan" in str(PROGRAM):
        return  # sanitizers reserve more than the limit
    with base() as b:
        graph = small(n1_width=16384, n1_height=16384)
        result = b.run(graph, "--threads", "1", preexec_fn=limit)
        assert result.status == 6 and "it needs 3.2 GB" in result.err, result
        assert b.files() == []


@test
def ctrl_c_ends_a_run_with_130_and_nothing_half_written():
    with base() as b:
        path = b.write(text2image(steps=10000, size=256))
        process = subprocess.Popen([PROGRAM, "run", path, "--base", b.path, "--precision", "f32"],
                                   stderr=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        time.sleep(1.5)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        print(f"   stopped {1000 * (time.monotonic() - began):.0f} ms after Ctrl-C")
        assert process.returncode == 130, (process.returncode, err)
        assert b.files() == []


@test
def nodes_and_completion_speak():
    assert "KSampler" in limn("nodes").out
    assert "denoise" in limn("nodes", "KSampler").out
    want(limn("nodes", "KSampla"), 2, "KSampler")
    info = json.loads(limn("nodes", "--json").out)
    assert info["KSampler"]["input"]["required"]["seed"][1]["max"] == 18446744073709551615
    for shell in ("bash", "zsh", "fish"):
        assert "inspect" in limn("completion", shell).out
    script = limn("completion", "bash").out
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


@test
def completion_knows_every_command_and_option():
    bash, fish = limn("completion", "bash").out, limn("completion", "fish").out
    rows = re.findall(r"^ +([a-z]+)\) options=\"(.*)\"", bash, re.M)
    assert len(rows) >= 6 and all(f"-a {command}" in fish for command, _ in rows), rows
    for command, row in rows:
        row = row.split()
        for option in re.findall(r"^  (--?[a-z-]+)", limn(command, "--help").out, re.M):
            assert option in row, (command, option)
            name = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            assert option == "--help" or re.search(rf"from {command}' {name}( -r)?$", fish, re.M), (command, option)


@test
def inspect_tells_what_a_file_is():
    model = limn("inspect", "models/checkpoints/limn-shapes.safetensors")
    want(model, 0)
    for word in ("Stable Diffusion 1", "F16", "sha256", "tensors"):
        assert word in model.out, model
    with base() as b:
        b.run(SMALL)
        picture = limn("inspect", b.path / "output/small_00001_.png")
        assert "EmptyImage" in picture.out and "32" in picture.out, picture
        b.write("nothing", "x.bin")
        want(limn("inspect", b.path / "x.bin"), 4, "x.bin")
        want(limn("inspect", b.path / "none"), 4, "none")


if __name__ == "__main__":
    sys.exit(main())
