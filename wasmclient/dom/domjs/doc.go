// Package domjs is what both doors to the browser, dom and domnet, stand on:
// JavaScript exceptions as errors, and callbacks that are released. Everything
// but this file is compiled for js/wasm alone.
package domjs
