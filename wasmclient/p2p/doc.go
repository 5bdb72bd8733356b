// Package p2p finds partners through a WasmP2PChat server and talks to them
// over WebRTC data channels, natively and in the browser.
//
// A Client finds rooms, a Room is an open session with one peer or more:
//
//	Find ─► FindMatch ─► Matched ─► JoinRoom ─► offer, answer, candidates ─► Room
//	              ▲                                                  │
//	              └───────── partner did not come, or no link ───────┘
//
// Once the links are up the servers carry nothing: a room outlives them. The
// same program compiles for native platforms and for js/wasm; there the
// browser's own fetch and RTCPeerConnection do the work.
package p2p
