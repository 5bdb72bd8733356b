//go:build !unix

package server

import "math"

// maxDescriptors returns a number above every limit of this package: the system
// has none to ask for.
func maxDescriptors() int { return math.MaxInt32 }
