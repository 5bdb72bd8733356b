// Draws the link of an invite as a QR code, with the package uqr 0.1.3 of npm, unchanged.
import { encode } from "./vendored/uqr/index.js";

globalThis.drawQR = () => {
  const code = encode(document.getElementById("invite-link").value, { ecc: "M", border: 4 });
  const squares = code.data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", squares.join(""));
  const qr = document.getElementById("qr");
  qr.setAttribute("viewBox", `0 0 ${code.size} ${code.size}`);
  qr.replaceChildren(path);
  qr.removeAttribute("hidden");
};
drawQR();
