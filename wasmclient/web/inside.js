// Draws the panel "What happens inside". The Wasm client records what happens, and gives it
// here as JSON: clientLoaded.inside, from dom/panel_js.go. What is in it comes from strangers
// too, so it is only ever shown as text.
import { BreakIt } from "./inside.breakit.js";
import { bytes, loadStyle, make, milliseconds } from "./inside.elements.js";
import { nameOf } from "./inside.mesh.js";
import { Network } from "./inside.network.js";
import { Phases } from "./inside.phases.js";
import { Timeline } from "./inside.timeline.js";
import { loadWords, pageLanguage } from "./inside.words.js";

// An open panel looks for something new this often, and shows what changes by itself once
// a second, in milliseconds.
const pause = 150, second = 1000;

const root = document.getElementById("inside"), button = document.getElementById("inside-open"), body = document.body;
const client = () => window.clientLoaded?.inside; // undefined: not loaded yet

let panel; // built when it is opened for the first time

// open shows the panel. The error says that something of it cannot be loaded.
export const open = async () => {
  const [words] = await Promise.all([loadWords(), loadStyle(button.dataset.style)]);
  panel ??= build(words);
  followAddress(true);
  root.hidden = false;
  root.classList.remove("missing");
  button.setAttribute("aria-expanded", "true");
  panel.timer ??= setInterval(tick, pause);
  tick();
};

const close = () => {
  delete body.dataset.inside;
  root.hidden = true;
  button.setAttribute("aria-expanded", "false");
  button.focus();
  forget();
  clearInterval(panel.timer);
  panel.timer = undefined;
  if (location.hash === "#inside") history.replaceState(null, "", location.pathname + location.search);
};

// forget makes the next page begin without the panel.
const forget = () => {
  try {
    localStorage.removeItem("wasmp2pchat.inside");
  } catch {} // the browser has no storage
};

// followAddress makes an open panel a page of its own at #inside.
const followAddress = (opens) => {
  if (location.hash === "#inside") body.dataset.inside = "page";
  else if (opens || body.dataset.inside) body.dataset.inside = "open";
};
addEventListener("hashchange", () => followAddress(false));

// build fills the panel with its parts, in which the texts never change.
const build = (words) => {
  const phases = new Phases(words), network = new Network(words), timeline = new Timeline(words), breakIt = new BreakIt(words, client);
  const part = (name, ...children) => make("section", { className: name }, make("h3", {}, words.text(name)), ...children);
  const nothing = make("p", { id: "inside-nothing" }), facts = make("dl", { id: "inside-wasm-facts" });
  const action = (name, act) => {
    const made = make("button", { type: "button", className: "quiet" }, words.text(name));
    made.addEventListener("click", act);
    return made;
  };
  root.replaceChildren(
    make("header", {}, make("h2", { id: "inside-title" }, words.text("title")), action("export", save), action("close", close)),
    phases.root,
    part("network", network.mesh.root, network.pair, network.plot),
    part("bytes", network.servers, network.peer, network.zero),
    part("breakit", make("div", { className: "attempts" }, ...breakIt.elements)),
    part("timeline", nothing, timeline.list),
    part("candidates", network.pairs, network.candidates),
    part("wasm", facts));
  return { words, phases, network, timeline, breakIt, nothing, facts, drawn: 0 };
};

// translate builds the panel again in the language that the page has now.
const translate = async () => {
  panel.translating = true;
  try {
    panel = { ...build(await loadWords()), timer: panel.timer };
  } finally {
    panel.translating = false; // if it failed, the next look tries again
  }
};

const tick = () => {
  const recorder = client(), now = performance.now();
  if (panel.words.language !== pageLanguage() && !panel.translating) translate().catch(console.warn);
  if (!recorder) return;
  const due = now - panel.drawn >= second;
  if (!recorder.changed() && !due) return;
  if (due) {
    panel.drawn = now;
    recorder.update(); // is shown with what comes next
    showWasm(recorder.wasm());
  }
  const snapshot = JSON.parse(recorder.snapshot(panel.timeline.search, panel.timeline.seen));
  panel.timeline.show(snapshot, new Map(snapshot.links.map(({ peer, slot }) => [peer, nameOf(slot)])));
  panel.phases.show(snapshot);
  panel.network.show(snapshot);
  panel.breakIt.show();
  panel.nothing.textContent = snapshot.began ? "" : panel.words.text(document.getElementById("stop").hidden ? "nothing" : "late");
};

const showWasm = (wasm) => {
  const { words, facts } = panel, loaded = window.clientLoaded;
  const values = {
    size: bytes(loaded.size),
    compiled: milliseconds(loaded.compiled),
    memory: `${bytes(wasm.heap)} / ${bytes(wasm.system)}`,
    goroutines: wasm.goroutines,
    crossings: loaded.crossingsASecond(),
  };
  facts.replaceChildren(...Object.entries(values).flatMap(([name, value]) => [make("dt", {}, words.text(name)), make("dd", {}, String(value))]));
};

// save lets the person keep what is recorded as a file. It never leaves the browser
// otherwise.
const save = () => {
  const address = URL.createObjectURL(new Blob([client()?.snapshot(0, 0) ?? "{}"], { type: "application/json" }));
  make("a", { href: address, download: "inside.json" }).click();
  URL.revokeObjectURL(address);
};
