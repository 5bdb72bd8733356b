// Package domnet is the SDK's door to the browser's network: fetch behind
// connect.HTTPClient, Web Locks for what tabs share, and the events of
// RTCPeerConnection and RTCDataChannel without loss of order. It knows nothing
// of the page, which package dom is for, and so package p2p can use it.
// Everything but this file is compiled for js/wasm alone.
package domnet
