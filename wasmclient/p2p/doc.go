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
// them. The package compiles for native platforms and for js/wasm, where it uses
// the browser's fetch and RTCPeerConnection.
package p2p
