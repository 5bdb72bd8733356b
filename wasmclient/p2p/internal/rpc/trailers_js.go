package rpc

import (
	"maps"
	"slices"
	"strings"
)

// splitTrailers returns the headers of a unary response, and its trailers, which
// come among them.
func splitTrailers(all Header) (headers, trailers Header) {
	headers, trailers = Header{}, Header{}
	for name, values := range all {
		if name, is := strings.CutPrefix(name, "trailer-"); is {
			trailers[name] = values
		} else {
			headers[name] = values
		}
	}
	return headers, trailers
}

func merge(headers, trailers Header) Header {
	merged := maps.Clone(headers)
	for name, values := range trailers {
		merged[name] = slices.Concat(merged[name], values)
	}
	return merged
}
