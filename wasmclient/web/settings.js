// Applies what the person has chosen for this page: its language, its theme and the size of
// its text. It runs before the page is parsed, so that the page is shown as chosen at once.
// The browser keeps the choices. The dialog holds settings of the Wasm client too, which keeps
// those itself.
"use strict";

(() => {
  // What can be chosen, the default first.
  const choices = {
    language: ["auto", "en", "ja"],
    theme: ["auto", "light", "dark"],
    text: ["100", "125", "150", "200"], // in percent
  };

  const key = (name) => `wasmp2pchat.${name}`;

  // stored returns what was chosen in an earlier visit. Where a page may have no storage,
  // asking for it throws.
  const stored = (name) => {
    let value;
    try {
      value = localStorage.getItem(key(name));
    } catch {}
    return choices[name].includes(value) ? value : choices[name][0];
  };

  const store = (name, value) => {
    try {
      localStorage.setItem(key(name), value);
    } catch {}
  };

  const preferredLanguage = () => {
    const primaries = (navigator.languages || []).map((tag) => tag.toLowerCase().split("-")[0]);
    return primaries.find((primary) => choices.language.includes(primary)) || "en";
  };

  const chosen = {};

  // apply tells the client of another language by the event that browsers dispatch when their own
  // languages change.
  const apply = () => {
    const root = document.documentElement, automatic = chosen.theme === "auto", before = root.lang;
    root.lang = chosen.language === "auto" ? preferredLanguage() : chosen.language;
    root.style.colorScheme = automatic ? "" : chosen.theme;
    root.style.setProperty("--text-size", chosen.text / 100);
    for (const color of document.querySelectorAll("meta[data-scheme]")) {
      const { scheme } = color.dataset;
      color.media = automatic ? `(prefers-color-scheme: ${scheme})` : scheme === chosen.theme ? "all" : "not all";
    }
    if (root.lang !== before) dispatchEvent(new Event("languagechange"));
  };

  const load = () => {
    for (const name in choices) chosen[name] = stored(name);
    apply();
  };

  load();
  addEventListener("languagechange", apply);
  addEventListener("storage", (event) => { // in another tab
    if (Object.keys(choices).some((name) => event.key === key(name))) load();
  });

  document.addEventListener("DOMContentLoaded", () => {
    const open = document.getElementById("settings-open"), dialog = document.getElementById("settings-dialog");
    open.disabled = false;
    open.addEventListener("click", () => {
      for (const option of dialog.querySelectorAll("[type=radio]")) option.checked = chosen[option.name] === option.value;
      dialog.showModal();
    });
    dialog.addEventListener("change", ({ target }) => {
      if (target.type !== "radio") return;
      chosen[target.name] = target.value;
      store(target.name, target.value);
      apply();
    });
    // A key means something else on the page: Esc leaves the partner.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
  });
})();
