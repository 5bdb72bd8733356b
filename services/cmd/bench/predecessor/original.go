package predecessor

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

// original is the server of the original form.
type original struct {
	waiting meetings[chan string] // by pool; the room is sent to who waits
	rooms   meetings[*seat]       // by room
}

func originalHandler() http.Handler {
	o := &original{}
	mux := http.NewServeMux()
	mux.HandleFunc("/matchmaking", o.matchmaking)
	mux.HandleFunc("/signaling", o.signaling)
	return mux
}

// matchmaking holds the socket until somebody else comes, and tells both the
// room.
func (o *original) matchmaking(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer socket.CloseNow() //nolint:errcheck // after Close it is closed
	ctx, pool, told := r.Context(), r.URL.Query().Get("pool"), make(chan string, 1)
	var room string
	if other, met := o.waiting.arrive(pool, told); met {
		id := make([]byte, 4)
		_, _ = rand.Read(id)
		room = hex.EncodeToString(id)
		other <- room
	} else {
		closed := socket.CloseRead(ctx)
		select {
		case room = <-told:
		case <-closed.Done():
			o.waiting.leave(pool)
			return
		}
	}
	if wsjson.Write(ctx, socket, map[string]any{"type": "MATCH", "roomId": room}) == nil {
		_ = socket.Close(websocket.StatusNormalClosure, "")
	}
}

// signaling relays each message to the other person in the room.
func (o *original) signaling(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer socket.CloseNow() //nolint:errcheck // after Close it is closed
	ctx, room := r.Context(), r.URL.Query().Get("room")
	mine := newSeat(socket)
	if !mine.meet(ctx, &o.rooms, room, func(first bool) any {
		return map[string]any{"type": "JOINED", "initiator": first}
	}) {
		return
	}
	for {
		message := map[string]any{}
		if err := wsjson.Read(ctx, socket, &message); err != nil {
			return
		}
		if err := wsjson.Write(ctx, mine.peer, message); err != nil {
			return
		}
	}
}

// originalMeet finds a partner over one socket and negotiates over another.
func originalMeet(ctx context.Context, client *http.Client, url, pool string) error {
	room, err := originalFind(ctx, client, url, pool)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	socket, err := dial(ctx, client, url, "/signaling?room="+room)
	if err != nil {
		return err
	}
	defer socket.CloseNow() //nolint:errcheck // after Close it is closed
	joined := map[string]any{}
	if err := wsjson.Read(ctx, socket, &joined); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	if joined["initiator"] == true {
		if err := originalSend(ctx, socket, "OFFER"); err != nil {
			return err
		}
	}
	for range expected {
		message := map[string]any{}
		if err := wsjson.Read(ctx, socket, &message); err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		if message["type"] == "OFFER" {
			if err := originalSend(ctx, socket, "ANSWER"); err != nil {
				return err
			}
		}
	}
	return socket.Close(websocket.StatusNormalClosure, "")
}

func originalFind(ctx context.Context, client *http.Client, url, pool string) (room string, err error) {
	socket, err := dial(ctx, client, url, "/matchmaking?pool="+pool)
	if err != nil {
		return "", err
	}
	defer socket.CloseNow() //nolint:errcheck // after Close it is closed
	matched := map[string]any{}
	if err := wsjson.Read(ctx, socket, &matched); err != nil {
		return "", err
	}
	room, _ = matched["roomId"].(string)
	_ = socket.Close(websocket.StatusNormalClosure, "")
	return room, nil
}

// originalSend sends a description and each candidate.
func originalSend(ctx context.Context, socket *websocket.Conn, kind string) error {
	messages := []map[string]any{{"type": kind, "sdp": people.SDP}}
	for i := range people.Candidates {
		messages = append(messages, map[string]any{"type": "CANDIDATE", "candidate": map[string]any{
			"candidate": people.CandidateLine(i), "sdpMid": people.SDPMid, "sdpMLineIndex": 0,
		}})
	}
	for _, message := range messages {
		if err := wsjson.Write(ctx, socket, message); err != nil {
			return fmt.Errorf("send: %w", err)
		}
	}
	return nil
}
