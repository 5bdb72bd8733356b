// Package peerjs runs PeerServer, the signaling server of PeerJS, and speaks its
// protocol as PeerJS does, for comparison. PeerServer only relays messages: the
// people must know each other's ids already.
package peerjs

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
)

//go:embed package.json package-lock.json server.mjs page.html
var sources embed.FS

// Installed is a folder with PeerServer and PeerJS.
type Installed struct{ folder string }

// Install installs the packages below a folder, from the npm registry.
func Install(ctx context.Context, folder string) (Installed, error) {
	folder = filepath.Join(folder, "peerjs")
	if err := os.CopyFS(folder, sources); err != nil {
		return Installed{}, fmt.Errorf("write the package: %w", err)
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund")
	install.Dir = folder
	if output, err := install.CombinedOutput(); err != nil {
		return Installed{}, fmt.Errorf("npm ci: %w: %s", err, output)
	}
	return Installed{folder}, nil
}

// Start starts PeerServer.
func (i Installed) Start(ctx context.Context) (process.Process, error) {
	command := exec.CommandContext(ctx, "node", "server.mjs")
	command.Dir = i.folder
	return process.Serve(command)
}

// Page returns the files of a page with PeerJS: page.html and peerjs.min.js.
func (i Installed) Page() (page, script fs.FS) {
	return os.DirFS(i.folder), os.DirFS(filepath.Join(i.folder, "node_modules", "peerjs", "dist"))
}

// message is what PeerJS and PeerServer send each other.
type message struct {
	Type    string   `json:"type"`
	Src     string   `json:"src,omitempty"`
	Dst     string   `json:"dst,omitempty"`
	Payload *payload `json:"payload,omitempty"`
}

type payload struct {
	SDP           *description `json:"sdp,omitempty"`
	Candidate     *candidate   `json:"candidate,omitempty"`
	Type          string       `json:"type"`
	ConnectionID  string       `json:"connectionId"`
	Label         string       `json:"label,omitempty"`
	Reliable      bool         `json:"reliable,omitempty"`
	Serialization string       `json:"serialization,omitempty"`
}

type description struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

type candidate struct {
	Candidate     string `json:"candidate"`
	SDPMLineIndex int    `json:"sdpMLineIndex"`
	SDPMid        string `json:"sdpMid"`
}

// Meet lets two people connect, one of whom knows the id of the other: until both
// have received a description and all candidates. A pairing is shorter than the
// five seconds after which PeerJS sends its first HEARTBEAT.
func Meet(ctx context.Context, url string, clients [2]*http.Client) error {
	ids := [2]string{strings.ToLower(rand.Text()), strings.ToLower(rand.Text())}
	var sockets [2]*websocket.Conn
	for i, client := range clients {
		socket, err := open(ctx, client, url, ids[i])
		if err != nil {
			return err
		}
		defer socket.CloseNow() //nolint:errcheck // after Close it is closed
		sockets[i] = socket
	}
	answered := make(chan error, 1)
	go func() { answered <- receive(ctx, sockets[1], ids[0]) }()
	if err := send(ctx, sockets[0], ids[1], "OFFER"); err != nil {
		return err
	}
	if err := receive(ctx, sockets[0], ids[1]); err != nil {
		return err
	}
	if err := <-answered; err != nil {
		return err
	}
	for _, socket := range sockets {
		if err := socket.Close(websocket.StatusNormalClosure, ""); err != nil {
			return fmt.Errorf("close a socket: %w", err)
		}
	}
	return nil
}

func open(ctx context.Context, client *http.Client, url, id string) (*websocket.Conn, error) {
	address := fmt.Sprintf("ws%s/peerjs?key=peerjs&id=%s&token=%s&version=1.5.5", strings.TrimPrefix(url, "http"), id, strings.ToLower(rand.Text()))
	socket, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: client}) //nolint:bodyclose // the library does
	if err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	var opened message
	if err := wsjson.Read(ctx, socket, &opened); err != nil {
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	if opened.Type != "OPEN" {
		return nil, fmt.Errorf("PeerServer says %s, not OPEN", opened.Type)
	}
	return socket, nil
}

// receive reads a description and all candidates, and answers an offer.
func receive(ctx context.Context, socket *websocket.Conn, peer string) error {
	for range 1 + people.Candidates {
		var received message
		if err := wsjson.Read(ctx, socket, &received); err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		if received.Type == "OFFER" {
			if err := send(ctx, socket, peer, "ANSWER"); err != nil {
				return err
			}
		}
	}
	return nil
}

// send sends a description and each candidate.
func send(ctx context.Context, socket *websocket.Conn, peer, kind string) error {
	messages := []message{{Type: kind, Dst: peer, Payload: &payload{
		SDP: &description{strings.ToLower(kind), people.SDP}, Type: "data", ConnectionID: "dc_h2x5cw8sq1",
		Label: "dc_h2x5cw8sq1", Reliable: true, Serialization: "binary",
	}}}
	for i := range people.Candidates {
		messages = append(messages, message{Type: "CANDIDATE", Dst: peer, Payload: &payload{
			Candidate: &candidate{people.CandidateLine(i), 0, people.SDPMid}, Type: "data", ConnectionID: "dc_h2x5cw8sq1",
		}})
	}
	for _, message := range messages {
		if err := wsjson.Write(ctx, socket, message); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}
