#!/usr/bin/env python3
"""ComfyUI's browser pages, unmodified, in a headless Chromium, with limn serve behind them.

    front_end_test.py LIMN [VERSION [FOLDER]]     one that is in build/clients; screenshots go to FOLDER

scripts/setup-clients fetches the pages and the browser; what is not there is skipped, which is said. Each page goes
through all the steps below in their order, as a person would: with keys where there are some, else by calling what
the page's own buttons call."""
import json
import re
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
from browser import PROGRAM, Browser  # noqa: E402
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from running import run_one  # noqa: E402
from served import ROOT, SANITIZED, Served  # noqa: E402

LIMN = sys.argv[1]
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
SHOTS = sys.argv[3] if len(sys.argv) > 3 else ""
VERSIONS = [ONLY] if ONLY else ["1.27"] if SANITIZED else ["1.27", "1.58"]

# What a page asks for and may miss: a user without files, parts that come in packages of their own. (A path's end.)
MAY_MISS = re.compile(r"/user\.css$|/favicon\.ico$|/userdata\?dir=(workflows|subgraphs)|/userdata/comfy\.templates\.json$"
                      r"|/userdata/workflows%2F\.index\.json$|/templates/|/docs/")
# The page's scripts of 1.27 trip over a setting of their own while they start: in front of ComfyUI, too.
KNOWN_ERRORS = re.compile(r"Cannot read properties of undefined \(reading 'id'\)\n +at onChange")

FIND = "window.of = (type) => app.graph._nodes.find((n) => n.type === type);" \
       "window.widget = (type, name) => of(type).widgets.find((w) => w.name === name);" \
       "window.pics = () => Object.values(app.nodeOutputs ?? {}).flatMap((o) => o?.images ?? []);" \
       "window.running = () => app.runningNodeId ?? null;"


class Visit:
    """One page, its server, and what the steps tell each other."""

    def __init__(self, version, root, server, browser):
        self.version, self.root, self.s, self.b = version, root, server, browser
        self.page = None

    def open(self):
        page = self.b.open(f"http://127.0.0.1:{self.s.port}/", before=FIND)
        page.until("window.app?.canvas?.graph?._nodes.length > 3")
        return page

    def shot(self, name):
        if SHOTS:
            self.page.shot(f"{SHOTS}/{self.version}-{name}.png")

    def queue(self):
        """Ctrl+Enter -> the id of the job"""
        before = set(self.jobs())
        self.page.eval("document.activeElement?.blur()")
        self.page.key("Enter", "Enter", 13, ctrl=True)
        return until(lambda: next(iter(set(self.jobs()) - before), None), self.b)

    def jobs(self):
        return {j["id"]: j for j in self.s.json("GET", "/api/jobs")[1]["jobs"]}

    def ended(self, job):
        return until(lambda: self.s.json("GET", f"/history/{job}")[1].get(job), self.b)


