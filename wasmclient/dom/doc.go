// Package dom joins the page with the browser. It gives what package ui shows, as JSON, to the
// scripts of package web that draw it, and makes events of what they tell:
//
//	State ──Present──► View ──view_js.go──► page.js, messages.js, files.js
//	Event ◄──person_js.go── person.js, files.js
//
// JavaScript exceptions become errors, and every callback is released. Package p2p uses domnet
// for the network instead. Everything but this file is compiled for js/wasm only, so code that
// needs no browser belongs in package ui.
package dom
