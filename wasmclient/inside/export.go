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
		out.WriteString("\n{" + object(
			[2]string{"local", pair.Local}, [2]string{"localType", pair.LocalType}, [2]string{"remote", pair.Remote},
			[2]string{"remoteType", pair.RemoteType}, [2]string{"state", pair.State},
		) + `,"selected":` + strconv.FormatBool(pair.Selected) + "}")
	}
	out.WriteString("]}\n")
	return out.String()
}

func (r *Row) json() string {
	out := `{"seconds":` + strconv.FormatFloat(r.At.Seconds(), 'f', 6, 64) + "," +
		object([2]string{"party", string(r.Party)}, [2]string{"key", r.Key}, [2]string{"value", r.Value}, [2]string{"type", r.Type})
	switch {
	case r.Body == "":
	case strings.HasPrefix(r.Type, "wasmp2pchat."): // JSON that this program wrote
		out += `,"message":` + r.Body
	default:
		out += `,"message":` + litejson.Quote(r.Body)
	}
	return out + "}"
}

// object returns names and values as they stand in a JSON object.
func object(fields ...[2]string) string {
	var all []string
	for _, field := range fields {
		all = append(all, litejson.Quote(field[0])+":"+litejson.Quote(field[1]))
	}
	return strings.Join(all, ",")
}
