package inside

import (
	"strconv"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// JSON returns what is kept as a JSON document: what web/inside.js draws, and what people
// save. Of the rows it has those from number first on, counted from the first row of the
// search, dropped ones included. Messages are objects; other bodies are strings, because
// nobody has checked them. "seconds" count since the search began, "began" is in
// milliseconds since 1970, round trips are in milliseconds too. Fields that are empty, zero
// or false are left out, except lists.
func (s *Snapshot) JSON(first int) string {
	d := litejson.Document("{")
	d.Number("search", int64(s.Search))
	d.Number("dropped", int64(s.Dropped))
	if !s.Began.IsZero() {
		d.Number("began", s.Began.UnixMilli())
	}
	d.Number("through", int64(s.ThroughServers))
	d.Number("since", int64(s.Since))
	direct, relayed := s.Direct()
	d.Number("direct", int64(direct)) //nolint:gosec // nobody sends that much
	d.Truth("released", s.Released)
	d.Truth("relayed", relayed)
	d.Name("steps")
	d.Value("[")
	for i := max(first-s.Dropped, 0); i < len(s.Rows); i++ {
		writeRow(&d, &s.Rows[i])
	}
	d.Next("],\"candidates\":[")
	for _, candidate := range s.Candidates {
		d.Next("{")
		d.Truth("local", candidate.Local)
		d.Text("type", candidate.Type)
		d.Text("line", candidate.Line)
		d.Next("}")
	}
	d.Next("],\"links\":[")
	for _, link := range s.Links {
		writeLink(&d, &link)
	}
	return string(append(d, "]}\n"...))
}

// duration is not inlined, for the reason of [litejson.Document].
//
//go:noinline
func duration(d *litejson.Document, name string, value, unit time.Duration) {
	if value != 0 {
		d.Name(name)
		d.Value(decimal(value, unit))
	}
}

// decimal returns a duration in a unit, to a thousandth of it.
func decimal(value, unit time.Duration) string {
	return strconv.FormatFloat(float64(value)/float64(unit), 'f', 3, 64)
}

func writeLink(d *litejson.Document, l *Link) {
	d.Next("{")
	d.Text("peer", l.Peer)
	if l.Slot >= 0 {
		d.Text("slot", strconv.Itoa(l.Slot))
	}
	d.Text("way", l.Way())
	d.Truth("interrupted", l.Interrupted)
	d.Truth("gone", l.Gone)
	d.Name("pairs")
	d.Value("[")
	for _, pair := range l.Pairs {
		d.Next("{")
		d.Text("local", pair.Local)
		d.Text("localType", pair.LocalType)
		d.Text("remote", pair.Remote)
		d.Text("remoteType", pair.RemoteType)
		d.Text("state", pair.State)
		d.Truth("selected", pair.Selected)
		duration(d, "roundTrip", pair.RTT, time.Millisecond)
		d.Number("sent", int64(pair.BytesSent))         //nolint:gosec // nobody sends that much
		d.Number("received", int64(pair.BytesReceived)) //nolint:gosec // nor receives it
		d.Next("}")
	}
	d.Next("],\"roundTrips\":[")
	for _, trip := range l.RoundTrips {
		d.Next(decimal(trip, time.Millisecond))
	}
	d.Next("]}")
}

func writeRow(d *litejson.Document, r *Row) {
	d.Next("{")
	duration(d, "seconds", r.At, time.Second)
	d.Text("party", string(r.Party))
	d.Text("peer", r.Peer)
	switch {
	case r.Out:
		d.Text("way", "out")
	case r.In:
		d.Text("way", "in")
	}
	d.Text("key", r.Key)
	d.Text("value", r.Value)
	d.Truth("failed", r.Failed)
	d.Text("type", r.Type)
	if strings.HasPrefix(r.Type, "wasmp2pchat.") && r.Body != "" { // JSON that this program wrote
		d.Name("message")
		d.Value(r.Body)
	} else {
		d.Text("message", r.Body)
	}
	d.Next("}")
}
