package litejson

import (
	"strconv"
	"strings"
)

// Schema has the names of messages. It does not change, so all methods are safe for
// concurrent use.
type Schema struct {
	messages map[string]*messageType
	enums    map[string]map[int32]string
}

type messageType struct {
	name   string
	fields []field // in the order of the contract
}

type field struct {
	name           string // in JSON
	number         int
	kind           string           // a scalar type, or empty
	list, optional bool             // optional: with presence, though it is no message
	oneof          string           // empty: in none
	message        *messageType     // nil: none
	enum           map[int32]string // nil: none
}

// The scalar types that a schema may have, besides bool.
const (
	kindString = "string"
	kindBytes  = "bytes"
	kindBool   = "bool"
	kindInt32  = "int32"
	kindInt64  = "int64"
	kindUint32 = "uint32"
	kindUint64 = "uint64"
)

const duration = "google.protobuf.Duration"

// durationSchema is what messages import.
const durationSchema = "package google.protobuf\nmessage Duration seconds:1:int64 nanos:2:int32\n"

// Parse reads schemas: the constants Schema of gen/golite, one of each file. Each line
// has words:
//
//	package PACKAGE                  the first line of a file
//	enum NAME VALUE:NUMBER …
//	message NAME FIELD:NUMBER:TYPE[:ONEOF] …
//
// FIELD is a name in JSON. TYPE is a scalar type, or the name of an enum or a message; a
// star before it: repeated; a question mark: with presence. Names are those in the
// package, or full names with a dot before them. An enum comes before the messages that
// have it.
func Parse(schemas ...string) *Schema {
	s := &Schema{messages: map[string]*messageType{}, enums: map[string]map[int32]string{}}
	s.parse(durationSchema)
	for _, schema := range schemas {
		s.parse(schema)
	}
	return s
}

func (s *Schema) parse(schema string) {
	var namespace string
	for line := range strings.Lines(schema) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		switch name := full(namespace, words[1]); words[0] {
		case "package":
			namespace = words[1]
		case "enum":
			values := map[int32]string{}
			for _, word := range words[2:] {
				text, number, _ := strings.Cut(word, ":")
				values[int32(numberOf(number))] = text //nolint:gosec // of an enum
			}
			s.enums[name] = values
		case "message":
			message := s.message(name)
			for _, word := range words[2:] {
				message.fields = append(message.fields, s.field(namespace, word))
			}
		}
	}
}

// message returns the type of a name, whose fields may follow.
func (s *Schema) message(name string) *messageType {
	if s.messages[name] == nil {
		s.messages[name] = &messageType{name: name}
	}
	return s.messages[name]
}

func (s *Schema) field(namespace, word string) field {
	parts := append(strings.Split(word, ":"), "", "", "")
	f := field{name: parts[0], number: numberOf(parts[1]), oneof: parts[3]}
	kind := parts[2]
	kind, f.list = strings.CutPrefix(kind, "*")
	kind, f.optional = strings.CutPrefix(kind, "?")
	name := full(namespace, kind)
	switch kind {
	case kindString, kindBytes, kindBool, kindInt32, kindInt64, kindUint32, kindUint64:
		f.kind = kind
	default:
		if f.enum = s.enums[name]; f.enum == nil {
			f.message = s.message(name)
		}
	}
	return f
}

func full(namespace, name string) string {
	if name, is := strings.CutPrefix(name, "."); is {
		return name
	}
	return namespace + "." + name
}

// numberOf returns the number that protoc-gen-lite has written.
func numberOf(text string) int {
	number, _ := strconv.Atoi(text)
	return number
}
