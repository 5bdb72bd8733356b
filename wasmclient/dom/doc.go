// Package dom gives the page access to the browser: typed wrappers of
// syscall/js, which turn JavaScript exceptions into errors and release every
// callback. Package p2p uses domnet for the network instead. Everything but this
// file is compiled for js/wasm only, so code that needs no browser belongs in
// package ui.
package dom