def until(what, browser, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        browser.listen(0.05)
    raise AssertionError("it never came")


# ------------------------------------------------------------------ steps

def it_loads_without_an_error(v):
    v.s.ask("POST", "/settings", '{"Comfy.TutorialCompleted": true}')  # somebody who has been here before
    v.page = v.open()
    v.b.listen(1.5)
    v.shot("loaded")
    missed = [(status, url) for status, _, url in v.page.answers if status >= 400 and not MAY_MISS.search(url)]
    lost = [f for f in v.page.failures if f"127.0.0.1:{v.s.port}" in f[1]]
    errors = [e for e in v.page.errors if not KNOWN_ERRORS.search(e) and "AxiosError" not in e and "Failed to fetch" not in e]
    assert not missed and not lost and not errors, (missed, lost, errors)
    assert not v.page.eval("document.querySelectorAll('.p-toast-message-error').length")
    asked = [url for _, _, url in v.page.answers]
    for path in "/api/users", "/api/settings", "/api/object_info", "/api/extensions", "/api/i18n":
        assert any(url.endswith(path) for url in asked), path
    assert v.page.eval("app.api.socket.readyState") == 1


def the_default_workflow_has_the_bundled_checkpoint(v):
    if v.version != "1.27":  # later ones begin with a model that is not here: they open a workflow of ours
        text = (ROOT / "workflows/text2image.json").read_text()
        v.page.eval(f"app.handleFile(new File([{json.dumps(text)}], 'text2image.json', {{type: 'application/json'}}))")
        v.page.until("!!of('KSampler') && !of('UNETLoader')")
    v.page.until("widget('CheckpointLoaderSimple', 'ckpt_name').value === 'limn-shapes.safetensors'")
    assert v.page.eval("app.graph._nodes.every((n) => n.constructor.nodeData || n.isVirtualNode)")


def it_is_queued_progress_shows_and_the_picture_appears(v):
    v.page.eval("widget('EmptyLatentImage', 'width').value = widget('EmptyLatentImage', 'height').value = 64;"
                "widget('KSampler', 'steps').value = 250; widget('KSampler', 'seed').value = 42;"
                "app.graph._nodes.find((n) => n.type === 'CLIPTextEncode' && n.outputs[0].links?.length"
                " && app.graph.links.get(n.outputs[0].links[0]).target_slot === 1)"
                ".widgets[0].value = 'a red circle on a blue background'")
    if v.page.eval("!!widget('KSampler', 'control_after_generate')"):
        v.page.eval("widget('KSampler', 'control_after_generate').value = 'fixed'")
    v.page.eval("window.seen = {progress: 0, previews: 0, types: []};"
                "app.api.addEventListener('progress', () => seen.progress++);"
                "app.api.addEventListener('b_preview', () => seen.previews++);"
                "app.api.addEventListener('b_preview_with_metadata', () => seen.previews++);"
                "for (const t of ['execution_start', 'execution_cached', 'executed', 'execution_success'])"
                " app.api.addEventListener(t, () => seen.types.push(t)); true")
    v.first = v.queue()
    v.page.until("running() || seen.progress")
    v.shot("running")
    entry = v.ended(v.first)
    assert entry["status"]["status_str"] == "success", entry["status"]
    v.name = list(entry["outputs"].values())[0]["images"][0]["filename"]
    v.page.until(f"pics().some((i) => i.filename === {json.dumps(v.name)})")
    v.page.until("running() === null")
    seen = v.page.eval("seen")
    assert seen["progress"] > 0 and seen["previews"] > 0, seen
    assert seen["types"] == ["execution_start", "execution_cached", "executed", "execution_success"], seen
    v.page.eval("app.extensionManager.command.execute('Comfy.Canvas.FitView')")  # it is drawn where it is seen
    # Its bytes came over /view, and it was decoded: in the node, or as the page's element.
    v.page.until("(of('SaveImage').imgs?.[0]?.naturalWidth === 64) || Array.from(document.images)"
                 f".some((i) => i.src.includes({json.dumps(v.name)}) && i.naturalWidth === 64)")
    v.shot("painted")


def the_panel_of_jobs_shows_it(v):
    v.page.eval("(() => { const s = app.extensionManager.sidebarTab; s.toggleSidebarTab("
                "s.sidebarTabs.some((t) => t.id === 'assets') ? 'assets' : 'queue'); })()")
    # On the left, and large: 1.58 has a small one elsewhere, too.
    v.page.until("Array.from(document.images).some((i) => { const r = i.getBoundingClientRect();"
                 f" return i.src.includes({json.dumps(v.name)}) && i.naturalWidth && r.right < 450 && r.width > 100; }})")
    v.b.listen(0.5)
    v.shot("panel")
    v.page.eval("app.extensionManager.sidebarTab.toggleSidebarTab(app.extensionManager.sidebarTab.activeSidebarTabId)")


def run_again_it_comes_from_the_cache(v):
    v.page.eval("seen.types.length = 0; seen.progress = 0; true")
    again = v.queue()
    entry = v.ended(again)
    v.page.until("seen.types.includes('execution_success')")
    cached = dict(entry["status"]["messages"])["execution_cached"]["nodes"]
    assert len(cached) == len(entry["prompt"][2]), (cached, entry["prompt"][2].keys())
    assert entry["outputs"] and "executed" in v.page.eval("seen.types") and v.page.eval("seen.progress") == 0
    assert v.jobs()[again]["outputs_count"] == 1


def a_wrong_choice_is_shown_on_its_node(v):
    v.page.eval("widget('CheckpointLoaderSimple', 'ckpt_name').value = 'none.safetensors'")
    v.page.eval("document.activeElement?.blur()")
    n = len(v.page.answers)
    v.page.key("Enter", "Enter", 13, ctrl=True)
    until(lambda: [a for a in v.page.answers[n:] if a[2].endswith("/prompt") and a[0] == 400], v.b)
    v.page.until("JSON.stringify(app.lastNodeErrors ?? {}).includes('value_not_in_list') || of('CheckpointLoaderSimple').has_errors")
    v.shot("refused")
    v.page.eval("widget('CheckpointLoaderSimple', 'ckpt_name').value = 'limn-shapes.safetensors'")
    v.page.key("Escape", "Escape", 27)
    v.page.errors.clear()


def a_page_that_is_loaded_again_finds_its_run(v):
    v.page.eval("widget('KSampler', 'steps').value = 10000; widget('KSampler', 'seed').value = 43; "
                "app.graph.change?.(); app.extensionManager.workflow.activeWorkflow?.changeTracker?.checkState?.(); true")
    node = str(v.page.eval("of('KSampler').id"))
    job = v.queue()
    v.page.until(f"String(running()) === '{node}'")
    client = v.page.eval("app.api.clientId")
    v.b.listen(1)  # it keeps its workflow a moment later
    v.page.reload()
    v.page.until("window.app?.canvas?.graph?._nodes.length > 3 && app.api.clientId")
    assert v.page.eval("app.api.clientId") == client
    v.page.until(f"String(running()) === '{node}'")
    v.shot("reloaded")
    v.page.eval("app.api.interrupt(null)")
    v.ended(job)
    v.page.until("running() === null")
    assert v.jobs()[job]["status"] == "cancelled"
    v.page.until("!!of('KSampler')")


def the_picture_brings_its_workflow_back(v):
    v.page.eval("app.graph.clear(); true")
    v.page.eval(f"(async () => {{ const r = await fetch('/api/view?filename={v.name}&type=output');"
                f" await app.handleFile(new File([await r.blob()], {json.dumps(v.name)}, {{type: 'image/png'}})); }})()")
    v.page.until("of('KSampler') && widget('KSampler', 'seed').value === 42 && widget('KSampler', 'steps').value === 250")
    png = v.s.ask("GET", f"/view?filename={v.name}")[1]
    kept = json.loads(texts(png)["workflow"])
    now = v.page.eval("app.graph.serialize()")
    strip = lambda g: sorted(json.dumps([n["id"], n["type"], n.get("widgets_values") or []]) for n in g["nodes"])  # noqa: E731
    assert strip(now) == strip(kept), (strip(now), strip(kept))
    assert sorted(map(json.dumps, now["links"])) == sorted(map(json.dumps, kept["links"]))
    v.shot("dropped")


def texts(png):
    """The tEXt chunks of a PNG."""
    at, found = 8, {}
    while at < len(png):
        n, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"tEXt":
            key, _, text = png[at + 8:at + 8 + n].partition(b"\0")
            found[key.decode()] = text.decode("latin-1")
        at += 12 + n
    return found


def workflows_are_saved_renamed_and_deleted(v):
    folder = v.s.base / "user/default/workflows"
    v.page.eval("(async () => { const w = app.extensionManager.workflow; const a = w.activeWorkflow;"
                " window.saved = await w.saveAs(a, 'workflows/a b.json'); await w.openWorkflow(saved);"
                " await w.saveWorkflow(saved); })()")
    until(lambda: (folder / "a b.json").exists(), v.b)
    assert len(json.loads((folder / "a b.json").read_text())["nodes"]) == v.page.eval("app.graph._nodes.length")
    v.page.eval("app.extensionManager.workflow.renameWorkflow(saved, 'workflows/sub/ü.json')")
    until(lambda: (folder / "sub/ü.json").exists() and not (folder / "a b.json").exists(), v.b)
    listed = v.s.json("GET", "/userdata?dir=workflows&recurse=true&full_info=true")[1]
    assert [f["path"] for f in listed] == ["sub/ü.json"], listed
    v.page.eval("app.extensionManager.workflow.deleteWorkflow(saved)")
    until(lambda: not (folder / "sub/ü.json").exists(), v.b)


def an_output_that_cannot_run_is_marked_and_the_other_one_runs(v):
    v.page.eval("widget('KSampler', 'steps').value = 2; widget('KSampler', 'seed').value = 10000000000000000000;"
                "const n = window.LiteGraph.createNode('PreviewImage'); app.graph.add(n); window.bare = n; window.marked = false;"
                "window.watch = setInterval(() => marked ||= bare.has_errors || JSON.stringify(app.lastNodeErrors ?? {})"
                ".includes('required_input_missing'), 5); true")
    bare = str(v.page.eval("bare.id"))
    job = v.queue()  # with a seed above 2^63, too
    entry = v.ended(job)
    assert entry["status"]["status_str"] == "success" and bare in entry["prompt"][2] and entry["prompt"][4] != [bare]
    assert '"seed": 10000000000000000000' in json.dumps(entry["prompt"][2])
    v.page.until("marked")
    v.shot("one-of-two")
    v.page.key("Escape", "Escape", 27)
    v.page.eval("clearInterval(watch); app.graph.remove(bare)")


def what_it_exports_is_what_limn_makes_of_it(v):
    given = v.page.eval("app.graphToPrompt()")
    (v.s.base / "canvas.json").write_text(json.dumps(given["workflow"]))
    made = subprocess.run([LIMN, "export", v.s.base / "canvas.json"], stdout=subprocess.PIPE, check=True).stdout
    assert plain(json.loads(made)) == plain(given["output"]), (json.loads(made), given["output"])


BY_CHANCE = {"prompt-choices", "name-tokens"}  # {a|b} and dates: no two conversions need agree


def what_it_makes_of_other_files_is_what_limn_makes_of_them(v):
    corpus = ROOT / "tests/canvas/corpus"
    known = v.page.eval("Object.keys(window.LiteGraph.registered_node_types)")
    given = v.page.eval("JSON.stringify(app.graph.serialize())")
    better = json.loads((corpus.parent / "ours.json").read_text())  # where we mean to differ, and why
    compared, differ = 0, []
    for name, record in json.loads((corpus.parent / "recorded.json").read_text()).items():
        if not record["frontEnd"].startswith(v.version) or "error" in record or name in BY_CHANCE | better.keys():
            continue
        text = (corpus / f"{name}.json").read_text()
        if any(n.get("class_type") not in known for n in record["output"].values()):
            continue  # a class of a pack
        theirs = v.page.eval(f"(async () => {{ await app.loadGraphData(JSON.parse({json.dumps(text)}), true, false);"
                             " return (await app.graphToPrompt()).output; })()")
        made = subprocess.run([LIMN, "export", corpus / f"{name}.json"], capture_output=True)
        compared += 1
        if made.returncode or plain(json.loads(made.stdout)) != plain(theirs):
            differ.append((name, made.stderr.decode(), made.stdout.decode(), theirs))
    v.page.eval(f"app.loadGraphData(JSON.parse({json.dumps(given)}))")
    v.page.until("!!of('KSampler')")
    assert not differ and compared >= (8 if v.version == "1.58" else 30), (compared, differ)


def plain(prompt):
    """Classes and inputs, without titles; numbers as a page has them, which rounds large seeds."""
    rounded = json.loads(json.dumps(prompt), parse_int=float)
    return {i: (n.get("class_type"), n["inputs"]) for i, n in rounded.items()}


def settings_are_kept(v):
    v.page.eval("app.extensionManager.setting.set('Comfy.Graph.CanvasInfo', false)")
    until(lambda: v.s.json("GET", "/settings")[1].get("Comfy.Graph.CanvasInfo") is False, v.b)
    other = v.open()
    assert other.eval("app.extensionManager.setting.get('Comfy.Graph.CanvasInfo')") is False
    v.other = other


def two_pages_hear_of_their_own_runs(v):
    other = v.other
    assert other.eval("app.api.clientId") != v.page.eval("app.api.clientId")
    for page in v.page, other:
        page.eval("window.heard = []; window.statuses = 0; app.api.addEventListener('status', () => statuses++);"
                  "for (const t of ['execution_start', 'executing', 'progress', 'executed', 'execution_success'])"
                  " app.api.addEventListener(t, () => heard.push(t)); true")
    v.page.eval("widget('KSampler', 'steps').value = 3; true")
    v.page.call("Page.bringToFront")
    v.ended(v.queue())
    v.page.until("heard.includes('execution_success')")
    other.until("statuses > 1")
    assert other.eval("heard.length") == 0, other.eval("heard")


def behind_a_token_it_asks_once(v):
    if v.version != VERSIONS[-1]:
        return  # once is enough
    with tempfile.NamedTemporaryFile("w", suffix=".token") as f:
        f.write("a-token-of-thirty-two-letters-00")
        f.flush()
        with Served(LIMN, "--front-end", v.root, "--auth-token-file", f.name) as s:
            page = v.b.open(f"http://127.0.0.1:{s.port}/")
            page.until("document.querySelector('input[type=password]')?.focus() ?? true")
            assert page.eval("!window.app") and page.answers[0][0] == 401, page.answers
            page.call("Input.insertText", text="a-token-of-thirty-two-letters-00")
            page.eval("document.querySelector('button').click()")
            page.until("window.app?.canvas?.graph?._nodes && app.api.socket?.readyState === 1")
            shut_out = [url for status, _, url in page.answers if status in (401, 403)]
            assert shut_out == [f"http://127.0.0.1:{s.port}/"], shut_out
            seen = page.eval("document.cookie + location.href")
            assert "a-token" not in seen and "limn_token" not in seen, seen
            page.call("Page.navigate", url="about:blank")


STEPS = [it_loads_without_an_error, the_default_workflow_has_the_bundled_checkpoint,
         it_is_queued_progress_shows_and_the_picture_appears, the_panel_of_jobs_shows_it,
         run_again_it_comes_from_the_cache, a_wrong_choice_is_shown_on_its_node,
         a_page_that_is_loaded_again_finds_its_run, the_picture_brings_its_workflow_back,
         workflows_are_saved_renamed_and_deleted,
         an_output_that_cannot_run_is_marked_and_the_other_one_runs, what_it_exports_is_what_limn_makes_of_it,
         what_it_makes_of_other_files_is_what_limn_makes_of_them,
         settings_are_kept, two_pages_hear_of_their_own_runs, behind_a_token_it_asks_once]


# ------------------------------------------------------------------ all of them

def visit(version, root):
    """Takes every step; one that fails does not keep the next from being tried -> how many failed"""
    failed = 0
    # One thread: a page that is drawn without a graphics card needs a core of its own beside a sampler of 10,000 steps.
    with Served(LIMN, "--front-end", root, "--threads", "1") as s, Browser() as b:
        v = Visit(version, root, s, b)
        for step in STEPS:
            if not run_one(step, v, name=f"{version}: {step.__name__}", timed=bool(ONLY)):
                failed += 1
                if v.page:
                    v.shot("failed-" + step.__name__)
            if not v.page:
                break
    return failed


def main():
    failed = 0
    for version in VERSIONS:
        root = next((ROOT / f"build/clients/front-end-{version}").glob("*/static"), None)
        if not PROGRAM or not root:
            print(f"SKIPPED the page of {version}: "
                  f"{'it' if PROGRAM else 'chromium'} is not here; scripts/setup-clients fetches it")
            continue
        failed += visit(version, root)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
