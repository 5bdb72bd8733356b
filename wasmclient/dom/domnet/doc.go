// Package domnet gives package p2p access to the browser's network: an HTTP
// client that uses fetch, Web Locks that tabs share, and the events of
// RTCPeerConnection and RTCDataChannel in order. It does not depend on the page;
// package dom is for that. Everything but this file is compiled for js/wasm only.
package domnet
