// Package dom is the page's only door to the browser (domnet is that of package
// p2p, to the network): typed wrappers over
// syscall/js, in which a JavaScript exception is an error and every callback
// is released. Everything but this file is compiled for js/wasm alone; what
// can be decided without a browser belongs into package ui.
package dom
