// Package web holds the files of the chat page, with the built Wasm client.
package web

import (
	"embed"
	"io/fs"
)

//go:generate go run ./build

//go:embed index.html style.css boot.js files.js inside.css inside.en.html inside.ja.html all:dist
var files embed.FS

// Files returns the page: index.html (an html/template over MatchmakingURL
// and SignalingURL, where empty means the page's own origin, and over the functions
// that package server gives it), style.css, boot.js,
// files.js, which the client loads when files may come, the words and the style of the panel
// inside.*, and in dist what the build tool wrote: wasm_exec.js, client.wasm
// and its compressed twins client.wasm.br and client.wasm.gz, and notices.txt,
// the licenses of what the program and the client contain.
func Files() fs.FS { return files }

// Built reports whether the client had been built when this program was
// compiled.
func Built() bool {
	_, err := fs.Stat(files, "dist/client.wasm")
	return err == nil
}
