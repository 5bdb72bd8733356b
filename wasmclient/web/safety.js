// The sheet before the first START, and the words that hide messages.
"use strict";

(() => {
  const agreedKey = "wasmp2pchat.agreed", wordsKey = "wasmp2pchat.words";
  const element = (id) => document.getElementById(id);
  const stored = (key) => {
    try {
      return localStorage.getItem(key) ?? "";
    } catch {
      return "";
    }
  };
  const store = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {}
  };

  let agreed = stored(agreedKey) !== "";
  const before = (event) => {
    const button = event.target.closest?.("#start, #invite-open");
    if (agreed || !button || !event.isTrusted) return; // a script need not be told
    event.stopImmediatePropagation();
    const sheet = element("sheet");
    sheet.returnValue = "";
    sheet.addEventListener("close", () => {
      if (sheet.returnValue !== "agreed") return;
      agreed = true;
      store(agreedKey, "1");
      button.click();
    }, { once: true });
    sheet.showModal();
  };
  document.addEventListener("click", before, true);

  // matcher finds any of the words: whole ones, in scripts that have spaces between words.
  const matcher = (text) => {
    const words = text.normalize("NFKC").split(/[\n,、]/).map((word) => word.trim()).filter(Boolean);
    if (words.length === 0) return undefined;
    const patterns = words.map((word) => {
      const literal = word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
      if (/[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]/u.test(word)) return literal;
      return `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
    });
    return new RegExp(patterns.join("|"), "iu");
  };

  const labels = { en: "Hidden for a word in your list. Show it", ja: "設定した言葉があるため隠しました" };
  let match = matcher(stored(wordsKey));

  const hide = (message) => {
    if (message.dataset.shown || message.dataset.hidden || !match?.test(message.querySelector(".text")?.textContent.normalize("NFKC") ?? "")) return;
    const show = document.createElement("button");
    show.type = "button";
    show.className = "reveal";
    show.textContent = labels[document.documentElement.lang] ?? labels.en;
    show.addEventListener("click", () => {
      message.dataset.shown = "yes";
      delete message.dataset.hidden;
      show.remove();
    });
    message.dataset.hidden = "yes";
    message.append(show);
  };

  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(() => {
      if (match) for (const message of element("messages").querySelectorAll(".message.theirs:not([data-hidden])")) hide(message);
    }).observe(element("messages"), { childList: true, subtree: true, characterData: true });
    element("words").value = stored(wordsKey);
    element("words").addEventListener("change", ({ target }) => {
      store(wordsKey, target.value);
      match = matcher(target.value);
    });
    element("sheet").addEventListener("keydown", (event) => event.stopPropagation());
  });
})();
