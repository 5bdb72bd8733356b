package litejson

import (
	"encoding/base64"
	"strconv"
	"strings"
)

func (m *message) json(view View) string {
	if m.name == durationName {
		return m.duration()
	}
	out := "{"
	for i := range m.fields {
		f := &m.fields[i]
		values := m.values(f, view)
		if len(values) == 0 {
			continue
		}
		if len(out) > 1 {
			out += ","
		}
		value := values[len(values)-1]
		if f.label == '*' {
			value = "[" + strings.Join(values, ",") + "]"
		}
		out += Quote(f.name) + ":" + value
	}
	return out + "}"
}

// values returns the values of a field, of which the last one counts if the field is not
// repeated. A value that cannot be told from none is none.
func (m *message) values(f *field, view View) (values []string) {
	texts := f.texts
	if len(f.data) > 0 {
		texts = []string{base64.StdEncoding.EncodeToString(f.data)}
	}
	for i, text := range texts {
		value := ""
		if view != nil {
			value = view(m.name+"."+f.name, text)
		}
		if value == "" {
			value = Quote(text)
		}
		if values = append(values, value); text == "" && f.label == 0 && i == len(texts)-1 {
			return nil
		}
	}
	for _, inner := range f.messages {
		values = append(values, inner.json(view))
	}
	if text := f.scalar(f.number); f.has && (f.label != 0 || text != f.scalar(0)) {
		values = append(values, text)
	}
	return values
}

// scalar returns a number, a bool or the value of an enum. Numbers that are too large for
// their type are truncated, as Protobuf does. Integers of 64 bits are strings, because
// JavaScript's numbers have 53.
func (f *field) scalar(number uint64) string {
	const before = 2                      // the words of a line before its values
	switch value := int(int32(number)); { //nolint:gosec // truncated
	case value >= 0 && value < len(f.line)-before && f.line[before+value] != "-":
		return Quote(f.line[before+value])
	case f.kind == boolType:
		return strconv.FormatBool(number != 0)
	case f.kind == uint64Type:
		return Quote(strconv.FormatUint(number, 10))
	case f.kind == int64Type:
		return Quote(strconv.FormatInt(int64(number), 10)) //nolint:gosec // as it was encoded
	case f.kind == uint32Type:
		return strconv.FormatUint(uint64(uint32(number)), 10) //nolint:gosec // truncated
	default:
		return strconv.Itoa(value)
	}
}

// duration returns a duration in seconds, with 0, 3, 6 or 9 digits after the point.
func (m *message) duration() string {
	sign, seconds, nanos := "", int64(m.fields[0].number), int64(int32(m.fields[1].number)) //nolint:gosec // as it was encoded
	if seconds < 0 || nanos < 0 {
		sign, seconds, nanos = "-", -seconds, -nanos
	}
	const second = 1_000_000_000
	text := sign + strconv.FormatUint(uint64(seconds), 10) //nolint:gosec // not negative, or the smallest one
	if nanos != 0 {
		digits := strconv.FormatInt(second+nanos, 10)[1:]
		for strings.HasSuffix(digits, "000") {
			digits = digits[:len(digits)-3]
		}
		text += "." + digits
	}
	return Quote(text + "s")
}

// Quote returns a text, which must be UTF-8, as a string of JSON (RFC 8259, section 7).
func Quote(text string) string {
	const hex, short = "0123456789abcdef", "btnufr"
	out := []byte{'"'}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"', c == '\\':
			out = append(out, '\\', c)
		case c >= '\b' && c <= '\r' && c != '\v':
			out = append(out, '\\', short[c-'\b'])
		case c < ' ':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, c)
		}
	}
	return string(append(out, '"'))
}
