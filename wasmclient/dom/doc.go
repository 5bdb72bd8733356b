// Package dom is the page's only door to the browser: typed wrappers over
// syscall/js, in which a JavaScript exception is an error and every callback
// is released. The network is not its part: package p2p has domnet for that.
// Everything but this file is compiled for js/wasm alone; what can be decided
// without a browser belongs into package ui.
package dom
