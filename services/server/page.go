package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// page serves the files of the page: the template index.html, which it executes
// once, and the others as they are. Each is sent compressed to those who accept it.
type page struct {
	files  fs.FS
	assets map[string]*asset // by name
	policy string
	trials []string // of the origin
}

func newPage(config Config) (*page, error) {
	p := &page{files: config.Page, assets: map[string]*asset{}, trials: config.OriginTrials}
	p.policy = contentSecurityPolicy(origin(config.MatchmakingURL), origin(config.SignalingURL))
	err := fs.WalkDir(config.Page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(config.Page, name)
		if err == nil {
			p.assets[name], err = newAsset(name, content)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	for name, file := range p.assets {
		file.useCopies(p.assets, name)
	}
	index, err := p.fillIn(config)
	if err != nil {
		return nil, err
	}
	p.assets["index.html"], err = newAsset("index.html", index)
	if err != nil {
		return nil, err
	}
	p.assets["index.html"].forms[1].content = index // not that of the file
	return p, nil
}

// fillIn executes the template. Besides the fields of config it may use
//
//	{{versioned "style.css"}}   the address of a file that browsers may keep for ever
//	{{size "client.wasm"}}      its size in bytes
func (p *page) fillIn(config Config) ([]byte, error) {
	parsed, err := template.New("index.html").Funcs(template.FuncMap{
		"versioned": func(name string) string {
			if file := p.assets[name]; file != nil {
				return name + "?v=" + file.version
			}
			return name
		},
		"size": func(name string) int {
			if file := p.assets[name]; file != nil {
				return file.size
			}
			return 0
		},
	}).ParseFS(config.Page, "index.html")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	var index bytes.Buffer
	if err := parsed.Execute(&index, config); err != nil {
		return nil, fmt.Errorf("fill in the page: %w", err)
	}
	return index.Bytes(), nil
}

// asset is one file of the page.
type asset struct {
	contentType string
	version     string // of its content
	size        int    // in bytes, not compressed
	forms       []form // the smallest first; the last is not compressed
}

// form is the content of a file in one encoding.
type form struct {
	encoding, tag string
	size          int
	content       []byte // nil: that of file
	file          string
}

// zipped are the types of files that are compressed here. The build does it better
// for those that are large.
func zipped(name string) bool {
	switch path.Ext(name) {
	case ".html", ".css", ".js", ".json", ".txt", ".svg", ".webmanifest":
		return true
	}
	return false
}

func newAsset(name string, content []byte) (*asset, error) {
	a := &asset{contentType: contentType(name), version: versionOf(content), size: len(content)}
	if zipped(name) {
		var small bytes.Buffer
		writer, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
		if err != nil {
			return nil, err
		}
		if _, err := writer.Write(content); err != nil {
			return nil, err
		}
		if err := writer.Close(); err != nil {
			return nil, err
		}
		a.forms = append(a.forms, form{encoding: "gzip", tag: tagOf(versionOf(small.Bytes())), size: small.Len(), content: small.Bytes()})
	}
	a.forms = append(a.forms, form{tag: tagOf(a.version), size: len(content), file: name})
	return a, nil
}

// useCopies takes the compressed copies that lie beside a file.
func (a *asset) useCopies(all map[string]*asset, name string) {
	var copies []form
	for _, encoding := range encodings {
		if compressed := all[name+encoding.suffix]; compressed != nil {
			copies = append(copies, form{encoding: encoding.name, tag: tagOf(compressed.version), size: compressed.size, file: name + encoding.suffix})
		}
	}
	if copies != nil {
		a.forms = append(copies, a.forms[len(a.forms)-1])
	}
}

// encodings are those of compressed copies, the smallest copy first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// formFor returns the first form that the client accepts.
func (a *asset) formFor(r *http.Request) form {
	for _, form := range a.forms {
		if form.encoding == "" || accepts(r, form.encoding) {
			return form
		}
	}
	return a.forms[len(a.forms)-1]
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	file := p.assets[name]
	if file == nil {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", p.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	header.Set("Cache-Control", file.caching(r))
	header.Set("Content-Type", file.contentType)
	header.Add("Vary", "Accept-Encoding")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "the page can only be read", http.StatusMethodNotAllowed)
		return
	}
	if name == "index.html" {
		for _, trial := range p.trials {
			header.Add("Origin-Trial", trial)
		}
	}
	form := file.formFor(r)
	header.Set("ETag", form.tag)
	if form.encoding != "" {
		header.Set("Content-Encoding", form.encoding)
		header.Set("Content-Length", strconv.Itoa(form.size)) // net/http leaves it out for encoded ones
	}
	if form.content == nil {
		http.ServeFileFS(w, r, p.files, form.file)
		return
	}
	http.ServeContent(w, r, "", noTime, bytes.NewReader(form.content))
}

// caching returns for how long browsers may keep a file: for ever, by an address that
// names this version of it. Otherwise they ask each time, and the entity tag keeps
// that cheap.
func (a *asset) caching(r *http.Request) string {
	if r.URL.RawQuery == "v="+a.version {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func accepts(r *http.Request, encoding string) bool {
	for offered := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(offered), ";")
		if name == encoding {
			return strings.Trim(strings.TrimSpace(quality), "0.") != "q="
		}
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".wasm": // streaming compilation requires it
		return "application/wasm"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func tagOf(version string) string { return `"` + version + `"` }

// versionOf returns a short name for content, for addresses and entity tags.
func versionOf(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// origin returns scheme and host of a URL, as a policy names them.
func origin(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

var noTime time.Time // files of the program have no time of their own
