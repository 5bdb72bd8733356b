package main

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

var errUnsupported = errors.New("package lite does not support this kind of field")

const lite = protogen.GoImportPath("github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite")

func writeMessage(out *protogen.GeneratedFile, message *protogen.Message) error {
	name := message.GoIdent.GoName
	out.P()
	out.P(message.Comments.Leading, "type ", name, " struct {")
	out.P("unknown []byte")
	err := eachField(message, func(field *protogen.Field) error {
		kind, err := goType(out, field)
		out.P(field.Comments.Leading, field.GoName, " ", kind)
		return err
	}, func(oneof *protogen.Oneof) error {
		out.P(oneof.Comments.Leading, oneof.GoName, " is", oneof.GoIdent)
		return nil
	})
	if err != nil {
		return err
	}
	out.P("}")
	out.P()
	out.P("// Fields implements lite.Message.")
	out.P("func (m *", name, ") Fields(c *", lite.Ident("Codec"), ") {")
	out.P("if m == nil { return }")
	if err := eachField(message, func(field *protogen.Field) error { return writePlace(out, field) },
		func(oneof *protogen.Oneof) error { return writeChoices(out, oneof) }); err != nil {
		return err
	}
	out.P("c.Unknown(&m.unknown)")
	out.P("}")
	return eachField(message, func(field *protogen.Field) error { return writeGetter(out, field) },
		func(oneof *protogen.Oneof) error { return writeOneof(out, oneof) })
}

// eachField calls one of the functions for each field and each oneof of a message, in
// the order of the contract.
func eachField(message *protogen.Message, plain func(*protogen.Field) error, oneof func(*protogen.Oneof) error) error {
	for _, field := range message.Fields {
		var err error
		switch choice := field.Oneof; {
		case choice == nil || choice.Desc.IsSynthetic():
			err = plain(field)
		case choice.Fields[0] == field:
			err = oneof(choice)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", field.Desc.Name(), err)
		}
	}
	return nil
}

func messageType(out *protogen.GeneratedFile, message *protogen.Message) string {
	if message.Desc.FullName() == "google.protobuf.Duration" {
		return out.QualifiedGoIdent(lite.Ident("Duration"))
	}
	return out.QualifiedGoIdent(message.GoIdent)
}

// goType returns the type of a field. Its pointers and slices are those of
// protoc-gen-go.
func goType(out *protogen.GeneratedFile, field *protogen.Field) (string, error) {
	kind := field.Desc.Kind().String()
	list, optional := field.Desc.IsList(), field.Desc.HasOptionalKeyword()
	switch field.Desc.Kind() {
	case protoreflect.MessageKind:
		kind = "*" + messageType(out, field.Message)
		if field.Desc.IsMap() {
			return "", errUnsupported
		}
	case protoreflect.StringKind:
	case protoreflect.BytesKind, protoreflect.BoolKind:
		if list || optional {
			return "", errUnsupported
		}
	case protoreflect.EnumKind:
		kind = out.QualifiedGoIdent(field.Enum.GoIdent)
		fallthrough
	case protoreflect.Int32Kind, protoreflect.Int64Kind, protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		if list {
			return "", errUnsupported
		}
	default:
		return "", errUnsupported
	}
	switch {
	case field.Desc.Kind() == protoreflect.BytesKind:
		return "[]byte", nil
	case list:
		return "[]" + kind, nil
	case optional && field.Message == nil:
		return "*" + kind, nil
	default:
		return kind, nil
	}
}

// writePlace tells the codec the place of a field.
func writePlace(out *protogen.GeneratedFile, field *protogen.Field) error {
	method, list, optional := "", field.Desc.IsList(), field.Desc.HasOptionalKeyword()
	switch field.Desc.Kind() {
	case protoreflect.BoolKind:
		method = "Bool"
	case protoreflect.BytesKind:
		method = "Bytes"
	case protoreflect.StringKind:
		switch {
		case list:
			method = "Strings"
		case optional:
			method = "OptionalString"
		default:
			method = "String"
		}
	}
	if method != "" {
		out.P("c.", method, "(", field.Desc.Number(), ", &m.", field.GoName, ")")
		return nil
	}
	function := "Varint"
	switch {
	case field.Message != nil && list:
		function = "Repeated"
	case field.Message != nil:
		function = "Single"
	case optional:
		function = "OptionalVarint"
	}
	out.P(lite.Ident(function), "(c, ", field.Desc.Number(), ", &m.", field.GoName, ")")
	return nil
}

func writeChoices(out *protogen.GeneratedFile, oneof *protogen.Oneof) error {
	for _, field := range oneof.Fields {
		if field.Message == nil {
			return errUnsupported
		}
		out.P("if v, ok := m.", oneof.GoName, ".(*", field.GoIdent, "); c.Has(", field.Desc.Number(), ", ok) {")
		out.P("if !ok {")
		out.P("v = &", field.GoIdent, "{new(", messageType(out, field.Message), ")}")
		out.P("m.", oneof.GoName, " = v")
		out.P("}")
		out.P("c.Message(", field.Desc.Number(), ", v.", field.GoName, ")")
		out.P("}")
	}
	return nil
}

func writeGetter(out *protogen.GeneratedFile, field *protogen.Field) error {
	kind, err := goType(out, field)
	if err != nil {
		return err
	}
	value := "m." + field.GoName
	condition := "m != nil"
	if field.Desc.HasOptionalKeyword() && field.Message == nil {
		condition += " && " + value + " != nil"
		value, kind = "*"+value, kind[1:]
	}
	out.P()
	out.P("func (m *", field.Parent.GoIdent.GoName, ") Get", field.GoName, "() (v ", kind, ") {")
	out.P("if ", condition, " { v = ", value, " }")
	out.P("return v")
	out.P("}")
	return nil
}

// writeOneof writes the types of a oneof's choices and the getters.
func writeOneof(out *protogen.GeneratedFile, oneof *protogen.Oneof) error {
	message := oneof.Parent.GoIdent.GoName
	out.P()
	out.P("type is", oneof.GoIdent, " interface { is", oneof.GoIdent, "() }")
	out.P()
	out.P("func (m *", message, ") Get", oneof.GoName, "() (v is", oneof.GoIdent, ") {")
	out.P("if m != nil { v = m.", oneof.GoName, " }")
	out.P("return v")
	out.P("}")
	for _, field := range oneof.Fields {
		kind := messageType(out, field.Message)
		out.P()
		out.P("type ", field.GoIdent, " struct {")
		out.P(field.Comments.Leading, field.GoName, " *", kind)
		out.P("}")
		out.P()
		out.P("func (*", field.GoIdent, ") is", oneof.GoIdent, "() {}")
		out.P()
		out.P("func (m *", message, ") Get", field.GoName, "() *", kind, " {")
		out.P("if v, ok := m.Get", oneof.GoName, "().(*", field.GoIdent, "); ok { return v.", field.GoName, " }")
		out.P("return nil")
		out.P("}")
	}
	return nil
}
