package rpc

import "strings"

// Get returns the first value of a header, whatever the case of its name.
func (h Header) Get(name string) string {
	for known, values := range h {
		if len(values) > 0 && strings.EqualFold(known, name) {
			return values[0]
		}
	}
	return ""
}
