#!/usr/bin/env python3
"""What limn serve's command line may say, and what is said about the rest. options_test.py LIMN [NAME]"""
import contextlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

from program import LIMN, ROOT, Served, empty, limn, run_tests

TOKEN = "a-token-of-enough-letters"


class Place:
    """A base folder with a few files around it."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="limn-cli-")
        self.at = Path(self.folder.name)
        self.base = self.at / "base"
        (self.base / "models/checkpoints").mkdir(parents=True)
        return self

    def __exit__(self, *failure):
        self.folder.cleanup()

    def put(self, name, text, mode=0o600):
        path = self.at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    def state(self, live=False):
        """All that is there, with its bytes; of a server's databases that is at work only that they are there."""
        return {str(f): None if live and ".sqlite" in f.name or not f.is_file() else (f.stat().st_mtime_ns, f.read_bytes())
                for f in sorted(self.base.rglob("*"))}

    def verify(self, *options):
        return limn("serve", "--base", self.base, "--port", "0", "--no-plugins", "--verify", *options, cwd=self.at)

    def models(self, *options):
        """The files that CheckpointLoaderSimple offers."""
        status, out, err = limn("nodes", "CheckpointLoaderSimple", "--json", "--no-plugins", "--base", self.base, *options, cwd=self.at)
        assert status == 0, (status, err)
        return json.loads(out)["input"]["required"]["ckpt_name"][0]


def a_wrong_value_is_one_sentence_that_names_it():
    wrong = [("--port", "70000"), ("--port", "x"), ("--listen", "here"), ("--listen", "1.2.3"), ("--listen", "127.0.0.1,x"),
             ("--preview-method", "x"), ("--preview-size", "5"), ("--log-format", "xml"), ("--verbose", "LOUD"),
             ("--max-prompt-size", "33"), ("--max-prompt-size", "0"), ("--max-upload-size", "-1"),
             ("--max-upload-size", "many"), ("--history-entries", "-1"), ("--history-days", "x"), ("--history-size", "1X"),
             ("--max-pending", "1.5"), ("--queue-at-start", "later"), ("--rate-limit", "-1"), ("--header-timeout", "0"), ("--body-timeout", "1h"), ("--hang-timeout", "-3"), ("--job-timeout", "1e9"), ("--device", "abacus"),
             ("--precision", "f8"), ("--threads", "0"), ("--jobs", "65"), ("--ram-limit", "5"), ("--cache-lru", "0"),
             ("--allowed-host", "a/b"), ("--allowed-host", ""), ("--allowed-host", "a:"), ("--allowed-host", "a b"),
             ("--enable-cors-header", "http://a/b"), ("--enable-cors-header", "null"), ("--tls-keyfile", "x"),
             ("--cache-disk-size", "1GB"), ("--no-such-option",), ("--port",), ("a-word",)]
    with Place() as p:
        for words in wrong:
            status, out, err = p.verify(*words)
            assert status == 2 and not out, (words, status, out, err)
            assert words[0] in err and len(err.splitlines()) <= 2, (words, err)


def a_file_that_is_missing_or_wrong_is_named():
    with Place() as p:
        p.put("open.txt", TOKEN, 0o644)
        p.put("short.txt", "short\n")
        p.put("lines.txt", TOKEN + "\n" + TOKEN)
        p.put("long.txt", "x" * 600)
        p.put("empty.txt", "")
        p.put("nul.txt", TOKEN + "\0\0")
        p.put("bad.yaml", "a: [1\n")
        p.put("list.yaml", "- a\n- b\n")
        os.mkfifo(p.at / "fifo", 0o600)
        for option, name in [("--auth-token-file", n) for n in
                             ("open.txt", "short.txt", "lines.txt", "long.txt", "empty.txt", "nul.txt", "none.txt", "fifo",
                              "base")] + \
                            [("--extra-model-paths-config", n) for n in ("bad.yaml", "list.yaml", "none.yaml", "base")]:
            status, out, err = p.verify(option, name)
            assert (status, out) == (4, ""), (option, name, status, out, err)
            assert name in err and len(err.splitlines()) == 1, (name, err)
            assert TOKEN not in err, err
        status, out, err = limn("serve", "--base", p.at / "nowhere", "--verify")
        assert status == 4 and "nowhere" in err, (status, err)


