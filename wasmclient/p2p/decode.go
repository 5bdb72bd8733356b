package p2p

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1"
)

// decode returns the envelope in a data channel message, or nil if the message
// is too large, malformed, or has groups. chat.v1 has no groups, and the parser
// skips groups in groups by recursion: in a browser, a few thousand of them
// exceed the stack, which stops the page.
func decode(data []byte) *chatv1.Envelope {
	envelope := new(chatv1.Envelope)
	if len(data) > largestEnvelope || hasGroups(data, envelopeFields) || proto.Unmarshal(data, envelope) != nil {
		return nil
	}
	return envelope
}

var envelopeFields = (*chatv1.Envelope)(nil).ProtoReflect().Descriptor().Fields()

// hasGroups reports whether a message has groups (wire type 3), or one of the
// messages in it, whose fields are given. It looks no further than the parser
// gets. Everything else may look like a group: strings, and fields of a later
// version.
func hasGroups(data []byte, fields protoreflect.FieldDescriptors) bool {
	for len(data) > 0 {
		number, kind, length := protowire.ConsumeTag(data)
		if length < 0 {
			return false // the parser fails here
		}
		if kind == protowire.StartGroupType {
			return true
		}
		data = data[length:]
		if length = protowire.ConsumeFieldValue(number, kind, data); length < 0 {
			return false
		}
		if field := fields.ByNumber(number); kind == protowire.BytesType && field != nil && field.Message() != nil {
			if content, _ := protowire.ConsumeBytes(data); hasGroups(content, field.Message().Fields()) {
				return true
			}
		}
		data = data[length:]
	}
	return false
}
