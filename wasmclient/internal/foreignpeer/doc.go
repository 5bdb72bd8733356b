// Package foreignpeer is a peer that knows the documented protocol and nothing of
// the SDK: peer.ts, a TypeScript program on WebRTC stacks of other people. Tests
// run it against the SDK and the page. It is also the example of
// docs/protocol.md.
package foreignpeer