def strangers_are_let_in_by_a_word_only():
    with Place() as p:
        token = p.put("token", TOKEN + "\n")
        for where in (["--listen", "0.0.0.0"], ["--listen"], ["--listen", "127.0.0.1,0.0.0.0"],
                      ["--listen", "127.0.0.1", "--listen", "::"], ["--listen", "::ffff:1.2.3.4"]):
            status, out, err = p.verify(*where)
            assert status == 2 and "--insecure-listen" in err and "--auth-token-file" in err, (where, status, err)
        for where in (["--listen", "127.8.9.1"], ["--listen", "localhost"], ["--listen", "127.0.0.1,127.0.0.1"]):
            assert p.verify(*where)[0] == 0, (where, p.verify(*where))
        assert p.verify("--listen", "0.0.0.0", "--auth-token-file", token)[0] == 0
        assert p.verify("--listen", "0.0.0.0", "--insecure-listen")[0] == 0


def an_open_server_warns_and_a_closed_one_asks_for_its_token():
    with Place() as p:
        token = p.put("token", TOKEN + "\n")
        with Served(LIMN, "--no-plugins", "--listen", "0.0.0.0", "--insecure-listen", base=p.base) as s:
            assert "without a token" in s.said(), s.said()
        with Served(LIMN, "--no-plugins", "--auth-token-file", str(token), base=p.base) as s:
            assert s.ask("GET", "/queue")[0] == 401
            assert s.ask("GET", "/queue", headers={"Authorization": "Bearer " + TOKEN})[0] == 200
            status, answer, _ = s.ask("GET", "/system_stats", headers={"Authorization": "Bearer " + TOKEN})
            assert TOKEN not in answer.decode(), "the token is nobody's to see"


def both_spellings_are_one_option():
    with Place() as p:
        (p.at / "o").mkdir()
        p.put("page/index.html", "<p>hello")
        for base, output, page in (("--base", "--output", "--front-end"),
                                   ("--base-directory", "--output-directory", "--front-end-root")):
            status, out, err = limn("serve", base, p.base, output, p.at / "o", page, p.at / "page", "--port=0", "--verify")
            assert status == 0, (status, err)
        status, out, _ = limn("serve", "--help")
        assert out.count("--base-directory") == 1 and "--tls-keyfile" not in out and "--lowvram" not in out
        status, out, _ = limn("completion", "bash")
        assert " --front-end --front-end-root " in out and "--lowvram" not in out


def the_page_on_serving_has_every_option():
    shown = set(re.findall(r"^  (--[a-z-]+)|Also (--[a-z-]+)", limn("serve", "--help")[1], re.M))
    shown = {name for pair in shown for name in pair if name} - {"--help"}
    rows = [line.split("|")[1] for line in (ROOT / "docs/serving.md").read_text().splitlines() if line.startswith("| `--")]
    told = {name for row in rows for name in re.findall(r"--[a-z-]+", row)}
    assert shown == told, shown ^ told


def what_start_scripts_for_comfyui_carry_is_understood():
    with Place() as p:
        status, out, err = p.verify("--cpu", "--lowvram", "--disable-auto-launch", "--dont-print-server", "--fast", "a", "b",
                                    "--use-pytorch-cross-attention", "--disable-xformers", "--cuda-device", "0",
                                    "--preview-method", "taesd", "--enable-cors-header", "--verbose", "INFO",
                                    "--whitelist-custom-nodes", "x", "y", "--disable-metadata", "--cache-lru", "5", "--enable-compress-response-body")
        assert status == 0 and out == "limn serve: it would start\n", (status, out, err)
        for name in ("--cpu", "--lowvram", "--fast", "--cuda-device", "taesd", "--enable-compress-response-body"):
            assert sum(name in line for line in err.splitlines()) == 1, (name, err)


