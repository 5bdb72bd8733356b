package litejson

import "strconv"

// Document is the text of a JSON document, as far as it is written: at first "{" or "[". Its
// methods Text, Texts, Number and Truth write a field of an object, unless it is empty, zero or
// false. Copies of the methods in each call would be a large part of the browser client, so
// they are not inlined.
type Document []byte

// Next writes what follows in a list, or after it.
//
//go:noinline
func (d *Document) Next(text string) {
	switch last := (*d)[len(*d)-1]; {
	case text[0] == '}' || text[0] == ']':
	case last == '}':
		*d = append(*d, ",\n"...)
	case last != '[' && last != '{':
		*d = append(*d, ',')
	}
	*d = append(*d, text...)
}

// Name writes the name of a field. Its value follows.
//
//go:noinline
func (d *Document) Name(name string) { d.Next(`"` + name + `":`) }

// Value writes what is JSON already, after a name.
//
//go:noinline
func (d *Document) Value(json string) { *d = append(*d, json...) }

// Text writes a text, which must be UTF-8.
//
//go:noinline
func (d *Document) Text(name, value string) {
	if value != "" {
		d.Name(name)
		d.Value(Quote(value))
	}
}

// Texts writes a list of texts.
//
//go:noinline
func (d *Document) Texts(name string, values []string) {
	if len(values) == 0 {
		return
	}
	d.Name(name)
	d.Value("[")
	for _, value := range values {
		d.Next(Quote(value))
	}
	d.Next("]")
}

// Number writes a whole number.
//
//go:noinline
func (d *Document) Number(name string, value int64) {
	if value != 0 {
		d.Name(name)
		*d = strconv.AppendInt(*d, value, 10)
	}
}

// Truth writes that something is true.
//
//go:noinline
func (d *Document) Truth(name string, value bool) {
	if value {
		d.Name(name)
		d.Value("true")
	}
}
