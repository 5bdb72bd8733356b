// Draws how a chat comes up: a recorded chat of two browsers, inside.picture.json, as arrows
// between them and the two services. It plays once, slowly, while somebody can see it.
import { draw, loadStyle, make } from "./inside.elements.js";
import { loadWords } from "./inside.words.js";

const places = { matchmaking: [165, 52], signaling: [355, 52], here: [70, 185], peer: [450, 185] };
const radius = 26;

// Each pause of the recording is played slower, but between these bounds: as long as a
// reader needs, and not as long as nobody came. In milliseconds.
const slower = 8, shortest = 650, longest = 1800, travel = 520;

// show fills place with the picture. The error says that something of it cannot be loaded.
export const show = async (place) => {
  const [words, recording] = await Promise.all([loadWords(), load(place.dataset.recording), loadStyle(place.dataset.style)]);
  let picture = new Picture(words, recording.steps);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const put = () => {
    place.replaceChildren(picture.root);
    if (still) picture.finish();
  };
  put();
  if (!still) new IntersectionObserver(([seen]) => picture.seen(seen.isIntersecting)).observe(place);
  new MutationObserver(async () => {
    const translated = new Picture(await loadWords(), recording.steps);
    translated.advance(picture.at);
    picture.pause();
    picture = translated;
    picture.label();
    put();
  }).observe(document.documentElement, { attributeFilter: ["lang"] });
};

const load = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the recording cannot be loaded: the server answered ${response.status}`);
  return response.json();
};

class Picture {
  constructor(words, steps) {
    this.words = words;
    this.steps = schedule(steps);
    this.end = this.steps.at(-1).due + longest;
    this.lines = Object.fromEntries([["here", "matchmaking"], ["here", "signaling"], ["peer", "matchmaking"], ["peer", "signaling"], ["here", "peer"]]
      .map(([from, to]) => [`${from} ${to}`, connect(from, to)]));
    this.dots = draw("g");
    this.nodes = Object.fromEntries(Object.keys(places).map((party) => [party, node(party, words.text(party))]));
    this.drawing = draw("svg", { viewBox: "0 0 520 240", role: "img", "aria-label": words.text("picture") },
      ...Object.values(this.lines), this.dots, ...Object.values(this.nodes));
    this.clock = make("span", { className: "at" });
    this.caption = make("span", { className: "what" });
    this.button = make("button", { type: "button", className: "quiet" });
    this.button.addEventListener("click", () => (this.playing ? this.pause() : this.play()));
    this.root = make("div", { className: "picture" }, this.drawing,
      make("p", { className: "caption" }, this.clock, this.caption),
      make("div", { className: "controls" }, this.button, make("p", { className: "source" }, words.text("recorded"))));
    this.rewind();
  }

  rewind() {
    this.at = this.done = 0;
    this.moving = [];
    this.dots.replaceChildren();
    this.drawing.classList.remove("open", "released");
    for (const line of Object.values(this.lines)) line.classList.remove("used");
    this.label();
  }

  label() {
    this.button.textContent = this.words.text(this.playing ? "pause" : this.at >= this.end ? "again" : "play");
  }

  play() {
    if (this.at >= this.end) this.rewind();
    this.playing = true;
    this.label();
    let before = performance.now();
    const frame = (now) => {
      if (!this.playing) return;
      this.advance(now - before);
      before = now;
      if (this.at < this.end) return requestAnimationFrame(frame);
      this.pause();
    };
    requestAnimationFrame(frame);
  }

  pause() {
    this.playing = false;
    this.label();
  }

  // seen plays while the picture can be seen, unless the person has stopped it.
  seen(visible) {
    if (!visible && this.playing) {
      this.pause();
      this.waits = true;
    } else if (visible && (this.waits || this.at === 0)) {
      this.waits = false;
      this.play();
    }
  }

  finish() {
    this.advance(this.end);
    this.advance(travel);
    this.button.hidden = true;
  }

  advance(passed) {
    this.at += passed;
    for (; this.done < this.steps.length && this.steps[this.done].due <= this.at; this.done++) this.take(this.steps[this.done]);
    this.moving = this.moving.filter(({ dot, from, to, due }) => {
      const share = Math.min((this.at - due) / travel, 1), eased = share * share * (3 - 2 * share);
      dot.setAttribute("cx", from[0] + (to[0] - from[0]) * eased);
      dot.setAttribute("cy", from[1] + (to[1] - from[1]) * eased);
      if (share === 1) dot.remove();
      return share < 1;
    });
  }

  // take does a step: its words are shown, and a dot goes from one party to another.
  take({ side, party, way, key, value, seconds, due }) {
    if (side === "here") {
      this.clock.textContent = `${seconds.toFixed(3)} s`;
      this.caption.textContent = this.words.heading(key, value);
      if (key === "channel_open.chat") this.drawing.classList.add("open");
      if (key === "released") this.drawing.classList.add("released");
    }
    if (!way) return;
    const other = party === "peer" && side === "peer" ? "here" : party;
    (this.lines[`${side} ${other}`] ?? this.lines[`${other} ${side}`]).classList.add("used");
    const [from, to] = way === "out" ? [side, other] : [other, side];
    const dot = draw("circle", { class: `dot ${other}`, r: 6 });
    this.dots.append(dot);
    this.moving.push({ dot, from: edge(from, to), to: edge(to, from), due });
  }
}

// schedule says when each step is due. Those of the partner's browser go on beside ours.
const schedule = (steps) => {
  let due = 500, before = steps[0].seconds;
  return steps.map((step) => {
    const pause = (step.seconds - before) * 1000 * slower;
    before = step.seconds;
    due += Math.min(Math.max(pause, step.side === "here" ? shortest : shortest / 3), longest);
    return { ...step, due };
  });
};

// edge returns where a line from one party to another leaves its circle.
const edge = (from, to) => {
  const [x, y] = places[from], dx = places[to][0] - x, dy = places[to][1] - y, length = Math.hypot(dx, dy);
  return [x + (dx / length) * radius, y + (dy / length) * radius];
};

const connect = (from, to) => {
  const [[x1, y1], [x2, y2]] = [edge(from, to), edge(to, from)];
  return draw("line", { class: `way ${to}`, x1, y1, x2, y2 });
};

const node = (party, name) => {
  const [x, y] = places[party], label = draw("text", { x, y: y < 100 ? y - radius - 10 : y + radius + 20 });
  label.textContent = name;
  return draw("g", { class: `node ${party}` }, draw("circle", { cx: x, cy: y, r: radius }), icon(party, x, y), label);
};

// icon is a screen for a browser, and a stack of machines for a service.
const icon = (party, x, y) => draw("path", {
  class: "icon",
  d: party === "here" || party === "peer"
    ? `M ${x - 11} ${y - 9} h 22 v 15 h -22 z M ${x - 5} ${y + 10} h 10`
    : `M ${x - 10} ${y - 9} h 20 v 7 h -20 z M ${x - 10} ${y + 2} h 20 v 7 h -20 z M ${x + 5} ${y - 5.5} h 1 M ${x + 5} ${y + 5.5} h 1`,
});