def verify_says_so_and_leaves_nothing_running():
    with Place() as p:
        before = p.state()
        status, out, err = p.verify()
        assert (status, out) == (0, "limn serve: it would start\n") and p.state() == before, (status, out, err)
        status, out, err = p.verify("--plugin", p.put("a.so", "x"))
        assert (status, out) == (2, "") and "--plugin and --no-plugins" in err, (status, out, err)
        status, out, err = limn("serve", "--base", p.base, "--port", "0", "--verify", "--plugin", p.at / "none.so", cwd=p.at)
        assert (status, out) == (4, "") and "none.so: it cannot be opened" in err, (status, out, err)
        with Served(LIMN, "--no-plugins", base=p.base) as s:
            s.wait(s.queue(empty()))
            for path in p.base / "temp" / "a picture.png", p.base / "state" / "uploads" / "half":
                path.write_bytes(b"kept")
            before = p.state(live=True)
            for port in s.port, 0:
                status, out, err = p.verify("--port", port)
                assert status == 0 and "a limn serves from this folder" in err, (status, out, err)
            assert p.verify("--user-directory", p.put("a file", "x"))[0] == 4
            assert p.state(live=True) == before and s.ask("GET", "/history")[0] == 200
            s.wait(s.queue(empty(7)))
            with Place() as other:
                status, out, err = other.verify("--port", s.port)
                assert status == 4 and "in use" in err, (status, out, err)  # by a stranger
        for path in p.base / "temp" / "a picture.png", p.base / "state" / "uploads" / "half":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"kept")
        before = p.state()
        assert p.verify()[0] == 0 and p.state() == before  # a start that is only tried removes nothing


def verify_knows_whose_database_it_is():
    with Place() as p:
        state = p.base / "state"
        for version, ours, status, word in ((999, True, 4, "newer limn"), (3, False, 4, "another program's"), (1, True, 0, ""),
                                            (-1, True, 4, "another program's")):
            state.mkdir(exist_ok=True)
            with contextlib.closing(sqlite3.connect(state / "limn.sqlite")) as db:
                db.executescript(f"PRAGMA application_id = {0x6c696d6e if ours else 7}; PRAGMA user_version = {version};"
                                 "CREATE TABLE t (x);")
            before = p.state()
            done = p.verify()
            assert done[0] == status and word in done[2] and p.state() == before, done
            shutil.rmtree(state)
        p.put("base/state/limn.sqlite", "no database at all")
        before = p.state()
        done = p.verify()
        assert done[0] == 0 and "put it aside" in done[2] and p.state() == before, done
        shutil.rmtree(state)
        p.put("base/state", "a file")
        assert p.verify()[0] == 4


def folders_that_cannot_be_made_are_named():
    with Place() as p:
        p.put("base/user", "a file")
        status, out, err = p.verify()
        assert status == 4 and "users' files" in err, (status, err)
        (p.base / "user").unlink()
        assert p.verify("--user-directory", p.at / "not" / "there" / "yet")[0] == 0
        assert p.verify("--input-directory", p.put("taken", "x") / "in")[0] == 4
        status, out, err = p.verify("--output", p.at / "taken" / "out")
        assert status == 0 and "output cannot be made" in err, (status, err)  # told, and served all the same
        assert not (p.at / "not").exists()


def the_log_is_json_when_asked():
    with Place() as p:
        with Served(LIMN, "--no-plugins", "--listen", "0.0.0.0", "--insecure-listen", "--log-format", "json",
                    base=p.base) as s:
            lines = [json.loads(line) for line in s.said().splitlines()]
        assert lines and all({"time", "level", "message"} <= set(line) for line in lines), lines
        assert lines[0]["level"] == "warning" and "without a token" in lines[0]["message"], lines
        status, out, err = p.verify("--log-format", "json", "--listen", "\x01\xff")
        assert status == 2 and "--listen" in json.loads(err)["message"], err


