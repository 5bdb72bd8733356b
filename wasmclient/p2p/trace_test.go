//go:build !js

package p2p

import (
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
)

// steps records what a Client tells.
type steps struct {
	t    *testing.T
	busy atomic.Bool

	mu   sync.Mutex // guards the following field
	told []Trace
}

func (s *steps) option() Option {
	return WithTrace(func(step Trace) {
		if s.busy.Swap(true) {
			s.t.Errorf("%s is told while another step is", step.Kind)
		}
		defer s.busy.Store(false)
		s.mu.Lock()
		defer s.mu.Unlock()
		if last := len(s.told) - 1; last >= 0 && step.At.Before(s.told[last].At) {
			s.t.Errorf("%s is told after a later %s", step.Kind, s.told[last].Kind)
		}
		s.told = append(s.told, step)
	})
}

func (s *steps) all() []Trace {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}

func (s *steps) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = nil
}

// is reports whether a step is what a test wants: a kind, and after a colon a state or a
// procedure.
func (t Trace) is(want string) bool {
	kind, detail, _ := strings.Cut(want, ":")
	return string(t.Kind) == kind && (detail == "" || detail == t.State || detail == t.Procedure)
}

// inOrder fails unless there are these steps in this order. Others may be between them.
func (s *steps) inOrder(t *testing.T, wants ...string) {
	t.Helper()
	told := s.all()
	for _, want := range wants {
		next := slices.IndexFunc(told, func(step Trace) bool { return step.is(want) })
		if next < 0 {
			t.Fatalf("%s is missing, or in the wrong place, of %s in\n%s", want, strings.Join(wants, " "), s)
		}
		told = told[next+1:]
	}
}

func (s *steps) String() string {
	var text strings.Builder
	for _, step := range s.all() {
		text.WriteString(strings.Join([]string{string(step.Kind), step.Procedure, step.State, step.JSON}, " ") + "\n")
	}
	return text.String()
}

