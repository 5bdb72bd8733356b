// Draws what the Wasm client shows, around the messages. The client decides and has the words:
// dom/page_js.go calls what is returned here with the fields of ui.View, of which those are
// missing that are empty, zero or false.
"use strict";

window.chatPage = (() => {
  const { byId, make, setText, setAttribute, fill } = elements;
  let words; // in the language of the page

  // translate sets the texts that HTML cannot have in two languages. Messages that are there
  // keep what they have.
  const translate = (given) => {
    words = given;
    const input = byId("input"), field = byId("own-interest");
    input.placeholder = words.placeholder;
    input.maxLength = words.maxText;
    field.placeholder = words.ownInterest;
    field.maxLength = words.maxOwnInterest;
    for (const option of byId("group").options) option.textContent = words.groupSize.replace("{n}", option.value);
    const labels = { people: words.people, input: words.input, "invite-link": words.inviteLink, qr: words.inviteLink, log: words.messages, suggestions: words.suggestions };
    for (const id in labels) setAttribute(byId(id), "aria-label", labels[id]);
  };

  const showButton = (id, present, enabled) => {
    byId(id).hidden = !present;
    byId(id).disabled = !enabled;
  };

  const showButtons = (view) => {
    for (const id of ["start", "next", "stop", "block", "home", "copy", "invite-open"]) showButton(id, view[id], view[id]);
    showButton("send", !view.copy, view.sendable);
    showButton("check", true, view.check);
    showButton("new", view.new, true);
    setText(byId("new"), view.new);
    byId("next").classList.toggle("primary", !view.writing);
    for (const id of ["next", "block"]) byId(id).classList.toggle("asked", view.asked === id);
  };

  // showInterests marks the chosen interests, for screen readers too.
  const showInterests = (view) => {
    const chosen = view.chosen ?? [];
    byId("interests").hidden = !view.interests;
    for (const button of byId("interests").querySelectorAll("button[id^=interest-]")) {
      const pressed = chosen.includes(button.id.slice("interest-".length));
      button.disabled = !view.interests || (view.full && !pressed);
      setAttribute(button, "aria-pressed", String(pressed));
    }
    for (const id of ["own-interest", "add-interest"]) byId(id).disabled = !view.interests || view.full;
    fill(byId("own"), view.own, ({ text, label }) => {
      const button = newButton("interest", text);
      button.dataset.interest = text;
      button.setAttribute("aria-label", label);
      return button;
    });
  };

  const newButton = (className, text) => Object.assign(make("button", className, text), { type: "button" });

  const showSuggestions = (suggestions) => fill(byId("suggestions"), suggestions, ({ text, kept }) => {
    const button = newButton(kept ? "suggestion kept" : "suggestion", kept ?? text);
    button.dir = "auto";
    button.dataset.text = text;
    return button;
  });

  // showInvite shows the link to pass on, also as a QR code.
  let invite = "", drawing;
  const showInvite = (fragment = "") => {
    byId("invite").hidden = !fragment;
    if (fragment === invite) return;
    invite = fragment;
    if (!fragment) return;
    byId("invite-link").value = location.href.split("#")[0] + fragment;
    if (window.drawQR) drawQR();
    else if (!drawing) drawing = document.head.appendChild(Object.assign(make("script"), { type: "module", src: byId("invite-open").dataset.script }));
  };

  // showCodes shows the symbols of the safety codes, in a group with the names of the people.
  // Whether they are in sight is the person's choice.
  const showCodes = ({ codes, codeNote }) => {
    byId("safety").hidden = codes.length === 0;
    setText(byId("code-note"), codeNote);
    const entries = codes.flatMap(({ name, symbols }) => (name ? [{ name }] : []).concat(symbols.map((symbol) => ({ symbol }))));
    fill(byId("code"), entries, ({ name, symbol }) => make("li", name ? "whose" : "", name ?? symbol));
  };

  // showNetwork shows what a partner sees of the person's address, and what a check of the
  // connection has found.
  const showNetwork = (view) => {
    byId("hide").checked = view.hide;
    byId("hide").disabled = !view.hideEnabled;
    setText(byId("privacy"), view.privacy);
    const list = byId("found"), before = list.children.length, found = view.found ?? [];
    found.forEach(({ mark, text }, i) => {
      const line = list.children[i] ?? list.appendChild(make("li"));
      setAttribute(line, "class", mark);
      setText(line, text);
    });
    while (list.children.length > found.length) list.lastElementChild.remove();
    if (found.length > before) list.scrollIntoView({ block: "nearest" });
  };

  const showSettings = (view) => {
    for (const id of ["sound", "notify"]) {
      byId(id).checked = view[id];
      byId(id).disabled = false;
    }
    setText(byId("refused"), view.refused);
  };

  // showInput never sets a text again that is there: that would break the composition of an
  // input method. Halves of surrogate pairs do not come back from the client.
  const showInput = (view) => {
    const input = byId("input"), draft = view.draft ?? "", there = input.value;
    byId("composer").hidden = view.start;
    input.disabled = !view.writing && !view.copy;
    input.readOnly = view.copy;
    if ((there.toWellFormed?.() ?? there) !== draft) input.value = draft;
  };

  // show shows a view, given as JSON.
  const show = (text) => {
    const view = JSON.parse(text);
    if (view.words) translate(view.words);
    byId("page").dataset.layout = view.layout;
    byId("status").dataset.tone = view.tone;
    for (const id of ["status", "count", "counter", "common", "typing", "hint"]) setText(byId(id), view[id]);
    if (document.title !== view.title) document.title = view.title;
    showCodes(view);
    showInterests(view);
    memberList.show(view);
    showInvite(view.invite);
    showSettings(view);
    showNetwork(view);
    showButtons(view);
    showSuggestions(view.suggestions);
    showInput(view);
    person.offerFiles(view.writing);
    messageList.show(view.first, view.messages, words);
    person.scrolledUp = view.scrolledUp ?? false;
  };

  const focus = (id) => byId(id).focus();

  const showEnd = () => {
    messageList.scrollToEnd();
    focus("log");
  };

  return { show, showEnd, focus, words: () => words };
})();
