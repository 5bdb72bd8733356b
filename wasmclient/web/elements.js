// What the scripts share that draw the page. They change only what differs, because a screen
// reader may read out again what is set again.
"use strict";

window.elements = (() => {
  const byId = (id) => document.getElementById(id);

  // make returns a new element. Markup in its text is shown as text.
  const make = (tag, className = "", text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

  const setText = (target, text = "") => {
    if (target.textContent !== text) target.textContent = text;
  };

  const setAttribute = (target, name, value) => {
    if (target.getAttribute(name) !== value) target.setAttribute(name, value);
  };

  // fill makes the children of an element anew if what they are made from has changed.
  const filled = new Map();
  const fill = (target, entries = [], child) => {
    const key = JSON.stringify(entries);
    if ((filled.get(target) ?? "[]") === key) return;
    filled.set(target, key);
    target.replaceChildren(...entries.map(child));
  };

  return { byId, make, setText, setAttribute, fill };
})();
