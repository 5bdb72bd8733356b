// What the page shows: the document of index.html is known here only.
import { Bye_Reason } from "@wasmp2pchat/contract/chat";

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;

/** Shows a line of the chat. A stranger may have written it: it is text, never markup. */
export function log(text: string, whose: "mine" | "theirs") {
  element("log").append(Object.assign(document.createElement("li"), { textContent: text, className: whose }));
}

/** Shows how far the chat has come. While it is open, the person can write. */
export function show(status: string, open = false) {
  element("status").textContent = status;
  for (const control of element<HTMLFormElement>("form").elements) (control as HTMLInputElement).disabled = !open;
}

/** Calls say with each line that the person sends, and leave with why the person leaves. */
export function listen({ say, leave }: { say: (text: string) => void; leave: (reason: Bye_Reason) => void }) {
  element("form").onsubmit = (event) => {
    event.preventDefault();
    const input = element<HTMLInputElement>("text");
    if (input.value.trim() !== "") say(input.value);
    input.value = "";
  };
  element("leave").onclick = () => leave(Bye_Reason.STOPPED);
  addEventListener("pagehide", () => leave(Bye_Reason.CLOSED));
}
