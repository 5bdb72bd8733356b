package matchmakingredis

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redisstore"
	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const matchedView = "id|matched|stream|0|1|7|1000000|2000000|1|1|9|0|3000000|room|1|2:Z28|2500000|a|QQ|b|Qg"

func TestParseView(t *testing.T) {
	t.Parallel()
	v, err := parseView("lobby", matchedView)
	if err != nil {
		t.Fatal(err)
	}
	m := v.match
	if !v.final() || !v.back || !v.placeKept || v.widened || v.version != 9 || !v.forget.Equal(time.UnixMicro(3_000_000)) {
		t.Errorf("got %+v", v)
	}
	if m.Interest != "go" || m.Slot != 1 || m.GroupSize != 2 || m.Members[1] != (matchmaking.Member{PeerID: "b", Pseudonym: "B"}) {
		t.Errorf("got %+v", m)
	}
}

// TestParseViewIntroduced reads the introductions of a pair, of which one is
// empty.
func TestParseViewIntroduced(t *testing.T) {
	t.Parallel()
	v, err := parseView("lobby", strings.Replace(matchedView, "2:Z28", "2..fAA:Z28", 1))
	if err != nil {
		t.Fatal(err)
	}
	want := []matchmaking.Member{{PeerID: "a", Pseudonym: "A"}, {PeerID: "b", Pseudonym: "B", Introduction: "|\x00"}}
	if v.match.Interest != "go" || !slices.Equal(v.match.Members, want) {
		t.Errorf("got %+v", v.match)
	}
}

// TestUnreadableView lets a reply tell of two tickets, of which the first cannot
// be read: the other is told all the same, before the next audit.
func TestUnreadableView(t *testing.T) {
	t.Parallel()
	e := New(Config{Logger: slog.New(slog.DiscardHandler)})
	w := newWatch(e, matchmaking.Arrival{Pool: "lobby", RequestID: "id"})
	w.attached(view{generation: w.generation}, matchmaking.Pool{})
	e.register(w)
	e.deliver(t.Context(), "lobby", []string{"other|matched||", strings.Replace(matchedView, "stream", w.generation, 1)})
	for _, want := range []matchmaking.Event{matchmaking.Queued{}, matchmaking.Matched{}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		event, err := w.Next(ctx)
		cancel()
		if reflect.TypeOf(event) != reflect.TypeOf(want) || err != nil {
			t.Errorf("got %T, %v, want %T", event, err, want)
		}
	}
}

func FuzzParseView(f *testing.F) {
	f.Add(matchedView)
	f.Add("id|ended||0|0|0|0|0|0|0|1|1|60000000|")
	f.Add("id|waiting|stream|1|0|7|1|1|0|0|9|0|0|")
	f.Add("id|matched|stream|0|1|7|1|1|0|0|9|0|3|room|2|2:|2|a|QQ|b|Qg")
	f.Add(strings.Replace(matchedView, "2:Z28", "2.QQ.QQ.QQ:Z28", 1))
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseView("lobby", text)
		switch {
		case err != nil:
			if !errors.Is(err, redisstore.ErrReply) {
				t.Errorf("error %v, want ErrReply", err)
			}
		case v.match != nil && (v.match.Slot < 0 || v.match.Slot >= len(v.match.Members)):
			t.Errorf("slot of %+v", v.match)
		}
	})
}

func TestMedianWait(t *testing.T) {
	t.Parallel()
	now := time.UnixMicro(2_000_000_000_000_000)
	const waits = "2000000000000000" + "0000000003" + "1999999999999999" + "0000000001" +
		"1999999000000000" + "0000000009" + // too long ago
		"1999999999999998" + "0000000002" + "20000"
	if got := medianWait(waits, now); got != 2*time.Microsecond {
		t.Errorf("median %v, want 2µs", got)
	}
	if got := medianWait("", now); got != 0 {
		t.Errorf("median %v of no waits", got)
	}
}
