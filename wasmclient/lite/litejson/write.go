package litejson

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// writer appends JSON to out.
type writer struct {
	schema   *Schema
	view     View
	embedded bool // inside an embedded message
	out      []byte
}

func (w *writer) message(m *message) {
	if m.kind.name == duration {
		w.duration(m)
		return
	}
	w.text("{")
	first := len(w.out)
	for i := range m.kind.fields {
		field, value := &m.kind.fields[i], &m.values[i]
		if !field.shown(value) {
			continue
		}
		if len(w.out) > first {
			w.text(",")
		}
		w.quote(field.name)
		w.text(":")
		if field.list {
			w.list(m, field, value)
		} else {
			w.single(m, field, value)
		}
	}
	w.text("}")
}

// shown reports whether a field is set, or differs from its default if that cannot be told.
func (f *field) shown(v *value) bool {
	switch {
	case f.message != nil:
		return len(v.messages) > 0
	case f.kind == kindString:
		return len(v.texts) > 0 && (f.list || f.optional || v.texts[len(v.texts)-1] != "")
	case f.kind == kindBytes:
		return len(v.data) > 0
	default:
		return v.number != nil && (f.optional || f.cut(*v.number) != 0)
	}
}

// cut returns a number as its field holds it: larger ones are truncated.
func (f *field) cut(number uint64) uint64 {
	switch f.kind {
	case kindUint64, kindInt64, kindBool:
		return number
	default:
		return uint64(uint32(number)) //nolint:gosec // so does Protobuf
	}
}

func (w *writer) list(m *message, f *field, v *value) {
	w.text("[")
	for i, text := range v.texts {
		w.comma(i)
		w.rewritten(m, f, text)
	}
	for i, inner := range v.messages {
		w.comma(i)
		w.message(inner)
	}
	w.text("]")
}

func (w *writer) comma(i int) {
	if i > 0 {
		w.text(",")
	}
}

func (w *writer) single(m *message, f *field, v *value) {
	switch {
	case f.message != nil:
		w.message(v.messages[0])
	case f.kind == kindString:
		w.rewritten(m, f, v.texts[len(v.texts)-1])
	case f.kind == kindBytes:
		w.bytes(m, f, v.data)
	default:
		w.number(f, *v.number)
	}
}

// number writes a number, a bool or the value of an enum. Integers of 64 bits are strings,
// because JavaScript's numbers have 53.
func (w *writer) number(f *field, number uint64) {
	switch name, known := f.enum[int32(number)]; { //nolint:gosec // as Protobuf truncates it
	case known:
		w.quote(name)
	case f.kind == kindBool:
		w.out = strconv.AppendBool(w.out, number != 0)
	case f.kind == kindUint64:
		w.quote(strconv.FormatUint(number, 10))
	case f.kind == kindInt64:
		w.quote(strconv.FormatInt(int64(number), 10)) //nolint:gosec // as it was encoded
	case f.kind == kindUint32:
		w.out = strconv.AppendUint(w.out, f.cut(number), 10)
	default:
		w.out = strconv.AppendInt(w.out, int64(int32(number)), 10) //nolint:gosec // as it was encoded
	}
}

func (w *writer) bytes(m *message, f *field, data []byte) {
	if w.view.Embedded != nil && !w.embedded {
		if name := w.view.Embedded(m.kind.name + "." + f.name); name != "" {
			if inner, err := w.schema.decode(name, data); err == nil {
				w.embedded = true
				w.message(inner)
				w.embedded = false
				return
			}
		}
	}
	w.rewritten(m, f, base64.StdEncoding.EncodeToString(data))
}

func (w *writer) rewritten(m *message, f *field, text string) {
	if w.view.Rewrite != nil {
		text = w.view.Rewrite(m.kind.name+"."+f.name, text)
	}
	w.quote(text)
}

// duration writes a duration in seconds with 0, 3, 6 or 9 digits after the point.
func (w *writer) duration(m *message) {
	var parts [2]int64 // the fields of a duration
	for i := range parts {
		if number := m.values[i].number; number != nil {
			parts[i] = int64(*number) //nolint:gosec // as it was encoded
		}
	}
	seconds, nanos := parts[0], int64(int32(parts[1])) //nolint:gosec // as Protobuf truncates it
	text := ""
	if seconds < 0 || nanos < 0 {
		text = "-"
	}
	text += strconv.FormatUint(magnitude(seconds), 10)
	if digits := strconv.FormatUint(magnitude(nanos), 10); nanos != 0 {
		digits = strings.Repeat("0", max(0, 9-len(digits))) + digits
		for strings.HasSuffix(digits, "000") {
			digits = digits[:len(digits)-3]
		}
		text += "." + digits
	}
	w.quote(text + "s")
}

func magnitude(number int64) uint64 {
	if number < 0 {
		return -uint64(number)
	}
	return uint64(number)
}

func (w *writer) text(text string) { w.out = append(w.out, text...) }

// quote writes a string (RFC 8259, section 7).
func (w *writer) quote(text string) {
	w.out = Quote(w.out, text)
}

// Quote appends a text, which must be UTF-8, as a string of JSON (RFC 8259, section 7).
func Quote(out []byte, text string) []byte {
	const hex = "0123456789abcdef"
	out = append(out, '"')
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\\':
			out = append(out, '\\', c)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c == '\t':
			out = append(out, `\t`...)
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return append(out, '"')
}
