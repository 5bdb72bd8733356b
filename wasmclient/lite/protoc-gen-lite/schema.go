package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// writeSchema writes the constant from which package litejson knows the names of a file.
// Package litejson describes its form.
func writeSchema(out *protogen.GeneratedFile, file *protogen.File) error {
	enums, err := enumLines(file.Messages)
	if err != nil {
		return err
	}
	messages, err := messageLines(file.Messages)
	if err != nil {
		return err
	}
	out.P()
	out.P("// Schema has the names in this file, for package litejson.")
	out.P("const Schema = \"\" +")
	for _, line := range slices.Concat(enums, messages) {
		out.P(strconv.Quote(line+"\n"), " +")
	}
	out.P("\"\"") // so that no line is the last one
	return nil
}

func messageLines(messages []*protogen.Message) (lines []string, err error) {
	for _, message := range messages {
		words := []string{"message", string(message.Desc.FullName())}
		if oneofs := slices.DeleteFunc(slices.Clone(message.Oneofs), func(oneof *protogen.Oneof) bool { return oneof.Desc.IsSynthetic() }); len(oneofs) > 1 {
			return nil, fmt.Errorf("%s: %w", message.Desc.FullName(), errUnsupported) // a choice has no name in a schema
		}
		for _, field := range message.Fields {
			if words, err = appendNumbered(words, int(field.Desc.Number())-1, describeField(field)); err != nil {
				return nil, fmt.Errorf("%s: %w", field.Desc.FullName(), err)
			}
		}
		inner, err := messageLines(message.Messages)
		if err != nil {
			return nil, err
		}
		lines = append(append(lines, strings.Join(words, " ")), inner...)
	}
	return lines, nil
}

// appendNumbered appends a word to a line, at whose index the number of its field or value
// can be read. Most numbers have no gaps between them.
func appendNumbered(words []string, number int, word string) ([]string, error) {
	const before, largestGap = 2, 100
	if gap := number + before - len(words); gap < 0 || gap > largestGap {
		return nil, errUnsupported
	}
	for len(words) < number+before {
		words = append(words, "-")
	}
	return append(words, word), nil
}

// scalars are the letters of types, which package litejson knows.
var scalars = map[protoreflect.Kind]string{
	protoreflect.StringKind: "s", protoreflect.BytesKind: "b", protoreflect.BoolKind: "t",
	protoreflect.Int32Kind: "i", protoreflect.Int64Kind: "j", protoreflect.Uint32Kind: "u", protoreflect.Uint64Kind: "v",
}

func describeField(field *protogen.Field) string {
	kind := scalars[field.Desc.Kind()]
	switch {
	case field.Message != nil:
		kind = string(field.Message.Desc.FullName())
	case field.Enum != nil:
		kind = string(field.Enum.Desc.FullName())
	}
	switch {
	case field.Desc.IsList():
		kind = "*" + kind
	case field.Oneof != nil && !field.Oneof.Desc.IsSynthetic():
		kind = "/" + kind
	case field.Desc.HasOptionalKeyword() && field.Message == nil:
		kind = "?" + kind
	}
	return field.Desc.JSONName() + ":" + kind
}

// enumLines describes the enums that fields of a file have. Others would only make the
// browser client larger.
func enumLines(messages []*protogen.Message) (lines []string, err error) {
	for _, message := range messages {
		for _, field := range message.Fields {
			if field.Enum == nil {
				continue
			}
			words := []string{"enum", string(field.Enum.Desc.FullName())}
			for _, value := range field.Enum.Values {
				if words, err = appendNumbered(words, int(value.Desc.Number()), string(value.Desc.Name())); err != nil {
					return nil, fmt.Errorf("%s: %w", value.Desc.FullName(), err)
				}
			}
			if line := strings.Join(words, " "); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
		inner, err := enumLines(message.Messages)
		if err != nil {
			return nil, err
		}
		lines = append(lines, inner...)
	}
	return lines, nil
}
