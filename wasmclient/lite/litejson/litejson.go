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

// View changes what is shown of fields. A field is named by its message and its name in
// JSON, such as "wasmp2pchat.chat.v1.Proof.value". Nil functions change nothing.
type View struct {
	// Rewrite returns what is shown instead of the text of a string, or of bytes in
	// base64.
	Rewrite func(field, text string) string
	// Embedded returns the full name of the message that is encoded in a field of bytes,
	// or "". What does not decode as that is shown as bytes are, and so is what is
	// embedded in an embedded message.
	Embedded func(field string) string
}

// JSON returns a message as JSON on one line: fields in the order of the contract, without
// those that have their default, and without those that the schema does not know. Name is
// its full name. The error is [ErrUnknown], or that of [lite.Unmarshal]. Data may be
// hostile: nesting is bounded as in package lite, and the result is some twenty times as
// long as data at most, besides what Rewrite adds.
func (s *Schema) JSON(name string, data []byte, view View) (string, error) {
	m, err := s.decode(name, data)
	if err != nil {
		return "", err
	}
	w := writer{schema: s, view: view}
	w.message(m)
	return string(w.out), nil
}

func (s *Schema) decode(name string, data []byte) (*message, error) {
	kind := s.messages[name]
	if kind == nil {
		return nil, ErrUnknown
	}
	m := newMessage(kind)
	return m, lite.Unmarshal(data, m)
}

// message is a decoded message of any type.
type message struct {
	kind   *messageType
	values []value // of the fields
}

// value holds what has come for a field.
type value struct {
	number   *uint64  // the last one, also for a bool or an enum; nil: none
	texts    []string // all of them: the last one counts if the field is not repeated
	data     []byte
	messages []*message // one if the field is not repeated
}

func newMessage(kind *messageType) *message {
	return &message{kind: kind, values: make([]value, len(kind.fields))}
}

// Fields implements [lite.Message], only to decode.
func (m *message) Fields(c *lite.Codec) {
	for i := range m.kind.fields {
		field, value := &m.kind.fields[i], &m.values[i]
		switch {
		case field.kind == kindString:
			c.Strings(field.number, &value.texts)
		case field.kind == kindBytes:
			c.Bytes(field.number, &value.data)
		case field.message == nil:
			lite.OptionalVarint(c, field.number, &value.number)
		case c.Has(field.number, false):
			m.choose(i)
			if field.list || len(value.messages) == 0 {
				value.messages = append(value.messages, newMessage(field.message))
			}
			c.Message(field.number, value.messages[len(value.messages)-1])
		}
	}
}

// choose forgets the other choices of the oneof of a field. Those are messages.
func (m *message) choose(chosen int) {
	oneof := m.kind.fields[chosen].oneof
	for i := range m.kind.fields {
		if oneof != "" && i != chosen && m.kind.fields[i].oneof == oneof {
			m.values[i].messages = nil
		}
	}
}
