//go:build !js

package p2p

import (
	"testing"
	"time"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// engineOf makes a connection, and returns it with the events that its engine was given.
func engineOf(t *testing.T, option Option) (*connection, rtc.Events) {
	t.Helper()
	var given rtc.Events
	host := newFakeNetwork().host()
	settings := settings{engine: func(ways rtc.Configuration, events rtc.Events) (rtc.Connection, error) {
		given = events
		return host.connect(ways, events)
	}}.with([]Option{option})
	made, err := newConnection(settings, nil, rtc.Configuration{}, connectionEvents{message: func(bool, []byte) {}, opened: func() {}})
	if err != nil {
		t.Fatal(err)
	}
	return made, given
}

// TestTraceIsFreeWhenOff wants nothing in the way of a connection, and no allocation where
// its steps would be told.
func TestTraceIsFreeWhenOff(t *testing.T) {
	for name, option := range map[string]Option{"default": func(*settings) {}, "nil": WithTrace(nil)} {
		connection, events := engineOf(t, option)
		if events.Trace != nil {
			t.Errorf("%s: the engine has to tell states", name)
		}
		if _, plain := connection.chat.dc.(*fakeChannel); !plain {
			t.Errorf("%s: messages pass through %T", name, connection.chat.dc)
		}
		link := &link{room: &Room{}}
		signal := &signalingv1.Signal{ConnectionId: "c"}
		if allocations := testing.AllocsPerRun(1000, func() {
			connection.step(TraceInterrupted, "")
			connection.roundTrip(1)
			connection.tracePairs()
			link.remoteStep(TraceRemoteCandidate, signal, "", "candidate")
		}); allocations != 0 {
			t.Errorf("%s: %v allocations", name, allocations)
		}
		if observer := newMatchmaking(settings{}).observer("FindMatch", true); observer != nil {
			t.Errorf("%s: calls are observed by %T", name, observer)
		}
	}
	if _, events := engineOf(t, WithTrace(func(Trace) {})); events.Trace == nil {
		t.Error("the engine need not tell states, though somebody looks")
	}
}

func envelope(t testing.TB, contents ...*chatv1.Envelope) []byte {
	t.Helper()
	var all []byte
	for _, content := range contents {
		data, err := lite.Marshal(content)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// TestTraceOfHostileMessages sends what could show texts in a trace, and floods it.
func TestTraceOfHostileMessages(t *testing.T) {
	t.Parallel()
	told := &steps{t: t}
	connection, _ := engineOf(t, told.option())
	channel := connection.chat.dc.(*tracedChannel).Channel.(*fakeChannel) //nolint:forcetypeassert // as engineOf makes it
	text := &chatv1.Envelope{Content: &chatv1.Envelope_Text{Text: &chatv1.Text{Text: "hello"}}}
	proof := &chatv1.Envelope{Content: &chatv1.Envelope_Proof{Proof: &chatv1.Proof{Value: []byte("a proof of sixteen bytes")}}}
	presence := &chatv1.Envelope{Content: &chatv1.Envelope_Presence{Presence: &chatv1.Presence{Hidden: true}}}
	large := &chatv1.Envelope{MessageId: string(make([]byte, largestEnvelope)), Content: presence.Content}
	for _, message := range [][]byte{nil, []byte("\xff"), envelope(t, text), envelope(t, proof, text), envelope(t, large)} {
		channel.events.Message(message)
	}
	told.forgetConnection()
	if got := told.all(); len(got) > 0 {
		t.Errorf("told %+v of what is none of its business", got)
	}
	channel.events.Message(envelope(t, text, proof))
	if got := told.all(); len(got) != 1 || got[0].JSON != `{"proof":{"value":"YSBw… (32 characters)"}}` || got[0].State != "received" {
		t.Errorf("told %+v, want the proof, masked", got)
	}
	began := time.Now()
	for range 10_000 {
		channel.events.Message(envelope(t, presence))
		channel.events.Message(envelope(t, &chatv1.Envelope{Content: &chatv1.Envelope_Credit{Credit: &chatv1.Credit{ChatBytes: 1}}}))
	}
	if most := 2 * (tracedAtOnce + int(time.Since(began)/tracedEvery) + 1); len(told.all()) > most || len(told.all()) < 2*tracedAtOnce {
		t.Errorf("told %d messages, want %d at most", len(told.all()), most)
	}
}

// forgetConnection forgets what is told of each connection.
func (s *steps) forgetConnection() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.told) > 0 && s.told[0].Kind == TraceConnectionCreated {
		s.told = s.told[1:]
	}
}
