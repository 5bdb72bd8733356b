package main

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// writeSchema writes the constant from which package litejson knows the names of a file.
// Package litejson describes its form.
func writeSchema(out *protogen.GeneratedFile, file *protogen.File) {
	lines := append([]string{"package " + string(file.Desc.Package())}, enumLines(file, file.Messages)...)
	lines = append(lines, messageLines(file, file.Messages)...)
	out.P()
	out.P("// Schema has the names in this file, for package litejson.")
	out.P("const Schema = \"\" +")
	for i, line := range lines {
		plus := " +"
		if i == len(lines)-1 {
			plus = ""
		}
		out.P(strconv.Quote(line+"\n"), plus)
	}
}

func messageLines(file *protogen.File, messages []*protogen.Message) (lines []string) {
	for _, message := range messages {
		words := []string{"message", nameIn(file, message.Desc)}
		for _, field := range message.Fields {
			words = append(words, describeField(file, field))
		}
		lines = append(lines, strings.Join(words, " "))
		lines = append(lines, messageLines(file, message.Messages)...)
	}
	return lines
}

func describeField(file *protogen.File, field *protogen.Field) string {
	kind := field.Desc.Kind().String()
	switch {
	case field.Message != nil:
		kind = nameIn(file, field.Message.Desc)
	case field.Enum != nil:
		kind = nameIn(file, field.Enum.Desc)
	}
	switch {
	case field.Desc.IsList():
		kind = "*" + kind
	case field.Desc.HasOptionalKeyword() && field.Message == nil:
		kind = "?" + kind
	}
	text := fmt.Sprintf("%s:%d:%s", field.Desc.JSONName(), field.Desc.Number(), kind)
	if field.Oneof != nil && !field.Oneof.Desc.IsSynthetic() {
		text += ":" + string(field.Oneof.Desc.Name())
	}
	return text
}

// enumLines describes the enums that fields of a file have. Others would only make the
// browser client larger.
func enumLines(file *protogen.File, messages []*protogen.Message) (lines []string) {
	seen := map[protoreflect.FullName]bool{}
	var visit func([]*protogen.Message)
	visit = func(messages []*protogen.Message) {
		for _, message := range messages {
			for _, field := range message.Fields {
				if enum := field.Enum; enum != nil && !seen[enum.Desc.FullName()] {
					seen[enum.Desc.FullName()] = true
					lines = append(lines, enumLine(file, enum))
				}
			}
			visit(message.Messages)
		}
	}
	visit(messages)
	return lines
}

func enumLine(file *protogen.File, enum *protogen.Enum) string {
	words := []string{"enum", nameIn(file, enum.Desc)}
	for _, value := range enum.Values {
		words = append(words, fmt.Sprintf("%s:%d", value.Desc.Name(), value.Desc.Number()))
	}
	return strings.Join(words, " ")
}

// nameIn returns a name as it stands in the schema of a file: without the package if that
// is the same, otherwise with a dot before it.
func nameIn(file *protogen.File, named protoreflect.Descriptor) string {
	if name, local := strings.CutPrefix(string(named.FullName()), string(file.Desc.Package())+"."); local && named.ParentFile() == file.Desc {
		return name
	}
	return "." + string(named.FullName())
}
