/* record.mjs: what ComfyUI's packaged canvas makes of the texts in tests/a1111/texts, as tests/a1111/recorded.json.
 *
 *     node tests/a1111/record.mjs STATIC_FOLDER OBJECT_INFO.json
 *
 * STATIC_FOLDER is comfyui_frontend_package/static of version 1.27.10, OBJECT_INFO.json an answer of ComfyUI
 * 0.3.64 to /object_info. The canvas's own function runs here, among small stand-ins for the graph; nothing of
 * it is kept but its answers. */
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";

const here = path.dirname(new URL(import.meta.url).pathname);
const [folder, info_file] = process.argv.slice(2);
const info = JSON.parse(fs.readFileSync(info_file, "utf8"));
const choices = {
  ckpt_name: ["dreams.safetensors", "v1-5-pruned-emaonly.safetensors"],
  lora_name: ["fur.safetensors", "details v2.safetensors"],
};

/* The text of a function that stands alone in the package. */
function find_function(name) {
  const assets = path.join(folder, "assets");
  for (const file of fs.readdirSync(assets).filter((f) => /^index-.*\.js$/.test(f))) {
    const text = fs.readFileSync(path.join(assets, file), "utf8");
    const at = text.indexOf(`async function ${name}(`);
    if (at < 0) continue;
    return text.slice(at, text.indexOf(`__name(${name},`, at));
  }
  throw new Error(`${name} is not in ${folder}`);
}

class Node {
  constructor(type) {
    const { required = {}, optional = {} } = info[type].input;
    this.type = type;
    this.widgets = [];
    this.slots = [];
    this.links = {};
    for (const [name, [kind, options = {}]] of Object.entries({ ...required, ...optional })) {
      const list = Array.isArray(kind);
      if (!list && !["INT", "FLOAT", "STRING", "BOOLEAN", "COMBO"].includes(kind)) {
        this.slots.push(name);
        continue;
      }
      const values = choices[name] ?? (list ? kind : options.options ?? []);
      this.widgets.push({ name, value: options.default ?? values[0] ?? "", options: { values } });
    }
  }
  connect(slot, target, input) {
    if (slot < info[this.type].output.length) /* the canvas refuses an output that is not there */
      target.links[target.slots[input]] = [this, slot];
  }
}

function prompt_of(nodes) {
  const ids = new Map(nodes.map((node, i) => [node, String(i + 1)]));
  const out = {};
  for (const node of nodes) {
    const inputs = Object.fromEntries(node.widgets.map((w) => [w.name, w.value]));
    for (const [name, [from, slot]] of Object.entries(node.links)) inputs[name] = [ids.get(from), slot];
    out[ids.get(node)] = { class_type: node.type, inputs };
  }
  return out;
}

async function convert(text) {
  const nodes = [];
  const graph = { clear() {}, arrange() {}, add: (node) => nodes.push(node) };
  const world = {
    console: { warn() {}, log() {} },
    __name: (f) => f,
    api: { getEmbeddings: async () => ["EasyNegative", "bad-hands-5"] },
    LiteGraph: { createNode: (type) => new Node(type) },
  };
  vm.createContext(world);
  vm.runInContext(`${source}\nthis.convert = importA1111;`, world);
  await world.convert(graph, text);
  return prompt_of(nodes);
}

const source = find_function("importA1111");
const recorded = {};
for (const file of fs.readdirSync(path.join(here, "texts")).sort())
  recorded[file] = await convert(fs.readFileSync(path.join(here, "texts", file), "utf8"));
fs.writeFileSync(path.join(here, "recorded.json"), JSON.stringify(recorded, null, 1) + "\n");
