package roundtrips

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"
)

// PeerJSPage is a page with PeerJS, open in two tabs.
type PeerJSPage struct {
	tabs   [2]*tab
	port   string // of PeerServer, by the paths
	server *http.Server
}

// OpenPeerJS opens a page that uses PeerServer by the given address. The page
// itself comes without delay.
func (b *Browser) OpenPeerJS(ctx context.Context, peerServer string, page, script fs.FS) (*PeerJSPage, error) {
	_, port, err := net.SplitHostPort(peerServer)
	if err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the page: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/page.html", http.FileServerFS(page))
	mux.Handle("/peerjs.min.js", http.FileServerFS(script))
	p := &PeerJSPage{port: port, server: &http.Server{Handler: mux, ReadHeaderTimeout: patience}}
	go p.server.Serve(listener) //nolint:errcheck // ends with Close
	for i := range p.tabs {
		if p.tabs[i], err = b.open("http://"+listener.Addr().String()+"/page.html", `typeof Peer === "function"`); err != nil {
			p.Close()
			return nil, err
		}
	}
	return p, nil
}

// Close closes the tabs.
func (p *PeerJSPage) Close() {
	for _, tab := range p.tabs {
		if tab != nil {
			tab.close()
		}
	}
	_ = p.server.Close()
}

// Measure lets one tab call the other, whose id it knows, and hang up. It returns
// how long that took until the channel was open: from the creation of the Peer,
// or with ready from the moment that it was connected to the server.
func (p *PeerJSPage) Measure(ready bool) (time.Duration, error) {
	callee, caller := "callee-"+rand.Text(), "caller-"+rand.Text()
	if err := p.tabs[0].run(fmt.Sprintf(`listen(%q, %s)`, callee, p.port)); err != nil {
		return 0, err
	}
	took, err := p.tabs[1].measure(fmt.Sprintf(`call(%q, %q, %s, %t)`, caller, callee, p.port, ready))
	for _, tab := range p.tabs {
		err = errors.Join(err, tab.run(`(async () => hangUp())()`))
	}
	return took, err
}
