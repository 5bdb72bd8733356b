import { make } from "./inside.elements.js";

// BreakIt has what a person may do to a connection to see how it is repaired. client is
// clientLoaded.inside.
export class BreakIt {
  constructor(words, client) {
    this.client = client;
    this.attempts = [
      { name: "vanish", needs: "chat", try: () => client().vanish(8_000) },
      { name: "vanish-longer", needs: "chat", try: () => client().vanish(14_000) },
      { name: "restart", needs: "chat", try: () => client().restart() },
      { name: "relay-only", needs: "relay", try: () => client().relayOnly() },
      { name: "cut", try: () => cutServers(20_000) },
    ].map((attempt) => {
      const button = make("button", { id: `inside-${attempt.name}`, type: "button", className: "attempt" }, words.text(attempt.name));
      button.addEventListener("click", attempt.try);
      return { ...attempt, button };
    });
    const repaired = make("p", { id: "inside-repaired", className: "reason" }, words.text("repaired"));
    this.reason = make("p", { id: "inside-no-relay", className: "reason", hidden: true }, words.text("no-relay"));
    for (const { needs, button } of this.attempts) {
      button.setAttribute("aria-describedby", needs === "relay" ? `${repaired.id} ${this.reason.id}` : repaired.id);
    }
    this.elements = [...this.attempts.map(({ button }) => button), repaired, this.reason];
  }

  // show enables what is possible now.
  show() {
    const chat = document.getElementById("page").dataset.layout === "chat" && !document.getElementById("stop").hidden;
    const possible = { chat, relay: chat && this.client().relays() };
    for (const { needs, button } of this.attempts) button.disabled = needs !== undefined && !possible[needs];
    this.reason.hidden = !chat || possible.relay;
  }
}

// cutServers lets all calls of the servers fail for a while. Streams that are open stay.
const cutServers = (duration) => {
  const { fetch } = window;
  if (fetch.cut) return;
  window.fetch = Object.assign(() => Promise.reject(new TypeError("the servers are cut off")), { cut: true });
  setTimeout(() => (window.fetch = fetch), duration);
};
