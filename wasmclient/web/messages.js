// Draws the messages of a chat in #messages. Strangers write them, so they are only ever shown
// as text; package ui finds the links in them.
"use strict";

window.messageList = (() => {
  const { byId, make, setText, setAttribute } = elements;

  const lines = new Map(); // by the message's id, oldest first
  let words, clock;

  // link returns a link to a URL, which tells its host as the browser understands it: letters
  // that only look like those of another name are written as Punycode (RFC 3492). It returns
  // the text if the browser finds a fault.
  const link = (text) => {
    let url;
    try {
      url = new URL(text);
    } catch {}
    if (url?.protocol !== "https:" || url.username) return text;
    const made = make("a", "", text);
    Object.assign(made, {
      href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr",
      title: words.newTab.replace("{host}", () => url.host),
    });
    if (!text.toLowerCase().startsWith("https://" + url.host)) made.dataset.host = url.host;
    return made;
  };

  // textOf returns a message's text. The direction of writing that it sets ends with it, and with
  // each link.
  const textOf = ({ parts = [], large }) => {
    const made = make("div", "text" + (large ? " large" : ""));
    made.dir = "auto";
    made.append(...parts.map((part) => (part.link ? link(part.text) : part.text)));
    return made;
  };

  // timeOf returns hours and minutes as the person is used to, and all of the time in a tooltip.
  const timeOf = (at) => {
    clock ??= new Intl.DateTimeFormat(undefined, { timeStyle: "short" }); // takes milliseconds
    const date = new Date(at), made = make("time", "", clock.format(date));
    made.title = date.toLocaleString();
    made.dateTime = date.toISOString();
    return made;
  };

  // marginOf returns what stands beside a message: how far it has come, and the time of a
  // group's first one. It is not read out when it changes.
  const marginOf = ({ mine, first, at, file }) => {
    const margin = make("div", "margin");
    margin.setAttribute("aria-live", "off");
    if (mine && !file) {
      const mark = make("span", "mark");
      mark.setAttribute("role", "img");
      margin.append(mark);
    }
    if (first && at) margin.append(timeOf(at));
    return margin;
  };

  // deliver shows how far a message has come.
  const deliver = (line, { delivery, deliveryText, noted }) => {
    if (!delivery) return;
    setAttribute(line.element, "data-delivery", delivery);
    setAttribute(line.element.querySelector(".mark"), "aria-label", deliveryText);
    const note = line.element.querySelector(".note");
    if (!noted) note?.remove();
    else if (note) setText(note, deliveryText);
    else line.element.append(make("div", "note", deliveryText));
  };

  // drawFile draws the line of a file as soon as files.js is there.
  const drawFile = ({ box, file }) => {
    if (file && window.files) files.draw(box, file);
  };

  const append = (message) => {
    const { mine, first, author, slot, left, file } = message;
    const element = make("div", left ? "left" : "message " + (mine ? "mine" : "theirs"), left);
    const box = file ? make("div", "text file") : textOf(message);
    if (!left) element.append(make("div", slot && first ? "author" : "unseen", author), box);
    if (!left && (mine || first)) element.append(marginOf(message));
    if (slot) element.dataset.slot = slot;
    const line = { element, box };
    lines.set(message.id, line);
    update(line, message);
    byId("messages").append(element);
    if (mine) scrollToEnd();
  };

  const update = (line, message) => {
    deliver(line, message);
    line.file = message.file;
    drawFile(line);
  };

  // show removes the messages before the first one, and draws those that are new or have
  // changed. Without a first one it removes all.
  const show = (first = Infinity, messages = [], newWords) => {
    words = newWords;
    for (const [id, { element, file }] of lines) {
      if (id >= first) break;
      element.remove();
      lines.delete(id);
      if (file) window.files?.forget(id);
    }
    for (const message of messages) {
      const line = lines.get(message.id);
      if (line) update(line, message);
      else append(message);
    }
  };

  const drawFiles = () => {
    for (const line of lines.values()) drawFile(line);
  };

  // How far, in CSS pixels, the end may be out of sight and still count as in sight.
  const nearEnd = 40;

  // The list is laid out in reverse: its end is at 0, and what is above has negative numbers.
  const atEnd = () => byId("log").scrollTop > -nearEnd;
  const scrollToEnd = () => { byId("log").scrollTop = 0; };

  return { show, drawFiles, atEnd, scrollToEnd };
})();
