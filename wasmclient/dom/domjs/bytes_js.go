package domjs

import "syscall/js"

var uint8Array = js.Global().Get("Uint8Array")

// View returns the bytes of an ArrayBuffer, which it does not copy.
func View(buffer js.Value) (array js.Value) { return uint8Array.New(buffer) }

// BytesOf copies a Uint8Array.
func BytesOf(array js.Value) []byte {
	data := make([]byte, array.Length())
	js.CopyBytesToGo(data, array)
	return data
}

// Uint8Array copies data to the browser.
func Uint8Array(data []byte) js.Value {
	array := uint8Array.New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}

// Buffer is memory of the browser that is used again, because a new array for each part of a
// file costs more than to fill it. It grows to the largest data and is freed with the Buffer.
// The zero value is empty. Not safe for concurrent use.
type Buffer struct {
	whole, part      js.Value // Uint8Arrays
	capacity, length int
}

// Copy copies data to the browser. The array that it returns is overwritten by the next call.
func (b *Buffer) Copy(data []byte) js.Value {
	switch {
	case b.part.IsUndefined() || len(data) > b.capacity:
		b.whole, b.capacity = uint8Array.New(len(data)), len(data)
		b.part, b.length = b.whole, b.capacity
	case len(data) != b.length:
		b.part, b.length = b.whole.Call("subarray", 0, len(data)), len(data)
	}
	js.CopyBytesToJS(b.part, data)
	return b.part
}
