// Command wasmclient is the chat. Compiled for js/wasm it is the page's
// program, started by boot.js; natively it is a chat for the terminal, which is
// package terminal:
//
//	go run ./wasmclient http://localhost:8080
//
// Both use package p2p, and both can find each other.
package main
