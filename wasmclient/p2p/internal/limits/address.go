package limits

import (
	"strconv"
	"strings"
)

// address is an IP address. One of IPv4 is the same as the one that maps it into IPv6 (RFC 4291,
// section 2.5.5.2). Package net/netip would take 25 KB of the browser client, compressed.
type address [16]byte

// parseAddress reads an address (RFC 4291, section 2.2) without a zone.
func parseAddress(text string) (a address, ok bool) {
	if !strings.Contains(text, ":") {
		copy(a[10:], "\xff\xff")
		v4, ok := parseIPv4(text)
		copy(a[12:], v4)
		return a, ok
	}
	before, after, elided := strings.Cut(text, "::")
	first, ok1 := parseGroups(before, !elided)
	last, ok2 := parseGroups(after, elided)
	length := len(first) + len(last)
	if !ok1 || !ok2 || length > len(a) || elided == (length == len(a)) {
		return a, false
	}
	copy(a[:], first)
	copy(a[len(a)-len(last):], last)
	return a, elided || length == len(a)
}

// parseGroups reads the groups of an IPv6 address before or after its "::". The last ones of an
// address may be an IPv4 address.
func parseGroups(text string, ends bool) (groups []byte, ok bool) {
	for text != "" {
		group, rest, more := strings.Cut(text, ":")
		if !more && ends && strings.Contains(group, ".") {
			v4, ok := parseIPv4(group)
			return append(groups, v4...), ok
		}
		value, err := strconv.ParseUint(group, 16, 16)
		if err != nil || len(group) > 4 || more && rest == "" {
			return nil, false
		}
		groups = append(groups, byte(value>>8), byte(value)) //nolint:gosec // halves of 16 bits
		text = rest
	}
	return groups, true
}

func parseIPv4(text string) (v4 []byte, ok bool) {
	for part := range strings.SplitSeq(text, ".") {
		value, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) > 1 && part[0] == '0' {
			return nil, false
		}
		v4 = append(v4, byte(value))
	}
	return v4, len(v4) == 4
}

func (a address) is4() bool { return [12]byte(a[:12]) == [12]byte{10: 0xff, 11: 0xff} }

// loopback reports whether it is this machine's own.
func (a address) loopback() bool {
	if a.is4() {
		return a[12] == 127
	}
	return a == address{15: 1}
}

// private reports whether it is of a network of its own (RFC 1918; RFC 4193).
func (a address) private() bool {
	if a.is4() {
		return a[12] == 10 || a[12] == 172 && a[13]>>4 == 1 || a[12] == 192 && a[13] == 168
	}
	return a[0]&0xfe == 0xfc
}

// special reports whether it is no machine's, many machines', or of a link.
func (a address) special() bool {
	if a.is4() {
		v4 := [4]byte(a[12:])
		return v4 == [4]byte{} || v4 == [4]byte{255, 255, 255, 255} || v4[0]>>4 == 0xe || v4[0] == 169 && v4[1] == 254
	}
	return a == address{} || a[0] == 0xff || a[0] == 0xfe && a[1]>>6 == 2
}
