package lite

import (
	"bytes"
	"unicode/utf8"
)

// Bool is the place of a bool.
func (c *Codec) Bool(number int, place *bool) {
	switch {
	case !c.encoding:
		if c.is(number, varint) {
			*place = c.field.value != 0
		}
	case *place:
		c.tag(number, varint)
		c.out = append(c.out, 1)
	}
}

// String is the place of a string.
func (c *Codec) String(number int, place *string) {
	switch {
	case !c.encoding:
		if c.is(number, delimited) {
			*place = c.text()
		}
	case *place != "":
		c.appendText(number, *place)
	}
}

// OptionalString is the place of a string that may be absent.
func (c *Codec) OptionalString(number int, place **string) {
	switch {
	case !c.encoding:
		if c.is(number, delimited) {
			text := c.text()
			*place = &text
		}
	case *place != nil:
		c.appendText(number, **place)
	}
}

// Strings is the place of repeated strings.
func (c *Codec) Strings(number int, place *[]string) {
	if !c.encoding {
		if c.is(number, delimited) {
			*place = append(*place, c.text())
		}
		return
	}
	for _, text := range *place {
		c.appendText(number, text)
	}
}

// Bytes is the place of bytes.
func (c *Codec) Bytes(number int, place *[]byte) {
	switch {
	case !c.encoding:
		if c.is(number, delimited) {
			*place = bytes.Clone(c.field.data)
		}
	case len(*place) > 0:
		c.tag(number, delimited)
		c.number(uint64(len(*place)))
		c.out = append(c.out, *place...)
	}
}

func (c *Codec) text() string {
	if !utf8.Valid(c.field.data) {
		c.fail(ErrNotUTF8)
	}
	return string(c.field.data)
}

func (c *Codec) appendText(number int, text string) {
	if !utf8.ValidString(text) {
		c.fail(ErrNotUTF8)
	}
	c.tag(number, delimited)
	c.number(uint64(len(text)))
	c.out = append(c.out, text...)
}

// integer is what the wire type varint can be in Go. The types of enums are among
// them.
type integer interface {
	~int32 | ~int64 | ~uint32 | ~uint64
}

// Varint is the place of a number, or of the value of an enum.
func Varint[T integer](c *Codec, number int, place *T) {
	switch {
	case !c.encoding:
		if c.is(number, varint) {
			*place = T(c.field.value) // larger values are truncated
		}
	case *place != 0:
		c.tag(number, varint)
		c.number(uint64(*place)) // negative values take ten bytes
	}
}

// Number returns the value of a varint, if that is the field that is decoded now.
func (c *Codec) Number(number int) (value uint64, is bool) {
	return c.field.value, !c.encoding && c.is(number, varint)
}

// OptionalVarint is the place of a number that may be absent.
func OptionalVarint[T integer](c *Codec, number int, place **T) {
	switch {
	case !c.encoding:
		if c.is(number, varint) {
			value := T(c.field.value)
			*place = &value
		}
	case *place != nil:
		c.tag(number, varint)
		c.number(uint64(**place))
	}
}

// Pointer is a message of which new ones can be made.
type Pointer[T any] interface {
	*T
	Message
}

// Single is the place of a message that may be absent. Messages that are decoded one
// after the other are merged.
func Single[T any, M Pointer[T]](c *Codec, number int, place *M) {
	if !c.Has(number, *place != nil) {
		return
	}
	if *place == nil {
		*place = new(T)
	}
	c.Message(number, *place)
}

// Repeated is the place of repeated messages.
func Repeated[T any, M Pointer[T]](c *Codec, number int, place *[]M) {
	if c.encoding {
		for _, m := range *place {
			c.Message(number, m)
		}
		return
	}
	if c.is(number, delimited) {
		m := M(new(T))
		*place = append(*place, m)
		c.Message(number, m)
	}
}
