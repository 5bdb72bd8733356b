package main

import (
	"errors"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// generated generates a message with one field.
func generated(t *testing.T, field *descriptorpb.FieldDescriptorProto) (string, error) {
	t.Helper()
	return generatedFrom(t, messageWith(field))
}

func messageWith(field *descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	field.Name, field.Number = proto.String("field"), proto.Int32(1)
	if field.Label == nil {
		field.Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
	}
	message := &descriptorpb.DescriptorProto{Name: proto.String("M"), Field: []*descriptorpb.FieldDescriptorProto{field}}
	if field.OneofIndex != nil {
		message.OneofDecl = []*descriptorpb.OneofDescriptorProto{{Name: proto.String("choice")}}
	}
	if field.GetTypeName() == ".p.M.FieldEntry" {
		key, value := proto.Clone(field).(*descriptorpb.FieldDescriptorProto), proto.Clone(field).(*descriptorpb.FieldDescriptorProto)
		for i, part := range []*descriptorpb.FieldDescriptorProto{key, value} {
			part.Name, part.Number, part.TypeName = proto.String([]string{"key", "value"}[i]), proto.Int32(int32(i+1)), nil
			part.Type, part.Label = descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
		}
		message.NestedType = []*descriptorpb.DescriptorProto{{
			Name: proto.String("FieldEntry"), Field: []*descriptorpb.FieldDescriptorProto{key, value}, Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
		}}
	}
	return message
}

func generatedFrom(t *testing.T, message *descriptorpb.DescriptorProto) (string, error) {
	t.Helper()
	plugin, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{"p.proto"},
		ProtoFile: []*descriptorpb.FileDescriptorProto{{
			Name: proto.String("p.proto"), Package: proto.String("p"), Syntax: proto.String("proto3"),
			Options: &descriptorpb.FileOptions{GoPackage: proto.String("example.com/p")}, MessageType: []*descriptorpb.DescriptorProto{message},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	out := plugin.NewGeneratedFile("p.go", "example.com/p")
	if err := generate(out, plugin.Files[0]); err != nil {
		return "", err
	}
	text, err := out.Content()
	if err != nil {
		t.Fatal(err)
	}
	return string(text), nil
}

func TestRefusedFields(t *testing.T) {
	t.Parallel()
	type field = descriptorpb.FieldDescriptorProto
	list := descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	for name, test := range map[string]struct {
		field *field
		good  bool
	}{
		"string":          {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum()}, true},
		"message":         {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String(".p.M")}, true},
		"strings":         {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: list}, true},
		"numbers":         {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_UINT32.Enum(), Label: list}, false},
		"bytes, repeated": {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_BYTES.Enum(), Label: list}, false},
		"double":          {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_DOUBLE.Enum()}, false},
		"sint32":          {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_SINT32.Enum()}, false},
		"fixed64":         {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_FIXED64.Enum()}, false},
		"map":             {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String(".p.M.FieldEntry"), Label: list}, false},
		"string, chosen":  {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), OneofIndex: proto.Int32(0)}, false},
		"message, chosen": {&field{Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String(".p.M"), OneofIndex: proto.Int32(0)}, true},
	} {
		code, err := generated(t, test.field)
		if test.good == (err != nil) || err != nil && !errors.Is(err, errUnsupported) {
			t.Errorf("%s: error %v", name, err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "p.go", code, 0); test.good && err != nil {
			t.Errorf("%s: %v in\n%s", name, err, code)
		}
	}
}

// TestSchema generates the names of a message whose numbers have a gap, and refuses what a
// schema cannot say.
func TestSchema(t *testing.T) {
	t.Parallel()
	field := func(name string, number, oneof int32) *descriptorpb.FieldDescriptorProto {
		field := &descriptorpb.FieldDescriptorProto{
			Name: proto.String(name), Number: proto.Int32(number), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
			Type: descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), TypeName: proto.String(".p.M"),
		}
		if oneof >= 0 {
			field.OneofIndex = proto.Int32(oneof)
		}
		return field
	}
	oneofs := []*descriptorpb.OneofDescriptorProto{{Name: proto.String("one")}, {Name: proto.String("other")}}
	for name, test := range map[string]struct {
		message *descriptorpb.DescriptorProto
		want    string // empty: refused
	}{
		"a gap":       {&descriptorpb.DescriptorProto{Field: []*descriptorpb.FieldDescriptorProto{field("first_one", 1, -1), field("b", 3, 0)}, OneofDecl: oneofs[:1]}, "message p.M firstOne:p.M - b:/p.M\\n"},
		"no order":    {&descriptorpb.DescriptorProto{Field: []*descriptorpb.FieldDescriptorProto{field("a", 2, -1), field("b", 1, -1)}}, ""},
		"a large gap": {&descriptorpb.DescriptorProto{Field: []*descriptorpb.FieldDescriptorProto{field("a", 1000, -1)}}, ""},
		"two oneofs":  {&descriptorpb.DescriptorProto{Field: []*descriptorpb.FieldDescriptorProto{field("a", 1, 0), field("b", 2, 1)}, OneofDecl: oneofs}, ""},
	} {
		test.message.Name = proto.String("M")
		code, err := generatedFrom(t, test.message)
		if test.want == "" && !errors.Is(err, errUnsupported) || test.want != "" && err != nil || !strings.Contains(code, test.want) {
			t.Errorf("%s: error %v, code\n%s", name, err, code)
		}
	}
}
