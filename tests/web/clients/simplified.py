"""simplified.py URL GIVEN: comfy-api-simplified, a client from PyPI, at work; see clients_test.py."""
import asyncio
import json
import os
import sys
import threading
import time
import traceback

sys.path.insert(0, os.environ["PACKAGES"])
from comfy_api_simplified import ComfyApiWrapper, ComfyWorkflowWrapper  # noqa: E402
from comfy_api_simplified.exceptions import ComfyApiError  # noqa: E402

URL = sys.argv[1]
GIVEN = json.load(open(sys.argv[2]))
PATIENCE = float(os.environ.get("PATIENCE", "20"))
api = ComfyApiWrapper(URL)


def soon(what):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def size(png):
    assert png[:4] == b"\x89PNG", png[:16]
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def looks_around():
    assert api.get_system_stats()["devices"][0]["name"] == "cpu"
    info = api.get_object_info("CheckpointLoaderSimple")
    assert "limn-shapes.safetensors" in info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]
    assert "KSampler" in api.get_object_info() and isinstance(api.get_embeddings(), list)


def runs_a_workflow_and_gets_its_pictures():
    workflow = ComfyWorkflowWrapper(GIVEN["quick"])
    workflow.set_node_param("Sampler", "seed", 12345678901234567890)  # as its users do, above 2^63
    pictures = api.queue_and_wait_images(workflow, "Save")
    (name, png), = pictures.items()
    assert name.endswith("_.png") and size(png) == (64, 64), (name, png[:16])


def runs_again_from_the_cache():
    for _ in range(3):
        (_, png), = api.queue_and_wait_images(ComfyWorkflowWrapper(GIVEN["quick"]), "Save").items()
        assert size(png) == (64, 64)


def interrupts_what_runs():
    job = api.queue_prompt(GIVEN["long"])["prompt_id"]
    waiting = api.queue_prompt(GIVEN["quick"])["prompt_id"]
    soon(lambda: api.get_queue()["queue_running"])
    assert api.get_queue_size_before(job) == 0 and api.get_queue_size_before(waiting) == 1
    api.interrupt()
    entry = soon(lambda: api.get_history(job).get(job))
    assert entry["status"]["status_str"] == "error" and not entry["status"]["completed"]
    assert entry["status"]["messages"][-1][0] == "execution_interrupted"
    assert soon(lambda: api.get_history(waiting).get(waiting))["status"]["completed"]


def hears_of_an_interrupt_while_it_waits():
    """Its way to wait ends with the run, whatever ended it."""
    stop = threading.Thread(target=lambda: (soon(lambda: api.get_queue()["queue_running"]), api.interrupt()))
    stop.start()
    job, _ = asyncio.run(asyncio.wait_for(api.queue_prompt_and_wait(GIVEN["long"]), PATIENCE))
    stop.join()
    assert api.get_history(job)[job]["status"]["messages"][-1][0] == "execution_interrupted"


def is_told_what_is_wrong_with_a_workflow():
    wrong = json.loads(json.dumps(GIVEN["quick"]))
    wrong["1"]["inputs"]["ckpt_name"] = "none.safetensors"
    try:
        api.queue_prompt(wrong)
        raise AssertionError("it was taken")
    except ComfyApiError as e:
        assert "400" in str(e), e


def uploads_and_uses_a_picture():
    answer = api.upload_image(GIVEN["picture"], "sent/deep")
    assert answer == {"name": os.path.basename(GIVEN["picture"]), "subfolder": "sent/deep", "type": "input"}, answer
    assert api.upload_image(GIVEN["picture"], "sent/deep") == answer  # the same bytes: the same file
    assert size(api.get_image(answer["name"], answer["subfolder"], "input")) == (40, 30)
    workflow = {"1": {"class_type": "LoadImage", "inputs": {"image": f"{answer['subfolder']}/{answer['name']}"},
                      "_meta": {"title": "Load"}},
                "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "again"},
                      "_meta": {"title": "Save"}}}
    (_, png), = api.queue_and_wait_images(workflow, "Save").items()
    assert size(png) == (40, 30)


failed = 0
for step in (looks_around, runs_a_workflow_and_gets_its_pictures, runs_again_from_the_cache, interrupts_what_runs,
             hears_of_an_interrupt_while_it_waits, is_told_what_is_wrong_with_a_workflow, uploads_and_uses_a_picture):
    try:
        step()
        print("ok", step.__name__, flush=True)
    except Exception as e:  # noqa: BLE001: the next step is taken all the same
        failed = 1
        where = traceback.extract_tb(e.__traceback__)
        print("FAILED", step.__name__, type(e).__name__, str(e)[:300], [f.lineno for f in where], flush=True)
sys.exit(failed)
