// Package litejson writes encoded messages as Protobuf JSON
// (https://protobuf.dev/programming-guides/json/), for people to read. The messages of
// gen/golite have no names at run time; a schema, which protoc-gen-lite generates beside
// them, has them in a few kilobytes.
package litejson

import (
	"errors"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

// ErrUnknown is returned for a message that is in no schema.
var ErrUnknown = errors.New("message is in no schema")

// View returns the JSON that is shown of a text, or "" for the text itself. Field is the
// message and the name in JSON, such as "wasmp2pchat.chat.v1.Proof.value". The text of bytes
// is their base64, with padding.
type View func(field, text string) string

// JSON returns a message as JSON on one line: fields in the order of their numbers, without
// those that have their default, and without those that the schema does not know. Name is
// its full name. The error is [ErrUnknown], or that of [lite.Unmarshal]. Data may be
// hostile: nesting is bounded as in package lite, and the result is some twenty times as
// long as data at most, besides what view adds. View may be nil.
func (s *Schema) JSON(name string, data []byte, view View) (string, error) {
	m := s.message(name)
	if m == nil || s.lines[name][0] != "message" {
		return "", ErrUnknown
	}
	if err := lite.Unmarshal(data, m); err != nil {
		return "", err
	}
	return m.json(view), nil
}

// Fields implements [lite.Message], only to decode.
func (m *message) Fields(c *lite.Codec) {
	for i := range m.fields {
		f, number := &m.fields[i], i+1
		switch {
		case f.kind == "":
		case f.kind == stringType:
			c.Strings(number, &f.texts)
		case f.kind == bytesType:
			c.Bytes(number, &f.data)
		case !f.isMessage():
			if value, is := c.Number(number); is {
				f.number, f.has = value, true
			}
		case c.Has(number, false):
			m.choose(f)
			c.Message(number, f.messages[len(f.messages)-1])
		}
	}
}

// choose makes a message for a field, unless there is one that another merges with. The
// other choices of a oneof, which are messages, are forgotten.
func (m *message) choose(chosen *field) {
	for i := range m.fields {
		if f := &m.fields[i]; f.label == '/' && chosen.label == '/' && f != chosen {
			f.messages = nil
		}
	}
	if chosen.label == '*' || chosen.messages == nil {
		chosen.messages = append(chosen.messages, m.schema.message(chosen.kind))
	}
}
