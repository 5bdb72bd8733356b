import { draw, make, milliseconds } from "./inside.elements.js";

const width = 320, height = 200, radius = 9;

// nameOf returns what the page calls the person in a slot.
export const nameOf = (slot) => document.querySelector(`#people [data-slot="${slot}"] b`)?.textContent ?? "";

// Mesh draws a group as it is connected: this side, everybody else, and what is known of the
// connections between.
export class Mesh {
  constructor(words) {
    this.words = words;
    this.root = make("figure", { id: "inside-mesh", hidden: true });
  }

  show(links) {
    const self = document.querySelector("#people li")?.dataset.slot;
    const others = links.filter(({ slot }) => slot !== undefined && nameOf(slot));
    const drawn = JSON.stringify([self, others.map(({ slot, way, gone, interrupted, roundTrips }) => [slot, way, gone, interrupted, roundTrips.at(-1)])]);
    this.root.hidden = others.length < 2;
    if (this.root.hidden || drawn === this.drawn) return;
    this.drawn = drawn;
    const everybody = [{ slot: self }, ...others], places = new Map(everybody.map(({ slot }, i) => [slot, place(i, everybody.length)]));
    const own = places.get(self), between = others.filter(({ gone }) => !gone);
    this.root.replaceChildren(
      draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": others.map((link) => this.describe(link)).join("; ") },
        ...between.flatMap(({ slot }, i) => between.slice(i + 1).map((other) => line(places.get(slot), places.get(other.slot), "unseen-link"))),
        ...others.map((link) => line(own, places.get(link.slot), link.gone ? "gone" : link.interrupted ? "interrupted" : link.way ?? "")),
        ...others.filter(({ gone, roundTrips }) => !gone && roundTrips.length > 0).map(({ slot, roundTrips }) => label(own, places.get(slot), `${Math.round(roundTrips.at(-1))} ms`)),
        ...everybody.map(({ slot, gone }) => node(slot, places.get(slot), gone))),
      make("figcaption", {}, this.words.text("mesh")));
  }

  // describe says in words what a line shows.
  describe({ slot, way, gone, interrupted, roundTrips }) {
    const state = gone ? "gone" : interrupted ? "interrupted" : way ? `way-${way}` : "connecting";
    return [`${nameOf(slot)}: ${this.words.text(state)}`, ...(gone || roundTrips.length === 0 ? [] : [milliseconds(roundTrips.at(-1))])].join(", ");
  }
}

// place returns where somebody stands: this side below, the others around.
const place = (i, count) => {
  const angle = Math.PI / 2 + 2 * Math.PI * i / count;
  return { x: width / 2 + (width / 2 - 48) * Math.cos(angle), y: height / 2 - 6 + (height / 2 - 30) * Math.sin(angle) };
};

const line = (from, to, name) => draw("line", { class: `link ${name}`, x1: from.x, y1: from.y, x2: to.x, y2: to.y });

// label stands beside the middle of a line, nearer to the other side, where lines part.
const label = (from, to, text) => {
  const made = draw("text", { class: "trip", x: from.x + (to.x - from.x) * 0.6, y: from.y + (to.y - from.y) * 0.6 + 3 });
  made.textContent = text;
  return made;
};

const node = (slot, { x, y }, gone) => {
  const name = draw("text", { class: "name", x, y: y + radius + 13 });
  name.textContent = nameOf(slot);
  return draw("g", { class: gone ? "gone" : "", "data-slot": slot }, draw("circle", { cx: x, cy: y, r: radius }), name);
};
