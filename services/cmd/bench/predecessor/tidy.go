package predecessor

import (
	"context"
	"fmt"
	"net/http"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// find is what a client of the tidy form sends first.
type find struct {
	Pool string `json:"pool"`
}

// matched is the answer when somebody else has come.
type matched struct {
	Offerer bool `json:"offerer"`
}

// signals is what the two send each other.
type signals struct {
	Description *sessionDescription `json:"description,omitempty"`
	Candidates  []candidate         `json:"candidates,omitempty"`
}

type sessionDescription struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
}

type candidate struct {
	Candidate     string `json:"candidate"`
	SDPMid        string `json:"sdpMid"`
	SDPMLineIndex int    `json:"sdpMLineIndex"`
}

// tidyHandler serves the tidy form: on one socket, it answers find with matched
// and then relays signals.
func tidyHandler() http.Handler {
	var waiting meetings[*seat]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer socket.CloseNow() //nolint:errcheck // after Close it is closed
		ctx := r.Context()
		var request find
		if err := wsjson.Read(ctx, socket, &request); err != nil {
			return
		}
		mine := newSeat(socket)
		if !mine.meet(ctx, &waiting, request.Pool, func(first bool) any { return matched{Offerer: first} }) {
			return
		}
		for {
			var message signals
			if err := wsjson.Read(ctx, socket, &message); err != nil {
				return
			}
			if err := wsjson.Write(ctx, mine.peer, message); err != nil {
				return
			}
		}
	})
}

// tidyMeet finds a partner and negotiates over one socket.
func tidyMeet(ctx context.Context, client *http.Client, url, pool string) error {
	socket, err := dial(ctx, client, url, "/")
	if err != nil {
		return err
	}
	defer socket.CloseNow() //nolint:errcheck // after Close it is closed
	if err := wsjson.Write(ctx, socket, find{Pool: pool}); err != nil {
		return fmt.Errorf("find: %w", err)
	}
	var match matched
	if err := wsjson.Read(ctx, socket, &match); err != nil {
		return fmt.Errorf("find: %w", err)
	}
	if match.Offerer {
		if err := tidySend(ctx, socket, "offer"); err != nil {
			return err
		}
	}
	for received := 0; received < expected; {
		var message signals
		if err := wsjson.Read(ctx, socket, &message); err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		received += len(message.Candidates)
		if message.Description == nil {
			continue
		}
		received++
		if message.Description.Type == "offer" {
			if err := tidySend(ctx, socket, "answer"); err != nil {
				return err
			}
		}
	}
	return socket.Close(websocket.StatusNormalClosure, "")
}

// tidySend sends a description, and all candidates at once.
func tidySend(ctx context.Context, socket *websocket.Conn, kind string) error {
	var candidates []candidate
	for i := range people.Candidates {
		candidates = append(candidates, candidate{people.CandidateLine(i), people.SDPMid, 0})
	}
	for _, message := range []signals{{Description: &sessionDescription{kind, people.SDP}}, {Candidates: candidates}} {
		if err := wsjson.Write(ctx, socket, message); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}
