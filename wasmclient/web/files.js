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
    const as = (blob, name, picture) => ({ blob, name, type: blob.type, picture });
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
  const limit = async () => {
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
    complete: async () => {
      await writable.close();
      return complete();
    },
    discard: async () => {
      await writable.abort().catch(() => {});
      remove();
    },
  });

  const memory = (name, picture) => {
    let parts = [];
    return {
      write: async (bytes) => { parts.push(bytes); },
      complete: async () => {
        const blob = new Blob(parts, { type: "application/octet-stream" });
        parts = [];
        const url = URL.createObjectURL(blob);
        return { name, url, shown: picture && await shown(blob) };
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

  // preview returns what draw needs to show a picture of this side.
  const preview = async (blob) => ({ shown: await shown(blob) });

  const set = (target, text) => { if (target.textContent !== text) target.textContent = text; };

  // draw draws the line of a file in a box, or changes what changed. result is that of a
  // sink, or of preview, if there is one.
  const draw = (box, view, result) => {
    if (!box.firstChild) {
      const name = element("bdi", "file-name");
      const detail = element("div", "file-detail"), note = element("div", "file-note"), actions = element("div", "file-actions");
      detail.setAttribute("aria-live", "off"); // it changes all the time
      box.append(name, detail, note, actions);
    }
    const part = (name) => box.querySelector(".file-" + name);
    Object.assign(box.dataset, { stage: view.stage, id: view.id });
    offers.set(box, view);
    set(part("name"), view.name);
    set(part("detail"), view.detail);
    set(part("note"), view.note);
    bar(box, view);
    buttons(box, part("actions"), view, result);
    if (result?.shown && !box.querySelector("img")) {
      const image = Object.assign(element("img", "file-picture"), { src: result.shown.url, width: result.shown.width, height: result.shown.height, alt: view.name, decoding: "async" });
      box.prepend(image);
    }
  };

  const bar = (box, view) => {
    let progress = box.querySelector("progress");
    if (view.progress < 0) return progress?.remove();
    if (!progress) {
      progress = Object.assign(element("progress", "file-progress"), { max: 100 });
      progress.setAttribute("aria-label", view.label);
      box.querySelector(".file-detail").before(progress);
    }
    progress.value = view.progress;
  };

  const buttons = (box, actions, view, result) => {
    const wanted = view.actions.map(([name]) => name).concat(view.save && result?.url ? ["save"] : []).join();
    if (actions.dataset.shown === wanted) return;
    actions.dataset.shown = wanted;
    const focused = actions.contains(document.activeElement);
    actions.replaceChildren(...view.actions.map(([name, text], i) => {
      const button = Object.assign(element("button", i === 0 && name === "accept" ? "primary" : ""), { type: "button", textContent: text });
      button.dataset.file = name;
      return button;
    }));
    if (view.save && result?.url) {
      actions.append(Object.assign(element("a", "button"), { href: result.url, download: result.name, textContent: view.save }));
    }
    if (focused) (actions.firstChild ?? document.getElementById("input")).focus();
  };

  // What draw has shown last, by box.
  const offers = new WeakMap();

  // listen calls chosen with what prepare returns for each file that a person picks, drops or
  // pastes, and pressed with the name of a control, the id of the line and, of "accept", the
  // sink.
  const listen = (chosen, pressed) => {
    const byId = (id) => document.getElementById(id);
    const page = byId("page"), attach = byId("attach"), pick = byId("pick");
    const choose = async (files) => {
      for (const file of [...files]) chosen(await prepare(file));
    };
    attach.addEventListener("click", () => pick.click());
    pick.addEventListener("change", async () => {
      await choose(pick.files);
      pick.value = "";
    });
    document.addEventListener("paste", (event) => {
      if (attach.hidden || !event.clipboardData?.files.length) return;
      event.preventDefault();
      choose(event.clipboardData.files);
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
      const box = button.closest("[data-id]"), view = offers.get(box), name = button.dataset.file;
      if (name !== "accept") return pressed(name, view.id);
      button.disabled = true;
      try {
        const sink = await open(view.name, view.size, view.picture);
        if (sink) pressed(name, view.id, sink);
      } finally {
        button.disabled = false;
      }
    });
  };

  // release frees what a result holds.
  const release = (result) => {
    for (const url of [result.url, result.shown?.url]) if (url) URL.revokeObjectURL(url);
    result.free?.();
  };

  if (opfs() && navigator.locks) tidy().catch(() => {});
  return { listen, limit, preview, draw, release };
})();
