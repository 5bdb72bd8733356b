// Package domjs has what all code that uses the browser shares: JavaScript
// exceptions as errors, promises, bytes, and callbacks that are released.
// Everything but this file is compiled for js/wasm only.
package domjs
