import { draw, make } from "./inside.elements.js";

// The phases of a connection, in order, and the step that ends each. If a browser does not tell
// of a step, its phase is a part of the next one.
const phases = [
  { name: "phase-wait", party: "matchmaking", key: "event.matchmaking.matched" },
  { name: "phase-exchange", party: "signaling", key: "ice_state.checking" },
  { name: "phase-path", party: "peer", key: "ice_state.connected" },
  { name: "phase-keys", party: "peer", key: "dtls_state.connected" },
  { name: "phase-channel", party: "peer", key: "channel_open.chat" },
];
const asked = "call_sent.FindMatch", matched = phases[0].key, opened = phases.at(-1).key;
const answers = new Map([["remote_description.answer", "offered-here"], ["local_description.answer", "offered-peer"]]);

// Phases says who offered, and how long each phase of the connection took. In a group, it does
// so for the person whose channel opened last.
export class Phases {
  constructor(words) {
    this.words = words;
    this.root = make("section", { id: "inside-phases", hidden: true });
    this.begin();
  }

  begin(search) {
    this.search = search;
    this.drawn = undefined;
    this.found = {};
    this.links = new Map(); // by peer id
  }

  // show draws what the steps of a snapshot add to those that were shown before.
  show({ search = 0, steps }) {
    if (search !== this.search) this.begin(search);
    steps.forEach((step) => this.note(step));
    const link = [...this.links.values()].filter((marks) => marks[opened] !== undefined).sort((a, b) => a[opened] - b[opened]).at(-1);
    this.root.hidden = link === undefined;
    const drawn = JSON.stringify(link);
    if (this.root.hidden || drawn === this.drawn) return;
    this.drawn = drawn;
    this.root.replaceChildren(
      make("h3", {}, this.words.text("phases")),
      make("ol", {}, ...this.rows({ ...this.found, ...link })),
      ...(link.who && this.links.size === 1 ? [make("p", {}, this.words.text(link.who))] : []));
  }

  // note keeps the time of a step that ends a phase. What comes again later is a repair.
  note({ key, peer, seconds = 0 }) {
    if (key === asked) this.found[key] ??= seconds;
    if (key === matched) {
      this.found[key] = seconds; // the match before has failed
      this.links.clear();
    }
    if (!peer) return;
    if (!this.links.has(peer)) this.links.set(peer, {});
    const marks = this.links.get(peer);
    if (phases.some((phase) => phase.key === key)) marks[key] ??= seconds;
    if (answers.has(key)) marks.who ??= answers.get(key);
  }

  // rows returns a row for each phase: its name, its place in the time since the match, and how
  // long it took.
  rows(marks) {
    const since = marks[matched] ?? 0, whole = Math.max(marks[opened] - since, 0.001);
    let from = marks[asked];
    return phases.filter(({ key }) => marks[key] !== undefined).flatMap(({ name, party, key }) => {
      const begins = from ?? marks[key], ends = Math.max(marks[key], begins);
      from = ends;
      const bar = key === matched ? [] : [draw("rect", { x: 100 * (begins - since) / whole, width: Math.max(100 * (ends - begins) / whole, 1), height: 1 })];
      return [make("li", { className: party },
        make("span", {}, this.words.text(name)),
        draw("svg", { viewBox: "0 0 101 1", preserveAspectRatio: "none", "aria-hidden": "true" }, ...bar),
        make("b", {}, `${(ends - begins).toFixed(3)} s`))];
    });
  }
}
