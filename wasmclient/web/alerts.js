// Tells a person who does not see the page that something has come: by a sound, and by a
// notification. Where the browser cannot, it does nothing.
"use strict";

window.alerts = (() => {
  const key = "wasmp2pchat.settings";
  let audio, shown;

  // remembered returns the settings of an earlier visit, as far as the browser has kept them, and
  // whether it still allows notifications.
  const remembered = () => {
    let settings = "";
    try {
      settings = localStorage.getItem(key) ?? "";
    } catch {}
    return [settings, window.Notification?.permission === "granted"];
  };

  const remember = (settings) => {
    try {
      localStorage.setItem(key, settings);
    } catch {}
  };

  // ask asks the person, and returns whether the page may notify.
  const ask = async () => {
    try {
      return await Notification.requestPermission() === "granted";
    } catch {
      return false;
    }
  };

  // play plays a short tone of 880 Hz that fades.
  const play = () => {
    audio ??= new AudioContext();
    audio.resume();
    const now = audio.currentTime, tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = 880;
    volume.gain.value = 0.15;
    volume.gain.setTargetAtTime(0, now, 0.1);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(now + 0.4);
  };

  // notify shows a text, in the place of the last one. It returns whether the browser can.
  const notify = (body) => {
    try {
      shown = new Notification("WasmP2PChat", { body, tag: "wasmp2pchat" });
      shown.onclick = () => focus();
      return true;
    } catch {
      return false;
    }
  };

  // tell returns whether the browser could notify. An empty text is no notification.
  const tell = (sound, text) => {
    try {
      if (sound) play();
    } catch {}
    return text === "" || notify(text);
  };

  // seen takes the notification away: the person sees the page.
  const seen = () => {
    shown?.close();
    shown = undefined;
  };

  return { remembered, remember, ask, tell, seen };
})();
