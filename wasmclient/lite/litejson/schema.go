package litejson

import "strings"

// Schema has the names of messages. It does not change, so all methods are safe for
// concurrent use.
type Schema struct {
	lines map[string][]string // the words of each line, by the second one
}

// The letters of some scalar types. That of int32 is "i".
const (
	stringType = "s"
	bytesType  = "b"
	boolType   = "t"
	int64Type  = "j"
	uint32Type = "u"
	uint64Type = "v"
)

const durationName = "google.protobuf.Duration"

// Parse reads schemas: the constants Schema of gen/golite, one of each file. Each line
// describes a type, in words:
//
//	enum NAME VALUE …            the values 0, 1 and so on
//	message NAME FIELD:TYPE …    the fields 1, 2 and so on
//
// A number that is not used has a hyphen. NAME is a full name, FIELD a name in JSON. TYPE
// is a string (s), bytes (b), a bool (t), an int32 (i) or int64 (j), a uint32 (u) or
// uint64 (v), or the full name of an enum or a message. Before it there may be a star
// (repeated), a question mark (a scalar with presence) or a slash (a choice of the oneof, of
// which a message has one at most).
func Parse(schemas ...string) *Schema {
	s := &Schema{lines: map[string][]string{}}
	for _, schema := range append(schemas, "message "+durationName+" seconds:j nanos:i") {
		for line := range strings.Lines(schema) {
			words := strings.Fields(line)
			s.lines[words[1]] = words
		}
	}
	return s
}

// message is a decoded message of any type.
type message struct {
	schema *Schema
	name   string
	fields []field // each at the index of its number less one
}

type field struct {
	name  string   // in JSON
	label byte     // '*', '?', '/' or zero
	kind  string   // a letter, or the name of a type; empty: there is no such field
	line  []string // that of the type of an enum or a message

	// The following are what has come.
	has      bool     // a number
	number   uint64   // the last one, also for a bool or an enum
	texts    []string // all of them: the last one counts if the field is not repeated
	data     []byte
	messages []*message // one if the field is not repeated
}

// message returns an empty message, or nil if the schema does not know it.
func (s *Schema) message(name string) *message {
	line := s.lines[name]
	if line == nil {
		return nil
	}
	m := &message{schema: s, name: name}
	for _, word := range line[2:] {
		var f field
		if f.name, f.kind, _ = strings.Cut(word, ":"); f.kind != "" && f.kind[0] < 'A' {
			f.label, f.kind = f.kind[0], f.kind[1:]
		}
		f.line = s.lines[f.kind]
		m.fields = append(m.fields, f)
	}
	return m
}

func (f *field) isMessage() bool { return f.line != nil && f.line[0] == "message" }