def models_are_found_where_the_file_says():
    with Place() as p:
        p.put("base/models/checkpoints/own.safetensors", "x")
        p.put("ui/models/VAE/a.safetensors", "x")
        p.put("ui/more/deep/b.sft", "x")
        p.put("etc/c.safetensors", "x")
        p.put("home/d.safetensors", "x")
        config = p.put("etc/paths.yaml", """# of another program
a111:
    base_path: ../ui/
    checkpoints: models/VAE
    loras: |
         models/Lora

         models/LyCORIS
second:
    base_path: $LIMN_TEST_UI/./x/..
    checkpoints: |
        more   # no comment in a block, so no folder either
        more
        not/there
third:
    checkpoints: .
empty:
fourth: { base_path: "~", is_default: yes, "checkpoints": '', vae: models }
""")
        os.environ["LIMN_TEST_UI"], home = str(p.at / "ui"), os.environ.get("HOME", "")
        assert p.models("--extra-model-paths-config", config) == sorted(
            ["own.safetensors", "a.safetensors", "deep/b.sft", "c.safetensors"]), p.models("--extra-model-paths-config", config)
        assert p.models("--extra-model-paths-config=etc/paths.yaml")[0] == "a.safetensors"
        assert p.models() == ["own.safetensors"]
        p.put("base/extra_model_paths.yaml", "x:\n  checkpoints: %s\n" % (p.at / "home"))
        assert p.models() == ["d.safetensors", "own.safetensors"]
        os.environ["HOME"] = str(p.at / "home")
        p.put("base/extra_model_paths.yaml", "x:\n  base_path: \"~\"\n  checkpoints: |\n   .\n  custom_nodes: y\n")
        assert p.models() == ["d.safetensors", "own.safetensors"]
        status, out, err = p.verify()
        assert status == 0 and "custom_nodes" in err, (status, err)
        os.environ["HOME"] = home


def a_file_of_paths_may_be_anything():
    with Place() as p:
        deep = "a: " + "[" * 5000 + "]" * 5000
        laughs = "a: &a [x]\n" + "".join(f"{c}: &{c} [*{b},*{b},*{b},*{b},*{b},*{b}]\n" for b, c in
                                         zip("abcdefghijklmnop", "bcdefghijklmnopq"))
        texts = ["", "#", "---\n---\n", "a", "a: b", "a: {b: {c: d}}", "a: {b: [c, d]}", "a:\n  is_default: perhaps\n",
                 "a: {output: x}", "a: {temp: x}", "a: {'../x': y}", "a: {'k=v': y}", "a: {? [b] : c}", "? {a: b}\n: {c: d}",
                 "a: {vae: \"x\\0y\"}", "a: {vae: " + "x" * 5000 + "}", "a: *b", "a: !!binary x", "\0", b"\xff\xfe", b"\xef\xbb\xbfa: {vae: x}",
                 deep, laughs, "a: {vae: |\n" + "".join(f"   d{i}\n" for i in range(3000)) + "}", "a:\n\tvae: x", "%YAML 9.9\n---\na: {}",
                 "a:\n  vae: |\n" + "".join(f"   d{i}\n" for i in range(3000)), "x" * (1 << 21), "a: {vae: x, vae: y}",
                 "a: {base_path: ${, vae: ${HOME}/$/${}/$1}", "a: {base_path: [x]}"]
        for i, text in enumerate(texts):
            config = p.put(f"{i}.yaml", text)
            status, out, err = limn("nodes", "CheckpointLoaderSimple", "--base", p.base, "--no-plugins", "--extra-model-paths-config", config)
            assert status in (0, 1, 2, 4), (text[:80], status, err)
            assert (status == 0) == (err == "") and len(err) < 600, (text[:80], status, err)


def a_worker_looks_in_the_same_folders():
    with Place() as p:
        p.put("elsewhere/z.safetensors", "x")
        config = p.put("x.yaml", f"x:\n  checkpoints: {p.at / 'elsewhere'}\n")
        (p.at / "in").mkdir()
        with Served(LIMN, "--no-plugins", "--extra-model-paths-config", str(config), "--input-directory", str(p.at / "in"),
                    "--temp-directory", str(p.at / "t"), base=p.base) as s:
            config.unlink()
            status, info = s.json("GET", "/object_info/CheckpointLoaderSimple")
            assert status == 200 and "z.safetensors" in info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0], info
            status, answer = s.json("POST", "/prompt", {"prompt": {
                "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 1}},
                "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}}}})
            assert status == 200, answer
            s.wait(answer["prompt_id"])
            assert len(list((p.at / "t/temp").iterdir())) == 1


TESTS = [f for name, f in list(globals().items())
         if callable(f) and getattr(f, "__module__", "") == "__main__" and not isinstance(f, type)]

if __name__ == "__main__":
    sys.exit(run_tests(TESTS))
