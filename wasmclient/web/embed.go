// Package web holds the files of the chat page, with the built Wasm client.
package web

import (
	"embed"
	"io/fs"
)

//go:generate go run ./build

//go:embed *.html *.css *.js *.json *.svg *.png *.webmanifest vendored/uqr/index.js all:dist
var files embed.FS

// Files returns the page: index.html (an html/template over MatchmakingURL
// and SignalingURL, where empty means the page's own origin, over PublicURL, the page's own
// address or empty, and over the functions that package server gives it) with its style, scripts, their libraries in vendored, and icons, the panel
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
