// Tells the Wasm client what the person does: dom/person_js.go makes events of it.
"use strict";

window.person = (() => {
  const { byId } = elements;

  // How often the client is told that time passes, in milliseconds.
  const tickEvery = 10_000;

  let happened; // the client's function: a name of what has happened, and what belongs to it

  // scrolledUp is as the client was told or has shown last.
  const person = { scrolledUp: false };

  // An input method uses a key with code 229 (W3C UI Events, section 8.3.3). Safari ends a
  // composition before the Enter that confirms it, so isComposing alone would send a
  // half-written Japanese sentence.
  const composes = (event) => event.isComposing || event.keyCode === 229;
  const sends = (event) => event.key === "Enter" && !event.shiftKey && !composes(event);
  const escapes = (event) => event.key === "Escape" && !event.repeat && !composes(event);

  const on = (target, name, handle) => target.addEventListener(name, handle);
  const onSend = (target, act) => on(target, "keydown", (event) => {
    if (!sends(event)) return;
    event.preventDefault();
    act();
  });

  // copy copies the text of a field, and leaves it selected. It works on pages without encryption too, where there is no
  // navigator.clipboard.
  const copy = (id) => {
    byId(id).select();
    return document.execCommand("copy");
  };

  const listenToButtons = () => {
    for (const id of ["start", "next", "stop", "block", "home", "new", "send", "check", "invite-open"]) {
      on(byId(id), "click", () => happened(id));
    }
    for (const id of ["hide", "sound", "notify"]) on(byId(id), "change", ({ target }) => happened(id, target.checked));
    on(byId("copy"), "click", () => copy("input") && happened("copied"));
    on(byId("input"), "input", ({ target }) => happened("typed", target.value));
    onSend(byId("input"), () => happened("send"));
    on(byId("group"), "change", ({ target }) => happened("group", Number(target.value)));
    on(byId("people"), "click", ({ target }) => target.closest("button") && happened("block-member", Number(target.closest("li").dataset.slot)));
    on(byId("suggestions"), "click", ({ target }) => target.dataset.text && happened("use", target.dataset.text));
    on(byId("log"), "scroll", () => {
      const up = !messageList.atEnd();
      if (up === person.scrolledUp) return;
      person.scrolledUp = up;
      happened("scrolled", !up);
    });
  };

  const listenToInterests = () => {
    const field = byId("own-interest");
    // add adds what is in the field, with the compatibility forms of letters replaced as the
    // server does.
    const add = () => {
      const text = field.value.normalize("NFKC");
      field.value = "";
      if (text) happened("add", text);
    };
    on(byId("interests"), "click", ({ target }) => {
      const button = target.closest(".interest");
      if (!button) return;
      const { interest } = button.dataset;
      happened("choose", interest ?? button.id.slice("interest-".length));
      if (interest) field.focus(); // the button vanishes
    });
    onSend(field, add);
    on(byId("add-interest"), "click", () => {
      add();
      field.focus();
    });
    on(field, "change", add); // the text that is still in the field counts too
  };

  const listenToInvites = () => {
    on(byId("invite-copy"), "click", () => copy("invite-link"));
    byId("invite-share").hidden = !navigator.share;
    on(byId("invite-share"), "click", () => {
      const invitation = { text: chatPage.words().invitation, url: byId("invite-link").value };
      navigator.share(invitation).catch(() => {}); // nobody need be told that nothing was shared
    });
    const read = () => happened("address", location.hash);
    on(window, "hashchange", read);
    read();
  };

  const listenToWindow = () => {
    const tick = () => happened("tick", document.visibilityState === "visible");
    on(document, "keydown", (event) => escapes(event) && happened("escape"));
    on(document, "visibilitychange", () => {
      tick();
      alerts.seen();
    });
    on(window, "languagechange", () => {
      happened("language", document.documentElement.lang);
      tick();
    });
    on(window, "pagehide", () => happened("hidden"));
    on(window, "pageshow", ({ persisted }) => persisted && happened("restored"));
    setInterval(tick, tickEvery);
    setTimeout(() => { // after the page has been shown
      happened("remembered", ...alerts.remembered());
      tick();
    });
  };

  // listen tells the client everything until close. START may have been pressed before: see
  // boot.js.
  const listen = (tell) => {
    happened = tell;
    happened("language", document.documentElement.lang);
    listenToInterests();
    listenToInvites();
    listenToButtons();
    listenToWindow();
    const { dataset } = byId("start");
    if (!dataset.pressed) return;
    dataset.pressed = "";
    happened("start");
  };

  const close = () => { happened = () => {}; };

  // offerFiles shows the button for files to who can send them. files.js is loaded in the first
  // chat.
  let loading = false;
  const offerFiles = (chatting) => {
    byId("attach").hidden = !chatting || !window.files;
    if (!chatting || loading) return;
    loading = true;
    loadFiles((...what) => {
      if (what[0] === "loaded") messageList.drawFiles();
      happened(...what);
    });
  };

  // rememberInvite puts the invite into the page's address, so that a reload keeps it.
  const rememberInvite = (fragment) => history.replaceState(null, "", location.pathname + location.search + fragment);

  const askToNotify = async () => happened("answered", await alerts.ask());

  return Object.assign(person, { listen, close, offerFiles, rememberInvite, askToNotify });
})();
