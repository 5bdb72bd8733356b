// Package domnet gives package p2p what it needs of the browser beside calls and
// connections: Web Locks that tabs share, changes of the network, URLs and random
// bytes. It does not depend on the page; package dom is for that. Everything but this
// file is compiled for js/wasm only.
package domnet
