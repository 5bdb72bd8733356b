// What the browser does for files: it encodes pictures anew, saves what comes, and draws the
// lines of files. It knows nothing of the chat. The client loads it when somebody is there.
"use strict";

window.files = (() => {
  const element = (tag, className) => Object.assign(document.createElement(tag), { className });

  // The longest side of a picture that is sent, in pixels, and how well it is kept.
  const longest = 2560, quality = 0.85;
  const encodes = /^image\/(png|jpeg|webp|gif|bmp|avif)$/;

  // prepare returns what is sent of a file: of a picture its pixels only, so that no place,
  // camera or comment goes along; of anything else, and of what is no picture, the file.
  const prepare = async (file) => {
    const as = (blob, name, picture) => [blob, name, blob.type, blob.size, picture];
    if (!encodes.test(file.type)) return as(file, file.name, false);
    let bitmap;
    try {
      bitmap = await createImageBitmap(file); // turned as the camera was held
      const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
      const canvas = element("canvas", "");
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const type = file.type === "image/jpeg" ? file.type : "image/webp"; // others may be transparent
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, type, quality));
      if (!blob) throw new Error("not encoded");
      return as(blob, file.name.replace(/\.[^.]*$/, "") + "." + blob.type.split("/")[1].replace("jpeg", "jpg"), true);
    } catch {
      return as(file, file.name, false);
    } finally {
      bitmap?.close();
    }
  };

  // How much is saved on disk, and how much in memory where there is no way to the disk.
  const onDisk = 2 ** 31, inMemory = 256e6, margin = 50e6;
  const picks = () => typeof showSaveFilePicker === "function" && isSecureContext;
  const opfs = () => "createWritable" in (globalThis.FileSystemFileHandle?.prototype ?? {}) && navigator.storage?.getDirectory;

  // limit returns how large a file may be that can be saved here, in bytes.
  let most = inMemory;
  const limit = async () => most = await findLimit();
  const findLimit = async () => {
    if (picks()) return onDisk;
    try {
      if (opfs()) {
        await navigator.storage.getDirectory(); // private windows may refuse
        const { quota, usage } = await navigator.storage.estimate();
        return Math.max(inMemory, Math.min(onDisk, quota - usage - margin));
      }
    } catch {}
    return inMemory;
  };

  // The names of files that wait to be saved. A page holds a lock of that name for as long
  // as it needs one; those of pages that are gone are removed.
  const waiting = "incoming-";
  const tidy = async () => {
    const folder = await navigator.storage.getDirectory();
    for await (const name of folder.keys()) {
      if (!name.startsWith(waiting)) continue;
      await navigator.locks.request(name, { ifAvailable: true }, (lock) => lock && folder.removeEntry(name)).catch(() => {});
    }
  };

  // open returns where a file goes: for what is shown into memory, else where the person
  // says, into the browser's own files, or into memory. It returns null if the person has
  // changed their mind. A person must just have pressed something.
  const open = async (name, size, picture) => {
    if (picture) return memory(name, true);
    if (picks()) {
      try {
        const handle = await showSaveFilePicker({ suggestedName: name });
        return disk(await handle.createWritable(), () => ({ saved: true }), () => {});
      } catch (error) {
        if (error.name === "AbortError") return null;
      }
    }
    if (opfs() && size > 1e6) {
      try {
        const folder = await navigator.storage.getDirectory();
        const own = waiting + crypto.randomUUID();
        let free;
        navigator.locks?.request(own, () => new Promise((resolve) => { free = resolve; }));
        const handle = await folder.getFileHandle(own, { create: true });
        const remove = () => {
          free?.();
          folder.removeEntry(own).catch(() => {});
        };
        return disk(await handle.createWritable(), async () => {
          const file = await handle.getFile();
          return { name, url: URL.createObjectURL(new Blob([file], { type: "application/octet-stream" })), free: remove };
        }, remove);
      } catch {} // then in memory
    }
    return memory(name, false);
  };

  const disk = (writable, complete, remove) => ({
    write: (bytes) => writable.write(bytes),
    async complete() {
      await writable.close();
      this.done?.(await complete());
    },
    discard: async () => {
      await writable.abort().catch(() => {});
      remove();
    },
  });

  const memory = (name, picture) => {
    let parts = [];
    return {
      write: async (bytes) => { parts.push(bytes.slice()); }, // it is filled again
      async complete() {
        const blob = new Blob(parts, { type: "application/octet-stream" });
        parts = [];
        const url = URL.createObjectURL(blob);
        this.done?.({ name, url, shown: picture && await shown(blob) });
      },
      discard: async () => { parts = []; },
    };
  };

  // The pictures that are shown, by how their bytes begin. What the sender calls them does
  // not count, and nothing that can hold a script is among them.
  const kinds = [["image/jpeg", "ffd8ff"], ["image/png", "89504e470d0a1a0a"], ["image/gif", "47494638"], ["image/webp", "52494646........57454250"]];

  // shown returns the address and the size of a picture, or null for what is none.
  const shown = async (blob) => {
    const head = [...new Uint8Array(await blob.slice(0, 12).arrayBuffer())].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const kind = kinds.find(([, begins]) => new RegExp("^" + begins).test(head));
    if (!kind) return null;
    try {
      const picture = blob.slice(0, blob.size, kind[0]);
      const bitmap = await createImageBitmap(picture);
      const { width, height } = bitmap;
      bitmap.close();
      return { url: URL.createObjectURL(picture), width, height };
    } catch {
      return null;
    }
  };

  const set = (target, text) => { if (target.textContent !== text) target.textContent = text; };

  const texts = {
    en: {
      accept: "ACCEPT", decline: "DECLINE", cancel: "CANCEL", save: "SAVE",
      progress: (name) => `Progress of ${name}`,
      left: [(n) => `${n} s left`, (n) => `${n} min left`, (n) => `${n} h left`],
      between: " · ",
      partner: "your partner", others: "the others",
      taken: (taken, all) => `${taken} of ${all} have it.`, nobody: "Nobody took it.",
      fileOffered: "{Who} offers a file. Accept only what you expect.",
      pictureOffered: "{Who} offers a picture. You see it only if you accept.",
      tooLarge: (size) => `Too large: this browser can save ${size} at most.`,
      fileWaits: "Waiting for {who} to accept…",
      unchanged: "Sent as it is, perhaps with the place where it was made. Waiting for {who} to accept…",
      pictureWaits: "Without location data. Waiting for {who} to accept…",
      sending: "Sending…", receiving: "Receiving…",
      arrived: "{Who} has it.", received: "Complete, and checked.",
      declined: "{Who} declined.", declinedByYou: "You declined.",
      stopped: "You canceled.", stoppedByPartner: "{Who} canceled.",
      noSpace: "There is no space for it, or it cannot be saved.", noSpaceThere: "{Who} has no space for it.",
      corrupt: "What arrived is not what was sent. Please try again.",
      broken: "It cannot be read or sent.", lost: "Not transferred: the chat ended.",
    },
    ja: {
      accept: "受け取る", decline: "断る", cancel: "中止", save: "保存",
      progress: (name) => `${name} の進み具合`,
      left: [(n) => `残り ${n} 秒`, (n) => `残り ${n} 分`, (n) => `残り ${n} 時間`],
      between: " ・ ",
      partner: "相手", others: "みんな",
      taken: (taken, all) => `${all} 人のうち ${taken} 人に届きました。`, nobody: "誰も受け取りませんでした。",
      fileOffered: "{who}がファイルを送ろうとしています。心当たりのあるものだけ受け取ってください。",
      pictureOffered: "{who}が写真を送ろうとしています。受け取るまで表示されません。",
      tooLarge: (size) => `大きすぎます。このブラウザーで保存できるのは ${size} までです。`,
      fileWaits: "{who}の返事を待っています…",
      unchanged: "そのまま送るため、撮影場所などが含まれることがあります。{who}の返事を待っています…",
      pictureWaits: "位置情報は取り除きました。{who}の返事を待っています…",
      sending: "送信しています…", receiving: "受信しています…",
      arrived: "{who}に届きました。", received: "すべて届き、内容も確認しました。",
      declined: "{who}が断りました。", declinedByYou: "断りました。",
      stopped: "中止しました。", stoppedByPartner: "{who}が中止しました。",
      noSpace: "空き容量が足りないか、保存できません。", noSpaceThere: "{who}の空き容量が足りません。",
      corrupt: "届いた内容が送ったものと違います。もう一度お試しください。",
      broken: "読み込みまたは送信ができません。", lost: "会話が終わったため、送受信できませんでした。",
    },
  };
  const words = texts[document.documentElement.lang] ?? texts.en;

  // size returns a number of bytes in the units of SI.
  const size = (bytes) => {
    const units = ["B", "KB", "MB", "GB", "TB"];
    const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
    const value = bytes / 1000 ** step;
    return value.toFixed(step === 0 || value >= 100 ? 0 : 1) + " " + units[step];
  };

  const left = (seconds) => {
    const step = seconds < 60 ? 0 : seconds < 3600 ? 1 : 2;
    return words.left[step](Math.min(999, Math.round(seconds / 60 ** step)));
  };

  // detail says how large a file is, or how far, how fast and for how much longer.
  const detail = ({ stage, size: all, moved, rate }) => {
    if (stage !== "moving") return size(all);
    const parts = [size(moved) + " / " + size(all)];
    if (rate > 0) parts.push(size(rate) + "/s", left((all - moved) / rate));
    return parts.join(words.between);
  };

  // The names of what cameras make.
  const made = /\.(jpe?g|heic|heif|avif|tiff?|dng|mov|mp4|webp|png)$/i;

  // note says what a person should know of a file. It names the other side: the partner, or in a
  // group who sends it or all who may take it.
  const note = (file) => {
    const who = file.receivers ? words.others : file.from ?? words.partner;
    return noteOf(file).replace("{who}", who).replace("{Who}", who[0].toUpperCase() + who.slice(1));
  };

  const noteOf = ({ stage, name, mine, picture, tooLarge, failure, byPeer, receivers, taken = 0 }) => {
    if (receivers && taken > 0) return words.taken(taken, receivers);
    if (receivers && stage === "failed" && (byPeer || failure === "declined")) return words.nobody;
    switch (stage) {
      case "offered":
        if (mine && picture) return words.pictureWaits;
        if (mine) return made.test(name) ? words.unchanged : words.fileWaits;
        if (tooLarge) return words.tooLarge(size(most));
        return picture ? words.pictureOffered : words.fileOffered;
      case "moving": return mine ? words.sending : words.receiving;
      case "done": return mine ? words.arrived : words.received;
    }
    switch (failure) {
      case "": return words.lost;
      case "declined": return mine ? words.declined : words.declinedByYou;
      case "no_space": return byPeer ? words.noSpaceThere : words.noSpace;
      case "corrupt": return words.corrupt;
      case "stopped": return byPeer ? words.stoppedByPartner : words.stopped;
    }
    return byPeer ? words.stoppedByPartner : words.broken; // reasons of newer clients
  };

  // What can be saved or shown of files, by the message's id, and their boxes.
  const results = new Map(), boxes = new Map();

  // keep keeps a result, and draws the line again that it belongs to.
  const keep = (id, result) => {
    results.set(id, result);
    const box = boxes.get(id);
    if (box) draw(box, offers.get(box));
  };

  // preview lets a picture of this side be shown.
  const preview = async (id, blob) => keep(id, { shown: await shown(blob) });

  // comes lets a file that goes into a sink be saved or shown when it is complete.
  const comes = (id, sink) => { sink.done = (result) => keep(id, result); };

  // How long the browser may still copy a file that a person has saved, in milliseconds.
  const saving = 60_000;

  // forget frees what is kept for a message.
  const forget = (id) => {
    const result = results.get(id);
    for (const url of [result?.url, result?.shown?.url]) if (url) URL.revokeObjectURL(url);
    if (result?.free) setTimeout(result.free, saving);
    results.delete(id);
    boxes.delete(id);
  };

  // draw draws the line of a file in a box, or changes what changed. It is given the message's id
  // and fields of ui.File, without those that are empty.
  const draw = (box, given) => {
    const file = { size: 0, moved: 0, rate: 0, failure: "", ...given };
    const { id, name, stage } = file, result = results.get(id);
    if (!box.firstChild) {
      const detail = element("div", "file-detail");
      detail.setAttribute("aria-live", "off"); // it changes all the time
      box.append(element("bdi", "file-name"), detail, element("div", "file-note"), element("div", "file-actions"));
    }
    const part = (name) => box.querySelector(".file-" + name);
    box.dataset.stage = stage;
    offers.set(box, file);
    boxes.set(id, box);
    set(part("name"), name);
    set(part("detail"), detail(file));
    set(part("note"), note(file));
    bar(box, file);
    buttons(part("actions"), file, result);
    if (result?.shown && !box.querySelector("img")) {
      const { url, width, height } = result.shown;
      box.prepend(Object.assign(element("img", "file-picture"), { src: url, width, height, alt: name, decoding: "async" }));
    }
  };

  const bar = (box, { stage, name, size, moved }) => {
    let progress = box.querySelector("progress");
    if (stage !== "moving") return progress?.remove();
    if (!progress) {
      progress = Object.assign(element("progress", "file-progress"), { max: 100 });
      progress.setAttribute("aria-label", words.progress(name));
      box.querySelector(".file-detail").before(progress);
    }
    progress.value = size > 0 ? Math.floor(100 * moved / size) : 0;
  };

  // controls returns which controls a file has.
  const controls = ({ stage, mine, tooLarge }) => {
    if (stage === "moving" || stage === "offered" && mine) return ["cancel"];
    if (stage === "offered") return tooLarge ? ["decline"] : ["accept", "decline"];
    return [];
  };

  const buttons = (actions, file, result) => {
    const saves = file.stage === "done" && !file.mine && result?.url;
    const wanted = controls(file).concat(saves ? ["save"] : []);
    if (actions.dataset.shown === wanted.join()) return;
    actions.dataset.shown = wanted.join();
    const focused = actions.contains(document.activeElement);
    actions.replaceChildren(...wanted.map((name) => {
      if (name === "save") return Object.assign(element("a", "button"), { href: result.url, download: result.name, textContent: words.save });
      const button = Object.assign(element("button", name === "accept" ? "primary" : ""), { type: "button", textContent: words[name] });
      button.dataset.file = name;
      return button;
    }));
    if (focused) (actions.firstChild ?? document.getElementById("input")).focus();
  };

  // The file that draw has shown last in each box.
  const offers = new WeakMap();

  // listen calls happened with "chosen" and what prepare returns, for each file that a person
  // picks, drops or pastes, and with the name of a control, the message's id and, of
  // "accept", the sink. It returns how large a file may be that can be saved, in bytes.
  const listen = async (happened) => {
    const byId = (id) => document.getElementById(id);
    const page = byId("page"), attach = byId("attach"), pick = byId("pick");
    const choose = async (files) => {
      for (const file of [...files]) happened("chosen", ...await prepare(file));
    };
    attach.addEventListener("click", () => pick.click());
    pick.addEventListener("change", async () => {
      await choose(pick.files);
      pick.value = "";
    });
    document.addEventListener("paste", (event) => {
      const data = event.clipboardData;
      if (attach.hidden || !data?.files.length || data.types.includes("text/plain")) return; // of a text with a picture, the text
      event.preventDefault();
      choose(data.files);
    });
    // A file that is dropped beside the page would replace it.
    document.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = attach.hidden ? "none" : "copy";
      page.toggleAttribute("data-dropping", !attach.hidden);
    });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) page.removeAttribute("data-dropping"); });
    document.addEventListener("drop", (event) => {
      page.removeAttribute("data-dropping");
      if (!event.dataTransfer?.files.length) return;
      event.preventDefault();
      if (!attach.hidden) choose(event.dataTransfer.files);
    });
    byId("messages").addEventListener("click", async (event) => {
      const button = event.target.closest("[data-file]");
      if (!button) return;
      const box = button.closest(".file"), { id, name: called, size, picture } = offers.get(box), name = button.dataset.file;
      if (name !== "accept") return happened(name, id);
      button.disabled = true;
      try {
        const sink = await open(called, size, picture);
        if (sink) happened(name, id, sink);
      } finally {
        button.disabled = false;
      }
    });
    return limit();
  };

  if (opfs() && navigator.locks) tidy().catch(() => {});
  return { listen, preview, comes, draw, forget };
})();
