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
	d := document("{")
	d.number("search", int64(s.Search))
	d.number("dropped", int64(s.Dropped))
	if !s.Began.IsZero() {
		d.number("began", s.Began.UnixMilli())
	}
	d.number("through", int64(s.ThroughServers))
	d.number("since", int64(s.Since))
	direct, _ := s.Direct()
	d.number("direct", int64(direct)) //nolint:gosec // nobody sends that much
	d.truth("released", s.Released)
	d.text("way", s.Way())
	d.name("steps")
	d = append(d, '[')
	for i := max(first-s.Dropped, 0); i < len(s.Rows); i++ {
		d.row(&s.Rows[i])
	}
	d.next("],\"candidates\":[")
	for _, candidate := range s.Candidates {
		d.next("{")
		d.truth("local", candidate.Local)
		d.text("type", candidate.Type)
		d.text("line", candidate.Line)
		d.next("}")
	}
	d.next("],\"pairs\":[")
	for _, pair := range s.Pairs {
		d.next("{")
		d.text("local", pair.Local)
		d.text("localType", pair.LocalType)
		d.text("remote", pair.Remote)
		d.text("remoteType", pair.RemoteType)
		d.text("state", pair.State)
		d.truth("selected", pair.Selected)
		d.duration("roundTrip", pair.RTT, time.Millisecond)
		d.number("sent", int64(pair.BytesSent))         //nolint:gosec // nobody sends that much
		d.number("received", int64(pair.BytesReceived)) //nolint:gosec // nor receives it
		d.next("}")
	}
	d.next("],\"roundTrips\":[")
	for _, trip := range s.RoundTrips {
		d.next(decimal(trip, time.Millisecond))
	}
	return string(append(d, "]}\n"...))
}

// document is the text of a JSON document, as far as it is written. Copies of its methods in
// each call would be a large part of the browser client, so they are not inlined.
type document []byte

// next writes what follows in a list, or after it.
//
//go:noinline
func (d *document) next(text string) {
	switch last := (*d)[len(*d)-1]; {
	case text[0] == '}' || text[0] == ']':
	case last == '}':
		*d = append(*d, ",\n"...)
	case last != '[' && last != '{':
		*d = append(*d, ',')
	}
	*d = append(*d, text...)
}

//go:noinline
func (d *document) name(name string) { d.next(`"` + name + `":`) }

//go:noinline
func (d *document) text(name, value string) {
	if value != "" {
		d.name(name)
		*d = append(*d, litejson.Quote(value)...)
	}
}

//go:noinline
func (d *document) number(name string, value int64) {
	if value != 0 {
		d.name(name)
		*d = strconv.AppendInt(*d, value, 10)
	}
}

//go:noinline
func (d *document) truth(name string, value bool) {
	if value {
		d.name(name)
		*d = append(*d, "true"...)
	}
}

//go:noinline
func (d *document) duration(name string, value, unit time.Duration) {
	if value != 0 {
		d.name(name)
		*d = append(*d, decimal(value, unit)...)
	}
}

// decimal returns a duration in a unit, to a thousandth of it.
func decimal(value, unit time.Duration) string {
	return strconv.FormatFloat(float64(value)/float64(unit), 'f', 3, 64)
}

func (d *document) row(r *Row) {
	d.next("{")
	d.duration("seconds", r.At, time.Second)
	d.text("party", string(r.Party))
	switch {
	case r.Out:
		d.text("way", "out")
	case r.In:
		d.text("way", "in")
	}
	d.text("key", r.Key)
	d.text("value", r.Value)
	d.truth("failed", r.Failed)
	d.text("type", r.Type)
	if strings.HasPrefix(r.Type, "wasmp2pchat.") && r.Body != "" { // JSON that this program wrote
		d.name("message")
		*d = append(*d, r.Body...)
	} else {
		d.text("message", r.Body)
	}
	d.next("}")
}
