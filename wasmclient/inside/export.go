package inside

import (
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// JSON returns what is kept as a JSON document. Messages in it are objects, other bodies
// are strings.
func (s *Snapshot) JSON() string {
	var out strings.Builder
	out.WriteString(`{"dropped":` + strconv.Itoa(s.Dropped) + `,"steps":[`)
	for i, row := range s.Rows {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n" + row.json())
	}
	out.WriteString("],\n\"pairs\":[")
	for i, pair := range s.Pairs {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n{" + fields(
			"local", pair.Local, "localType", pair.LocalType, "remote", pair.Remote, "remoteType", pair.RemoteType, "state", pair.State,
		) + `,"selected":` + strconv.FormatBool(pair.Selected) + "}")
	}
	out.WriteString("]}\n")
	return out.String()
}

func (r *Row) json() string {
	out := `{"seconds":` + strconv.FormatFloat(r.At.Seconds(), 'f', 6, 64) + "," +
		fields("party", string(r.Party), "key", r.Key, "value", r.Value, "type", r.Type)
	switch {
	case r.Body == "":
	case strings.HasPrefix(r.Type, "wasmp2pchat."): // JSON that this program wrote
		out += `,"message":` + r.Body
	default:
		out += `,"message":` + litejson.Quote(r.Body)
	}
	return out + "}"
}

// fields returns names and values as those of a JSON object.
func fields(pairs ...string) string {
	var all []string
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, litejson.Quote(pairs[i])+":"+litejson.Quote(pairs[i+1]))
	}
	return strings.Join(all, ",")
}
