// Package p2p finds partners through a WasmP2PChat server and talks to them
// over WebRTC data channels, natively and in the browser.
//
// A Client finds rooms; a Room is an open session with one peer or more:
//
//	Find ─► FindMatch ─► Matched ─► JoinRoom ─► offer, answer, candidates ─► Room
//	              ▲                                                  │
//	              └───────── partner did not join, or no link ───────┘
//
// Once the links are open the servers carry nothing, so a room goes on without
// them.
//
// # Wasm
//
// The package compiles for native platforms, where it uses connect-go and pion, and
// for js/wasm, where it uses the browser's fetch and RTCPeerConnection and links
// neither. Its API is the same on both, but for [WithHTTPClient], which a browser has
// no use for, and for what [Room.PeerConnection] returns. In an event handler of the
// browser nothing may wait: call only what says that it does not.
package p2p
