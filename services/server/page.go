package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
)

// page serves the files of the page. It executes the template index.html once
// and serves the other files as they are, or their compressed copy if there is
// one.
type page struct {
	files  fs.FS
	index  []byte
	policy string
	tags   map[string]string // entity tags by file
	trials []string          // of the origin
}

func newPage(config Config) (*page, error) {
	parsed, err := template.ParseFS(config.Page, "index.html")
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	p := &page{files: config.Page, tags: map[string]string{}, trials: config.OriginTrials}
	var index bytes.Buffer
	if err := parsed.Execute(&index, config); err != nil {
		return nil, fmt.Errorf("fill in the page: %w", err)
	}
	p.index = index.Bytes()
	p.policy = contentSecurityPolicy(origin(config.MatchmakingURL), origin(config.SignalingURL))
	err = fs.WalkDir(config.Page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(config.Page, name)
		if err != nil {
			return err
		}
		p.tags[name] = entityTag(content)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	p.tags["index.html"] = entityTag(p.index)
	return p, nil
}

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if name == "" {
		name = "index.html"
	}
	tag, known := p.tags[name]
	if !known {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Security-Policy", p.policy)
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	header.Set("Cache-Control", "no-cache") // revalidate each time; the entity tag keeps that cheap
	header.Set("Content-Type", contentType(name))
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
		header.Set("ETag", tag)
		http.ServeContent(w, r, "", noTime, bytes.NewReader(p.index))
		return
	}
	file := name
	for _, encoding := range encodings {
		compressed := name + encoding.suffix
		if compressedTag, exists := p.tags[compressed]; exists && accepts(r, encoding.name) {
			header.Set("Content-Encoding", encoding.name)
			file, tag = compressed, compressedTag
			break
		}
	}
	header.Set("ETag", tag)
	http.ServeFileFS(w, r, p.files, file) //nolint:gosec // p.tags lists the files there are
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
	}
	return mime.TypeByExtension(path.Ext(name))
}

func entityTag(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// origin returns scheme and host of a URL, as a policy names them.
func origin(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

// encodings are those of compressed copies, the smallest copy first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

var noTime time.Time // files of the program have no time of their own
