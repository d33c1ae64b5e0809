// saintno.mjs URL GIVEN: @saintno/comfyui-sdk at work; see clients_test.py.
import { createRequire } from "node:module";
import { check, long, pictureBytes, quick, seeded, sizeOf, soon, take, url, walk } from "./steps.mjs";

// The package is where npm put it, not beside this file.
const { CallWrapper, ComfyApi, PromptBuilder } = createRequire(process.env.PACKAGES + "/")("@saintno/comfyui-sdk");
const credentials = process.env.TOKEN ? { type: "bearer_token", token: process.env.TOKEN } : undefined;
const api = new ComfyApi(url, "saintno-1", { credentials });

const builder = (prompt) => new PromptBuilder(prompt, ["seed", "text"], ["images"])
  .setInputNode("seed", "5.inputs.seed").setInputNode("text", "2.inputs.text").setOutputNode("images", "7");

// Runs a prompt -> [what it gave, all that was told on the way]
async function called(built) {
  const told = [];
  const wrapper = new CallWrapper(api, built)
    .onPending(() => told.push("pending")).onStart(() => told.push("start"))
    .onProgress((p) => told.push(`${p.value}/${p.max}`)).onPreview(() => told.push("preview"))
    .onOutput((key) => told.push(key)).onFinished(() => told.push("finished"))
    .onFailed((e) => told.push(e));
  return [await wrapper.run(), told];
}

async function connects() {
  await soon(api.init().waitForReady(), "readiness");
  check((await api.getCheckpoints()).includes("limn-shapes.safetensors"));
  const { sampler, scheduler } = await api.getSamplerInfo();
  check(JSON.stringify(sampler).includes("euler") && JSON.stringify(scheduler).includes("normal"));
  check(Array.isArray(await api.getLoras()) && Array.isArray(await api.getEmbeddings()));
  check((await api.getSystemStats()).devices[0].name === "cpu");
  check((await api.getModelFolders()).some((f) => f.name === "checkpoints"));
  check((await api.getModelFiles("checkpoints")).some((f) => f.name === "limn-shapes.safetensors"));
  check((await api.getTerminalLogs()).entries.length >= 0);
}

async function runs_a_workflow_and_hears_of_it() {
  const [out, told] = await called(builder(walk).input("seed", 5).input("text", "a blue square"));
  check(out.images?.images?.length === 1, { told });
  check(told[0] === "pending" && told.includes("finished") && told.some((t) => /^(\d+)\/\1$/.test(t)), told);
  const blob = await api.getImage(out.images.images[0]);
  check(sizeOf(await blob.arrayBuffer()).join() === "64,64");
}

async function runs_again_from_the_cache() {
  for (let i = 0; i < 10; i++) {
    const [out, told] = await soon(called(builder(quick).input("seed", 5).input("text", "a blue square")), `run ${i}`);
    check(out && out.images.images.length === 1 && !told.some((t) => t instanceof Error), told.map(String));
  }
}

async function cancels_what_runs_and_what_waits() {
  const run = called(builder(long).input("seed", 1));
  await soon(async () => (await api.getQueue()).queue_running.length === 1, "the run");
  const waiting = await api.appendPrompt(seeded(long, 2));
  check((await api.getQueue()).queue_pending[0][1] === waiting.prompt_id);
  await api.fetchApi("/queue", { method: "POST", body: JSON.stringify({ delete: [waiting.prompt_id] }) });
  await soon(async () => (await api.getQueue()).queue_pending.length === 0, "the deletion");
  await new Promise((on) => setTimeout(on, 1000)); // this client looks once, half a second behind its job, whether it is there
  await api.interrupt();
  const [out, told] = await run;
  check(out === false && told.at(-1)?.name === "ExecutionInterruptedError", told.map(String));
  await soon(async () => (await api.getQueue()).queue_running.length === 0, "the end");
  const { status } = await api.getHistory(told.at(-1).cause.prompt_id);
  check(status.status_str === "error" && status.completed === false, status);
}

async function is_told_what_is_wrong_with_a_workflow() {
  const wrong = structuredClone(quick);
  wrong["1"].inputs.ckpt_name = "none.safetensors";
  const [out, told] = await called(builder(wrong));
  const error = told.find((t) => t instanceof Error);
  check(out === false && JSON.stringify(error.cause).includes("value_not_in_list"), told.map(String));
}

async function uploads_a_picture_and_a_mask() {
  const sent = await api.uploadImage(pictureBytes(), "from-saintno.png", { subfolder: "sent" });
  check(sent && sent.info.filename === "from-saintno.png" && sent.info.subfolder === "sent", sent);
  check(sizeOf(await (await api.getImage(sent.info)).arrayBuffer()).join() === "40,30");
  const masked = await api.uploadMask(pictureBytes(), { filename: sent.info.filename, subfolder: "sent", type: "input" });
  check(masked && masked.info.filename.startsWith("mask"), masked);
  check(sizeOf(await (await api.getImage(masked.info)).arrayBuffer()).join() === "40,30");
}

async function keeps_settings_and_files_of_its_user() {
  await api.storeSetting("Limn.Test", "ü");
  check((await api.getSettings())["Limn.Test"] === "ü" && (await api.getSetting("Limn.Test")) === "ü");
  await api.storeUserData("notes/a.json", { kept: true }, { overwrite: true, stringify: true });
  await api.moveUserData("notes/a.json", "notes/b.json", { overwrite: true });
  check((await (await api.getUserData("notes/b.json")).json()).kept === true);
  check((await api.listUserData("notes", true, false)).join() === "b.json");
  await api.deleteUserData("notes/b.json");
}

async function frees() {
  check(await api.freeMemory(true, true));
  check(Object.keys(await api.getHistories(3)).length > 0);
  api.destroy();
}

await take([connects, runs_a_workflow_and_hears_of_it, runs_again_from_the_cache, cancels_what_runs_and_what_waits,
            is_told_what_is_wrong_with_a_workflow, uploads_a_picture_and_a_mask, keeps_settings_and_files_of_its_user,
            frees]);
