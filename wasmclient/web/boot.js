// Starts the Wasm client. If that fails, it shows a text of its own, because the
// client's texts are not loaded.
"use strict";

(() => {
  const texts = {
    en: {
      loading: "Loading…",
      unsupported: "This browser cannot run this page: it needs WebAssembly and WebRTC.",
      failed: "The page could not be loaded. Please check your connection and reload.",
      stopped: "The page stopped working. Please reload it.",
    },
    ja: {
      loading: "読み込んでいます…",
      unsupported: "このブラウザーではこのページを使えません。WebAssembly と WebRTC が必要です。",
      failed: "ページを読み込めませんでした。接続を確かめて、再読み込みしてください。",
      stopped: "ページが停止しました。再読み込みしてください。",
    },
  };
  const primaries = (navigator.languages || []).map((tag) => tag.toLowerCase().split("-")[0]);
  const language = primaries.find((primary) => primary in texts) || "en";
  document.documentElement.lang = language;

  const say = (text, tone) => {
    const status = document.getElementById("status");
    status.textContent = texts[language][text];
    status.dataset.tone = tone;
  };

  const fail = (text, error) => {
    if (error) console.error(error);
    for (const control of document.querySelectorAll("button, textarea")) control.disabled = true;
    say(text, "bad");
  };

  const load = async () => {
    if (typeof WebAssembly !== "object" || typeof RTCPeerConnection !== "function") {
      return fail("unsupported");
    }
    say("loading", "busy");
    let go, client;
    try {
      go = new Go();
      client = await WebAssembly.instantiateStreaming(fetch("dist/client.wasm"), go.importObject);
    } catch (error) {
      return fail("failed", error);
    }
    try {
      await go.run(client.instance); // until it crashes: the client never ends by itself
      fail("stopped");
    } catch (error) {
      fail("stopped", error);
    }
  };

  load();
})();
