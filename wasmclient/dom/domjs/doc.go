// Package domjs has what packages dom and domnet share: JavaScript exceptions as
// errors, and callbacks that are released. Everything but this file is compiled
// for js/wasm only.
package domjs
