"""From nothing to a node: limn is installed, and the template is built against it in each of the ways that its README
shows. And the header by itself, with every compiler that is here.

    template_test.py PROGRAM BUILD_FOLDER
"""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "workflows"))
BUILD = sys.argv.pop(2) if len(sys.argv) > 2 else None
from limn import ROOT, main, test  # noqa: E402

WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-missing-field-initializers"]


def sh(*command, cwd=None, **env):
    done = subprocess.run([str(c) for c in command], cwd=cwd, env={**os.environ, **env}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}"
    return done.stdout


@contextlib.contextmanager
def installed():
    """An installed limn, and an empty folder to work in."""
    with tempfile.TemporaryDirectory(prefix="limn-install-") as folder:
        prefix, work = Path(folder) / "somewhere else", Path(folder) / "work"
        work.mkdir()
        os.environ["XDG_CACHE_HOME"] = folder
        sh("cmake", "--install", BUILD, "--prefix", prefix)
        yield prefix, work


def brightens(limn, plugin, template, work):
    """The template's example, run with this plugin."""
    out = sh(limn, "run", template / "brighten.json", "--plugin", plugin, "--base", work, "--quiet")
    assert Path(out.strip()).read_bytes()[:4] == b"\x89PNG", out
    assert "Makes a picture brighter." in sh(limn, "nodes", "Brighten", "--plugin", plugin, "--base", work)


@test
def what_is_installed_is_enough_to_paint():
    with installed() as (prefix, work):
        files = {p.relative_to(prefix).as_posix() for p in prefix.rglob("*") if p.is_file()}
        for name in ("bin/limn", "include/limn/limn.h", "share/bash-completion/completions/limn",
                     "share/limn/models/checkpoints/limn-shapes.safetensors", "share/limn/workflows/text2image.json",
                     "share/limn/plugins/examples/grain/grain.c", "share/limn/plugins/template/README.md"):
            assert name in files, sorted(files)
        share = prefix / "share/limn"
        out = sh(prefix / "bin/limn", "run", share / "workflows/text2image.json", "--base", share, "--output", work,
                 "--set", "5.steps=1", "--quiet", cwd=work)
        assert Path(out.strip()).parent.resolve() == work.resolve(), out


@test
def the_template_is_built_by_one_command_and_pkg_config():
    with installed() as (prefix, work):
        shutil.copytree(prefix / "share/limn/plugins/template", work / "mine")
        package = next(prefix.rglob("limn.pc")).parent
        flags = sh("pkg-config", "--cflags", "limn", PKG_CONFIG_PATH=str(package)).strip()
        sh("sh", "-c", f"cc -std=c11 -O2 {' '.join(WARNINGS)} -shared -fPIC brighten.c -o brighten.so {flags}",
           cwd=work / "mine")
        brightens(prefix / "bin/limn", work / "mine/brighten.so", work / "mine", work)


@test
def the_template_is_built_by_cmake():
    with installed() as (prefix, work):
        template = shutil.copytree(prefix / "share/limn/plugins/template", work / "mine")
        sh("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", cwd=template)
        sh("cmake", "--build", "build", "--target", "try", cwd=template)
        assert list((template / "build/output").glob("brighten_*.png")), "its example was run"
        brightens(prefix / "bin/limn", template / "build/brighten.so", template, work)


@test
def the_header_is_plain_c11_and_valid_cpp20():
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "alone.c"
        alone.write_text("#include <limn/limn.h>\nint nothing;\n")
        tried = 0
        for compiler, language, standard in (("gcc", "c", "c11"), ("clang", "c", "c11"), ("gcc", "c", "c17"),
                                             ("g++", "c++", "c++20"), ("clang++", "c++", "c++20")):
            if not shutil.which(compiler):
                continue
            common = [compiler, "-x", language, f"-std={standard}", *WARNINGS, "-I", ROOT / "plugins/include"]
            sh(*common, "-fsyntax-only", alone)
            for source in ((ROOT / "plugins").rglob("*.c") if language == "c" else
                           [ROOT / "plugins/template/brighten.c", ROOT / "tests/plugins/zoo/throws.cpp"]):
                sh(*common, "-fPIC", "-fsyntax-only", source)
            tried += 1
        assert tried, "there is no compiler here"


@test
def a_row_that_disagrees_with_its_field_stops_the_build():
    with tempfile.TemporaryDirectory() as folder:
        for suffix, compiler, flags in ((".c", "gcc", ["-std=c11"]), (".cpp", "g++", ["-std=c++20"])):
            if not shutil.which(compiler):
                continue
            source = Path(folder) / f"wrong{suffix}"
            for kind, right in (("double", True), ("float", False)):
                source.write_text(f"#include <limn/limn.h>\nstruct a {{ {kind} x; }};\n#define LIMN_ARGS struct a\n"
                                  'static const limn_input in[] = { LIMN_FLOAT(x, 1, 0, 1, 0.1, "x"), LIMN_END };\n'
                                  "const limn_input *use(void);\nconst limn_input *use(void) { return in; }\n")
                done = subprocess.run([compiler, *flags, "-fsyntax-only", "-I", ROOT / "plugins/include", source],
                                      capture_output=True)
                assert (done.returncode == 0) == right, (compiler, kind, done.stderr.decode())


if __name__ == "__main__":
    sys.exit(main())
