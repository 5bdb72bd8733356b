package rpc

import (
	"encoding/base64"
	"strings"
	"syscall/js"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom/domjs"
)

// parseError reads the body of a response that says why a unary call failed.
func parseError(body []byte, status int) *Error {
	value, err := parseJSON(body)
	if err != nil {
		return statusError(status)
	}
	return errorOf(value, codeOfStatus(status))
}

// parseEnd reads the last message of a stream: the error with which it ended, or
// nil, and the trailers.
func parseEnd(data []byte) (failed *Error, trailer Header, err error) {
	defer domjs.Catch(&err)
	value, err := parseJSON(data)
	if err != nil {
		return nil, nil, &Error{Code: CodeInternal, Message: "last message of the stream: " + err.Error()}
	}
	trailer = Header{}
	if metadata := value.Get("metadata"); metadata.Type() == js.TypeObject {
		entries := js.Global().Get("Object").Call("entries", metadata)
		for i := range entries.Length() {
			name, values := entries.Index(i).Index(0).String(), entries.Index(i).Index(1)
			for j := range values.Length() {
				trailer[name] = append(trailer[name], values.Index(j).String())
			}
		}
	}
	if told := value.Get("error"); told.Truthy() {
		failed = errorOf(told, CodeUnknown)
	}
	return failed, trailer, nil
}

// parseJSON returns an object. Everything else is an error.
func parseJSON(data []byte) (value js.Value, err error) {
	defer domjs.Catch(&err)
	value = js.Global().Get("JSON").Call("parse", string(data))
	if value.Type() != js.TypeObject {
		return js.Undefined(), &js.ValueError{Method: "JSON.parse", Type: value.Type()}
	}
	return value, nil
}

// errorOf reads an error. Its code is fallback if it has none that is known.
func errorOf(value js.Value, fallback Code) *Error {
	if value.Type() != js.TypeObject {
		return &Error{Code: fallback, Message: "the error is malformed"}
	}
	code := Code(text(value, "code"))
	if !code.known() {
		code = fallback
	}
	failed := &Error{Code: code, Message: text(value, "message"), Wire: true}
	details := value.Get("details")
	for i := range lengthOf(details) {
		detail := details.Index(i)
		if detail.Type() != js.TypeObject {
			continue
		}
		encoded := strings.TrimRight(text(detail, "value"), "=")
		if data, err := base64.RawStdEncoding.DecodeString(encoded); err == nil {
			failed.Details = append(failed.Details, Detail{Type: text(detail, "type"), Value: data})
		}
	}
	return failed
}

// text returns a property that is a string, or "".
func text(object js.Value, name string) string {
	if value := object.Get(name); value.Type() == js.TypeString {
		return value.String()
	}
	return ""
}

// lengthOf returns the length of an array, or zero if it is none.
func lengthOf(value js.Value) int {
	if !js.Global().Get("Array").Call("isArray", value).Bool() {
		return 0
	}
	return value.Length()
}
