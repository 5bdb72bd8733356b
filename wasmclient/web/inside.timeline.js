import { draw, make } from "./inside.elements.js";

// The parties of a connection from left to right, as lines of a sequence diagram.
const lanes = { matchmaking: 8, signaling: 28, here: 48, peer: 68 };
const width = 76, tall = 400, middle = tall / 2; // a row shows as much of the middle as it is high

// Timeline is the list of steps. It draws each row once and does not change it.
export class Timeline {
  constructor(words) {
    this.words = words;
    this.list = make("ol");
    this.search = 0;
    this.seen = 0; // rows, dropped ones included
  }

  // show draws the rows that a snapshot has besides those that were drawn before. names are those
  // of the people of a group, by their peer ids.
  show(now, names) {
    this.names = names;
    for (const party of this.list.querySelectorAll(".party[data-peer]")) this.nameParty(party); // who was not known yet
    const { search = 0, dropped = 0 } = now;
    if (search !== this.search) {
      this.search = search;
      this.seen = 0;
      this.list.replaceChildren();
    }
    const first = Math.max(this.seen, dropped);
    this.list.append(...now.steps.map((step) => this.row(step)));
    this.seen = first + now.steps.length;
  }

  row(step) {
    const details = make("details", {},
      make("summary", {},
        make("span", { className: "at" }, (step.seconds ?? 0).toFixed(3)), lane(step),
        this.party(step),
        make("span", { className: "what" }, this.words.heading(step.key, step.value))));
    details.addEventListener("toggle", () => details.append(...this.explain(step)), { once: true });
    const item = make("li", { className: step.failed ? "step failed" : "step" }, details);
    Object.assign(item.dataset, { party: step.party, key: step.key });
    return item;
  }

  // party says with whom a step is; in a group, also whom it is about.
  party({ party, peer }) {
    const made = make("span", { className: "party" }, this.words.text(party));
    if (!peer) return made;
    Object.assign(made.dataset, { party, peer });
    this.nameParty(made);
    return made;
  }

  nameParty(made) {
    const { party, peer } = made.dataset, name = this.names.get(peer);
    if (!name) return;
    made.textContent = party === "peer" ? name : `${this.words.text(party)} · ${name}`;
    delete made.dataset.peer;
  }

  // explain returns what an open row shows: why it is, where to read more, and its message.
  explain(step) {
    const links = this.words.links(step.key).map((link) => make("a", { ...link, target: "_blank", rel: "noopener noreferrer", textContent: link.text }));
    return [make("p", { className: "why" }, this.words.why(step.key)), make("p", { className: "links" }, ...links), ...this.message(step)];
  }

  message(step) {
    if (step.message === undefined) return [];
    if (step.type === "sdp") {
      return [make("dl", { className: "sdp" }, ...step.message.split("\n").flatMap((line) =>
        [make("dt", {}, line), make("dd", {}, this.words.line(line))]))];
    }
    return [make("p", { className: "type" }, step.type ?? ""), make("pre", {}, indented(step.message))];
  }
}

// indented returns a message in lines. Text that is no JSON stays as it is.
const indented = (message) => {
  try {
    return JSON.stringify(typeof message === "string" ? JSON.parse(message) : message, null, 2);
  } catch {
    return message;
  }
};

// lane draws the parties as lines, and an arrow between two of them or a dot on one.
const lane = (step) => {
  const here = lanes.here, there = lanes[step.party] ?? here;
  const all = Object.entries(lanes).map(([party, x]) => draw("line", { class: `life ${party}`, x1: x, x2: x, y1: 0, y2: tall }));
  if (!step.way || there === here) return picture(...all, draw("circle", { class: step.party, cx: there, cy: middle, r: 3.5 }));
  const [from, to] = step.way === "out" ? [here, there] : [there, here];
  const back = to > from ? -5 : 5;
  return picture(...all,
    draw("line", { class: step.party, x1: from, x2: to, y1: middle, y2: middle }),
    draw("path", { class: step.party, d: `M ${to + back} ${middle - 4} L ${to} ${middle} L ${to + back} ${middle + 4}` }));
};

const picture = (...parts) => draw("svg", { class: "lanes", viewBox: `0 0 ${width} ${tall}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" }, ...parts);
