// Loads the Wasm client and starts it. It runs before the page is parsed, so that
// nothing waits for it. Its texts are its own, because the client's are not loaded yet;
// settings.js has chosen their language.
"use strict";

(() => {
  const texts = {
    en: {
      loading: "Loading…",
      remembered: "Loading… It starts as soon as it can.",
      size: (loaded, all) => `${loaded} of ${all} MB`,
      lacks: (what) => `This browser lacks what this page needs: ${what}.`,
      unreachable: "The page could not be loaded: the server cannot be reached.",
      refused: (status) => `The page could not be loaded: the server answered ${status}.`,
      silent: "The page could not be loaded: nothing comes from the server any more.",
      broken: "This browser cannot run the program of this page.",
      stopped: "The page stopped working.",
      missing: "This view could not be loaded.",
      again: "Try again",
      close: "Close",
    },
    ja: {
      loading: "読み込んでいます…",
      remembered: "読み込んでいます… 準備ができしだい始めます。",
      size: (loaded, all) => `${loaded} / ${all} MB`,
      lacks: (what) => `このページに必要な機能がこのブラウザーにありません: ${what}。`,
      unreachable: "ページを読み込めませんでした。サーバーに接続できません。",
      refused: (status) => `ページを読み込めませんでした。サーバーの応答は ${status} です。`,
      silent: "ページを読み込めませんでした。サーバーからデータが届きません。",
      broken: "このブラウザーではこのページのプログラムを実行できません。",
      stopped: "ページが停止しました。",
      missing: "この画面を読み込めませんでした。",
      again: "もう一度試す",
      close: "閉じる",
    },
  };
  const words = () => texts[document.documentElement.lang];

  // How long nothing may come, and within what time this script comes on a line so fast
  // that nobody would see the count, in milliseconds. Counting takes a tenth of the time
  // until the client runs.
  const patience = 30_000, fast = 300;

  const element = (id) => document.getElementById(id);
  const address = (id) => element(id).href;

  const say = (text, tone) => {
    element("status").textContent = text;
    element("status").dataset.tone = tone;
  };

  // The client presses START for a person who has pressed it too early.
  const remember = () => {
    element("start").dataset.pressed = "early";
    element("start").disabled = true;
    say(words().remembered, "busy");
  };

  const fail = (text, error) => {
    if (error) console.error(error);
    for (const control of document.querySelectorAll("#page :is(button, input, textarea):not(#settings-open)")) control.disabled = true;
    element("loading").hidden = true;
    element("start").hidden = true;
    element("retry").hidden = element("retry").disabled = false;
    say(text, "bad");
  };

  // What the client uses, by the name that a person can search for.
  const lacking = () => Object.entries({
    WebAssembly: typeof WebAssembly === "object" && typeof WebAssembly.compileStreaming === "function",
    WebRTC: typeof RTCPeerConnection === "function" && "createDataChannel" in RTCPeerConnection.prototype,
    "Fetch streams": typeof Response === "function" && "body" in Response.prototype,
    AbortController: typeof AbortController === "function",
    "Web Crypto": typeof crypto === "object" && typeof crypto.getRandomValues === "function",
  }).filter(([, there]) => !there).map(([name]) => name);

  const megabytes = (bytes) => (bytes / 1e6).toFixed(2);

  const once = (name) => new Promise((resolve) => document.addEventListener(name, resolve, { once: true }));

  // START can be pressed as soon as the page is parsed, and the client needs the scripts that
  // draw it too.
  const parsed = once("readystatechange"), scripted = once("DOMContentLoaded");

  // count shows how much of the client has come, until all has. Browsers inflate
  // what they load and tell the inflated bytes, so the compressed ones are a share of
  // Content-Length. It calls alive with each piece.
  const count = async (response, alive) => {
    const inflated = Number(element("client").dataset.size);
    const all = Number(response.headers.get("Content-Length")) || inflated;
    const reader = response.body.getReader();
    for (let come = 0; ; ) {
      const { done, value } = await reader.read();
      alive();
      if (done) return;
      come += value.length;
      await parsed;
      const share = Math.min(come / inflated, 1);
      element("progress").value = share;
      element("loaded").textContent = words().size(megabytes(share * all), megabytes(all));
    }
  };

  const loadScript = (address) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });

  // loadFiles loads files.js for the client, which hears what happens to files. It tries
  // again until it has it: a chat goes on without the server.
  window.loadFiles = async (happened) => {
    for (;;) {
      try {
        await loadScript(element("attach").dataset.script);
        break;
      } catch {
        await new Promise((later) => setTimeout(later, 5000));
      }
    }
    happened("loaded", await files.listen(happened));
  };

  // How long the browser still compiled when all had come, in milliseconds.
  let compiled = 0;

  // compile loads the client and compiles it meanwhile. The count reads a copy,
  // because browsers keep what they have compiled for the original only.
  const compile = async () => {
    const aborter = new AbortController();
    const expire = () => setTimeout(() => aborter.abort(words().silent), patience);
    let timer = expire();
    const alive = () => {
      clearTimeout(timer);
      timer = expire();
    };
    try {
      const response = await fetch(address("client"), { signal: aborter.signal });
      if (!response.ok) throw words().refused(response.status);
      if (performance.now() > fast) count(response.clone(), alive).catch(() => {}).finally(() => clearTimeout(timer));
      const module = await WebAssembly.compileStreaming(response);
      const [loading] = performance.getEntriesByName(address("client"));
      compiled = loading ? performance.now() - loading.responseEnd : 0;
      return module;
    } catch (error) {
      throw aborter.signal.aborted ? aborter.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  };

  // begin loads the client and what starts it, side by side.
  const begin = async () => {
    const [module] = await Promise.all([compile(), typeof Go === "undefined" ? loadScript(address("loader")) : undefined]);
    const go = new Go();
    const began = performance.now();
    countCrossings(go);
    const instance = await WebAssembly.instantiate(module, go.importObject);
    window.clientLoaded.size = Number(element("client").dataset.size);
    window.clientLoaded.compiled = compiled + performance.now() - began;
    return { go, instance };
  };

  // countCrossings counts the calls between Go and JavaScript, for who wants to look inside.
  const countCrossings = (go) => {
    let count = 0, before = 0, at = performance.now();
    for (const [name, call] of Object.entries(go.importObject.gojs)) {
      if (!name.startsWith("syscall/js.")) continue;
      go.importObject.gojs[name] = (sp) => {
        count++;
        return call(sp);
      };
    }
    window.clientLoaded = {
      crossingsASecond: () => {
        const now = performance.now(), rate = Math.round((count - before) * 1000 / Math.max(now - at, 1));
        [before, at] = [count, now];
        return rate;
      },
    };
  };

  // reason returns what to tell of an error of loading.
  const reason = (error) => {
    if (typeof error === "string") return error;
    return error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError ? words().broken : words().unreachable;
  };

  const load = async () => {
    const missing = lacking();
    const loading = missing.length > 0 ? undefined : begin(); // does not wait for the page
    loading?.catch(() => {});
    await parsed;
    if (missing.length > 0) return fail(words().lacks(missing.join(", ")));
    element("retry").hidden = true;
    element("start").hidden = element("loading").hidden = false;
    if (element("start").dataset.pressed) remember();
    else {
      element("start").disabled = false;
      say(words().loading, "busy");
    }
    let client;
    try {
      [client] = await Promise.all([loading, scripted]);
    } catch (error) {
      return fail(reason(error), error);
    }
    try {
      element("start").removeEventListener("click", remember);
      const ended = client.go.run(client.instance);
      element("loading").hidden = true;
      whenIdle(showPicture);
      await ended; // when it crashes: the client never ends by itself
      fail(words().stopped);
    } catch (error) {
      fail(words().stopped, error);
    }
    // What has crashed leaves its traces: only a new page is sure to work.
    element("retry").removeEventListener("click", load);
    element("retry").addEventListener("click", () => location.reload());
  };

  // look opens the panel "What happens inside", which is loaded only then. If that fails,
  // the panel says so and offers to try again.
  const look = async () => {
    const button = element("inside-open");
    if (!asked()) store("open");
    button.dataset.record = "yes"; // for a client that is not loaded yet
    window.clientLoaded?.inside?.record();
    try {
      const { open } = await import(new URL(button.dataset.script, document.baseURI));
      await open();
    } catch (error) {
      console.warn(error);
      const panel = element("inside");
      const act = (text, work) => {
        const made = document.createElement("button");
        made.textContent = text;
        made.addEventListener("click", () => {
          panel.hidden = true;
          work();
        });
        return made;
      };
      panel.replaceChildren(words().missing, act(words().again, look), act(words().close, () => store("")));
      panel.classList.add("missing");
      panel.hidden = false;
    }
  };

  // showPicture loads the picture of the start page as soon as somebody can see it.
  const showPicture = () => {
    const picture = element("picture");
    const watch = new IntersectionObserver(async ([seen]) => {
      if (!seen.isIntersecting) return;
      watch.disconnect();
      try {
        const { show } = await import(new URL(picture.dataset.script, document.baseURI));
        await show(picture);
      } catch (error) {
        console.warn(error);
        element("how").open = false; // who opens it tries again
        watch.observe(picture);
      }
    });
    watch.observe(picture);
  };

  const whenIdle = (work) => (window.requestIdleCallback ?? setTimeout)(work);

  const asked = () => location.hash === "#inside";

  // The browser remembers that the panel is open, if it has a storage.
  const key = "wasmp2pchat.inside";
  const store = (value) => {
    try {
      localStorage.setItem(key, value);
    } catch {}
  };
  const wasOpen = () => {
    try {
      return localStorage.getItem(key) === "open";
    } catch {
      return false;
    }
  };

  parsed.then(() => {
    element("how").open = matchMedia("(min-width: 48rem) and (min-height: 40rem)").matches;
    element("inside-open").disabled = false;
    element("inside-open").addEventListener("click", look);
    addEventListener("hashchange", () => asked() && look());
    if (asked() || wasOpen()) look();
    element("start").addEventListener("click", remember);
    element("retry").addEventListener("click", load);
  });
  load();
})();