// await waits for a step.
func (s *steps) await(t *testing.T, want string) {
	t.Helper()
	for ctx := testContext(t); !slices.ContainsFunc(s.all(), func(step Trace) bool { return step.is(want) }); {
		select {
		case <-ctx.Done():
			t.Fatalf("no %s in\n%s", want, s)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// inTracedWorld is inWorld with the steps of both sides since they began to search.
func inTracedWorld(t *testing.T, body func(t *testing.T, w *world, told [2]*steps)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{network: newFakeNetwork(), server: newFakeServer(t)}
		var told [2]*steps
		for i := range told {
			told[i] = &steps{t: t}
			peer := newFakePeer(w.network, w.server)
			told[i].option()(&peer.client.settings)
			w.peers = append(w.peers, peer)
		}
		w.rooms = findAll(t, w.peers[0].client, w.peers[1].client)
		if w.rooms[0].Peers()[0].Slot == 0 {
			slices.Reverse(w.rooms)
			slices.Reverse(w.peers)
			slices.Reverse(told[:])
		}
		p2ptest.Pass(t, 10*time.Second)
		body(t, w, told)
		w.close(t)
	})
}

func TestTraceOfALife(t *testing.T) {
	inTracedWorld(t, func(t *testing.T, w *world, told [2]*steps) {
		w.talks(t)
		_ = w.rooms[0].Close()
		p2ptest.Pass(t, time.Second)
		told[0].inOrder(t,
			"connection_created", "local_description:offer", "local_candidate:host", "local_candidates_end",
			"call_sent:FindMatch", "call_answered:FindMatch", "event:FindMatch", "call_ended:FindMatch", "token",
			"call_sent:JoinRoom", "call_answered:JoinRoom", "event:JoinRoom",
			"remote_description:answer", "remote_candidate:host", "remote_candidates_end",
			"channel_open:chat", "peer_message:sent", "peer_message:received",
			"call_sent:ReportOutcome", "call_answered:ReportOutcome", "response:ReportOutcome", "call_ended:ReportOutcome",
			"rtt", "released", "call_ended:JoinRoom", "peer_message:sent", "connection_closed:closed")
		told[1].inOrder(t,
			"token", "connection_created", "remote_description:offer", "local_description:answer", "remote_candidate:host",
			"call_sent:JoinRoom", "channel_open:chat", "released", "peer_message:received", "connection_closed:peer_left")
		told[1].inOrder(t, "connection_created", "pairs", "released")
		for i, side := range told {
			own := w.rooms[i].Self()
			for _, step := range side.all() {
				if step.Peer == own {
					t.Errorf("slot %d: %s is about this side, not the peer", i, step.Kind)
				}
				if (step.Type == "") != (step.JSON == "" || step.Kind == TraceToken) {
					t.Errorf("slot %d: %s has type %q and JSON %s", i, step.Kind, step.Type, step.JSON)
				}
			}
		}
	})
}

// TestTraceHasNoSecrets searches for all that others must not learn, and for what people
// write.
func TestTraceHasNoSecrets(t *testing.T) {
	inTracedWorld(t, func(t *testing.T, w *world, told [2]*steps) {
		w.talks(t)
		_, err := w.rooms[0].Send(t.Context(), FileOffer{Name: "hello.png"})
		if err != nil {
			t.Fatal(err)
		}
		_ = w.rooms[0].CloseWith(ByeNext)
		p2ptest.Pass(t, time.Second)
		for i, side := range told {
			all := side.String()
			room := w.rooms[i]
			for name, secret := range map[string]string{
				"the client's id": w.peers[i].client.id,
				"a pseudonym":     room.links[0].peer.Pseudonym,
				"the room token":  strings.TrimPrefix(room.signaling.member.header.Get("Authorization"), "Bearer "),
				"the proof":       base64.StdEncoding.EncodeToString(room.signaling.ownProof()),
				"what they write": "hello",
			} {
				if len(secret) < 5 || strings.Contains(all, secret) {
					t.Errorf("slot %d tells %s, %q, in\n%s", i, name, secret, all)
				}
			}
			if !strings.Contains(all, "REASON_NEXT") {
				t.Errorf("slot %d does not tell the bye", i)
			}
		}
	})
}

func TestTraceOfARepair(t *testing.T) {
	inTracedWorld(t, func(t *testing.T, w *world, told [2]*steps) {
		for _, side := range told {
			side.forget()
		}
		w.peers[1].move()
		p2ptest.Pass(t, 25*time.Second)
		w.talks(t)
		told[0].inOrder(t, "interrupted", "call_sent:JoinRoom", "restart", "local_description:offer", "local_candidate:host",
			"call_sent:SendSignals", "remote_description:answer", "restored", "call_sent:ReportOutcome", "released")
		told[1].inOrder(t, "interrupted", "call_sent:JoinRoom", "remote_description:offer", "local_description:answer", "restored", "pairs", "released")
	})
}

func TestTraceOfPion(t *testing.T) {
	t.Parallel()
	url, told := startServer(t), &steps{t: t}
	quick := func(s *settings) { s.clock.release = 200 * time.Millisecond }
	rooms := findAll(t, NewClient(url, told.option(), quick), NewClient(url, quick))
	if err := rooms[0].SendText(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	told.await(t, "rtt")
	told.await(t, "released")
	pairs := rooms[0].Pairs(rooms[1].Self())
	if len(pairs) == 0 || !pairs[0].Selected || pairs[0].State != "succeeded" || pairs[0].LocalType == "" ||
		!strings.HasSuffix(pairs[0].Remote, "/udp") || pairs[0].BytesSent == 0 {
		t.Errorf("pairs %+v, want one in use first", pairs)
	}
	_ = rooms[0].Close()
	if after := rooms[0].Pairs(rooms[1].Self()); after != nil {
		t.Errorf("pairs of a peer that is gone: %+v", after)
	}
	told.inOrder(t, "connection_created", "local_description", "gathering_state:gathering", "local_candidate:host", "gathering_state:complete")
	told.inOrder(t, "local_description", "signaling_state:stable")
	told.inOrder(t, "connection_state:connecting", "connection_state:connected", "pairs")
	told.inOrder(t, "token", "ice_state:checking", "ice_state:connected", "dtls_state:connected",
		"sctp_state:connected", "channel_open:chat", "rtt", "released", "connection_closed:closed")
	told.inOrder(t, "token", "dtls_state:connecting", "dtls_state:connected", "dtls_state:closed", "connection_closed:closed")
	if all := told.String(); strings.Contains(all, "hello") {
		t.Errorf("the text is in\n%s", all)
	}
	for _, step := range told.all() {
		if _, password, found := strings.Cut(step.SDP, "ice-pwd:"); found && !strings.Contains(password[:30], "… (") {
			t.Errorf("the password is in\n%s", step.SDP)
		}
	}
}

func TestTraceOfFailedCalls(t *testing.T) {
	t.Parallel()
	refused, unreachable := &steps{t: t}, &steps{t: t}
	client := NewClient(startServer(t), WithPool("No Such Pool!"))
	if _, err := client.Waiting(t.Context(), refused.option()); err == nil {
		t.Error("there is such a pool")
	}
	if _, err := client.Waiting(t.Context(), unreachable.option(), func(s *settings) { s.matchmaking = "http://127.0.0.1:1" }); err == nil {
		t.Error("there is such a server")
	}
	refused.inOrder(t, "call_sent:GetPool", "call_answered:GetPool", "call_ended:invalid_argument")
	unreachable.inOrder(t, "call_sent:GetPool", "call_ended:unavailable")
	if got := unreachable.all(); len(got) != 2 || got[0].Call != 2 || got[1].Call != 2 || got[0].Service != "matchmaking" {
		t.Errorf("got %+v, want two steps of the second call of the client", got)
	}
}
