package signaling

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	digits       = "0123456789"
	letters      = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	alphanumeric = letters + digits
	iceChars     = alphanumeric + "+/" // RFC 8839, section 5.1

	maxFoundation = 32
	maxLabel      = 63 // of a DNS name
)

// isDescription tells whether the text begins like a session description (RFC
// 8866, section 5) and holds nothing but lines of text.
func isDescription(sdp string) bool {
	return strings.HasPrefix(sdp, "v=0") && utf8.ValidString(sdp) && !strings.ContainsFunc(sdp, func(r rune) bool {
		return unicode.IsControl(r) && r != '\r' && r != '\n' && r != '\t'
	})
}

// candidatesFit tells whether the candidates inside a description are as they
// must be by themselves.
func candidatesFit(sdp string) bool {
	for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if attribute, ok := strings.CutPrefix(line, "a="); ok && hasName(attribute) && !isCandidate(attribute) {
			return false
		}
	}
	return true
}

// FitCandidates returns a description without those candidates that are not as
// they must be by themselves: the others may be enough.
func FitCandidates(sdp string) string {
	if candidatesFit(sdp) {
		return sdp
	}
	var kept strings.Builder
	for rest := sdp; rest != ""; {
		end := strings.IndexAny(rest, "\r\n") + 1
		switch {
		case end == 0:
			end = len(rest)
		case strings.HasPrefix(rest[end-1:], "\r\n"):
			end++
		}
		line := rest[:end]
		rest = rest[end:]
		if candidatesFit(line) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

func hasName(attribute string) bool {
	const name = "candidate:"
	return len(attribute) >= len(name) && strings.EqualFold(attribute[:len(name)], name)
}

// isCandidate accepts a candidate attribute of RFC 8839, section 5.1, if its
// addresses name a host by themselves: a DNS name would make the peer's
// browser look that name up.
func isCandidate(attribute string) bool {
	fields := strings.Fields(attribute)
	if !hasName(attribute) || !isPrintable(attribute) || len(fields) < 8 || fields[6] != "typ" {
		return false
	}
	foundation := fields[0][len("candidate:"):]
	if foundation == "" || len(foundation) > maxFoundation || !consistsOf(foundation, iceChars) {
		return false
	}
	for i := 8; i+1 < len(fields); i += 2 {
		value := fields[i+1]
		if fields[i] == "raddr" && !isAddress(value) || fields[i] == "rport" && !isNumber(value, 0, 1<<16-1) {
			return false
		}
	}
	return isNumber(fields[1], 1, 256) && // component
		consistsOf(fields[2], alphanumeric+"-") && // transport
		isNumber(fields[3], 0, 1<<32-1) && // priority
		isAddress(fields[4]) &&
		isNumber(fields[5], 0, 1<<16-1) && // port
		consistsOf(fields[7], letters) // type
}

// isAddress accepts IP literals and the names of mDNS (RFC 8828), in which
// browsers hide local addresses.
func isAddress(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Zone() == "" // means something on the sender's machine only
	}
	name, local := strings.CutSuffix(strings.ToLower(host), ".local")
	return local && name != "" && len(name) <= maxLabel && consistsOf(name, alphanumeric+"-")
}

func isNumber(text string, least, most uint64) bool {
	n, err := strconv.ParseUint(text, 10, 64)
	return err == nil && least <= n && n <= most
}

func isPrintable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

func consistsOf(text, alphabet string) bool { return strings.Trim(text, alphabet) == "" }
