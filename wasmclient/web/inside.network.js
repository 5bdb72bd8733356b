import { bytes, draw, make, milliseconds } from "./inside.elements.js";
import { Mesh, nameOf } from "./inside.mesh.js";

// Network shows candidates, pairs, round trips and bytes.
export class Network {
  constructor(words) {
    this.words = words;
    const place = (tag, name) => make(tag, { id: `inside-${name}` });
    this.mesh = new Mesh(words);
    this.pair = place("p", "pair");
    this.plot = place("div", "plot");
    this.servers = place("p", "bytes-servers");
    this.peer = place("p", "bytes-peer");
    this.zero = place("p", "bytes-zero");
    this.pairs = place("div", "pairs");
    this.candidates = place("ul", "candidates");
  }

  show(now) {
    const words = this.words, main = now.links.find(({ gone }) => !gone) ?? now.links.at(-1);
    this.mesh.show(now.links);
    this.pair.textContent = this.mesh.root.hidden && main?.way ? words.text(`pair-${main.way}`) : "";
    this.servers.replaceChildren(...labelled(words.text("through-servers"), bytes(now.through ?? 0)));
    this.peer.replaceChildren(...labelled(words.text("directly"), bytes(now.direct ?? 0)));
    this.zero.textContent = this.claim(now);
    this.showPairs(now.links.filter(({ pairs }) => pairs.length > 0));
    this.showPlot(this.mesh.root.hidden ? main?.roundTrips ?? [] : []);
    if (now.candidates.length < this.candidates.childElementCount) this.candidates.replaceChildren();
    this.candidates.append(...now.candidates.slice(this.candidates.childElementCount).map((candidate) =>
      make("li", {}, make("b", {}, `${words.text(candidate.local ? "local" : "remote")} ${candidate.type}`), make("code", {}, candidate.line))));
  }

  // claim returns what is certain about where the bytes of the chat go.
  claim(now) {
    if (now.relayed) return this.words.text("relayed");
    return now.direct && now.released && !now.since ? this.words.text("zero") : "";
  }

  // showPairs shows a table for each link, in a group below the name of the person.
  showPairs(links) {
    const drawn = JSON.stringify(links.map(({ slot, pairs }) => [slot, pairs]));
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.pairs.replaceChildren(...links.flatMap(({ slot, pairs }) => [...(nameOf(slot) ? [make("h4", {}, nameOf(slot))] : []), this.table(pairs)]));
  }

  table(pairs) {
    const words = this.words;
    const row = (tag, properties, ...cells) => make("tr", properties, ...cells.map((cell) => make(tag, {}, cell)));
    return make("table", {},
      make("thead", {}, row("th", {}, words.text("local"), words.text("remote"), words.text("state"), words.text("round-trip"))),
      make("tbody", {}, ...pairs.map((pair) => row("td", { className: pair.selected ? "selected" : "" },
        `${pair.localType ?? ""} ${pair.local ?? ""}`, `${pair.remoteType ?? ""} ${pair.remote ?? ""}`,
        pair.selected ? words.text("chosen") : pair.state ?? "", pair.roundTrip ? milliseconds(pair.roundTrip) : ""))));
  }

  // showPlot draws the round trips as a line, and says the last one.
  showPlot(trips) {
    if (trips.length === 0) return this.plot.replaceChildren();
    const highest = Math.max(1, ...trips), width = 300, height = 48;
    const points = trips.map((trip, i) => `${(width * i / Math.max(trips.length - 1, 1)).toFixed(1)},${(height - (height - 4) * trip / highest).toFixed(1)}`);
    this.plot.replaceChildren(
      make("p", {}, ...labelled(this.words.text("round-trip"), milliseconds(trips.at(-1)))),
      draw("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, draw("polyline", { points: points.join(" ") })));
  }
}

const labelled = (label, value) => [`${label} `, make("b", {}, value)];
