// stable_canvas.mjs URL GIVEN: @stable-canvas/comfyui-client at work; see clients_test.py.
import { createRequire } from "node:module";
import { check, long, pictureBytes, quick, seeded, sizeOf, soon, take, url, walk } from "./steps.mjs";

// The package is where npm put it, not beside this file.
const { Client, Workflow } = createRequire(process.env.PACKAGES + "/")("@stable-canvas/comfyui-client");
const client = new Client({ api_host: new URL(url).host, WebSocket, fetch });
const classes = () => client.getNodeDefs();

async function connects() {
  await client.connect({ polling: { enabled: false } });
  check((await client.getSDModels()).includes("limn-shapes.safetensors"));
  check((await client.getSamplers()).includes("euler") && (await client.getSchedulers()).includes("normal"));
  check(Array.isArray(await client.getEmbeddings()) && Array.isArray(await client.getExtensions()));
  check((await client.getSystemStats()).devices[0].name === "cpu");
  check("KSampler" in (await classes()));
}

async function runs_a_workflow_and_hears_of_it() {
  const heard = [];
  const result = await client.enqueue(walk, { progress: (p) => heard.push(p) });
  check(result.images.length === 1 && result.images[0].type === "url", result);
  check(heard.length > 0 && heard.at(-1).value === heard.at(-1).max, heard);
  const answer = await fetch(result.images[0].data);
  check(answer.status === 200 && sizeOf(await answer.arrayBuffer()).join() === "64,64");
  // It is content with the picture, which comes in front of the job's end.
  await soon(async () => (await client.getHistory(5)).History[0]?.status.completed, "the entry");
}

async function runs_again_from_the_cache() {
  for (let i = 0; i < 5; i++) check((await client.enqueue(quick)).images.length === 1);
  check((await client.enqueue_polling(quick, { polling_ms: 50 })).images.length === 1);
}

async function builds_a_workflow_and_invokes_it() {
  const workflow = new Workflow();
  const { EmptyImage, SaveImage } = workflow.classes;
  const [image] = EmptyImage({ width: 24, height: 16, batch_size: 1, color: 255 });
  SaveImage({ images: image, filename_prefix: "built" });
  const result = await workflow.invoke(client);
  check(sizeOf(await (await fetch(result.images[0].data)).arrayBuffer()).join() === "24,16");
}

// A prompt that is there already, as its Workflow would give it.
function instance(prompt) {
  const workflow = new Workflow();
  workflow.workflow = () => ({ prompt });
  return workflow.instance(client);
}

async function cancels_what_runs_and_what_waits() {
  const invoked = instance(long), second = instance(seeded(long, 77));
  await invoked.enqueue();
  const end = invoked.wait().catch((e) => e);
  await second.enqueue();
  await soon(async () => (await invoked.query()).running, "the run");
  check((await second.query()).pending);
  await second.interrupt();
  await soon(async () => (await client.getQueue()).Pending.length === 0, "the deletion");
  await invoked.interrupt();
  const error = await end;
  check(String(error).includes("Execution has been interrupted"), String(error));
  await soon(async () => (await invoked.query()).done, "the end");
}

async function is_told_what_is_wrong_with_a_workflow() {
  const wrong = structuredClone(quick);
  wrong["1"].inputs.ckpt_name = "none.safetensors";
  const error = await client.enqueue(wrong).then(() => null, (e) => e);
  check(String(error).includes("400 Bad Request"), String(error));
}

async function uploads_and_uses_a_picture() {
  const form = new FormData();
  form.append("image", new Blob([pictureBytes()]), "from stable canvas.png");
  form.append("subfolder", "sent");
  const answer = await client.fetchApi("/upload/image", { method: "POST", body: form });
  const { name, subfolder, type } = await answer.json();
  check(name === "from stable canvas.png" && subfolder === "sent" && type === "input");
  const seen = await fetch(client.viewURL(name, subfolder, type));
  check(sizeOf(await seen.arrayBuffer()).join() === "40,30");
  const result = await client.enqueue({
    1: { class_type: "LoadImage", inputs: { image: `${subfolder}/${name}` } },
    2: { class_type: "SaveImage", inputs: { images: ["1", 0], filename_prefix: "again" } },
  });
  check(sizeOf(await (await fetch(result.images[0].data)).arrayBuffer()).join() === "40,30");
}

async function keeps_settings_and_files_of_its_user() {
  await client.storeSetting("Limn.Test", { a: [1, "ü"] });
  check(JSON.stringify(await client.getSetting("Limn.Test")) === '{"a":[1,"ü"]}');
  await client.storeUserData("notes/a b.json", { kept: true }, { stringify: true });
  check((await (await client.getUserData("notes/a b.json")).json()).kept === true);
  check((await client.getModelFolders()).some((f) => f.name === "checkpoints"));
}

async function forgets_and_frees() {
  await client.clearItems("history");
  check((await client.getHistory()).History.length === 0);
  await client.free({ unload_models: true, free_memory: true });
  client.close();
}

await take([connects, runs_a_workflow_and_hears_of_it, runs_again_from_the_cache, builds_a_workflow_and_invokes_it,
            cancels_what_runs_and_what_waits, is_told_what_is_wrong_with_a_workflow, uploads_and_uses_a_picture,
            keeps_settings_and_files_of_its_user, forgets_and_frees]);
