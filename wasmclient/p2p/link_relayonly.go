package p2p

import "strings"

// hideAddresses leaves in a description, or in a candidate, what relays show: the
// candidates of relays, without the address from which this side uses the relay, which
// is the related address of those (RFC 8839, section 5.1).
func hideAddresses(text string) string {
	var shown strings.Builder
	for line := range strings.Lines(text) {
		bare := strings.TrimRight(line, "\r\n")
		if candidate := strings.HasPrefix(bare, "candidate:") || strings.HasPrefix(bare, "a=candidate:"); candidate {
			if !strings.Contains(bare, " typ relay") {
				continue
			}
			line = hideRelated(bare) + line[len(bare):]
		}
		shown.WriteString(line)
	}
	return shown.String()
}

// hideRelated replaces the related address and port, as browsers do.
func hideRelated(candidate string) string {
	fields := strings.Split(candidate, " ")
	for i := range len(fields) - 1 {
		switch fields[i] {
		case "raddr":
			fields[i+1] = "0.0.0.0"
		case "rport":
			fields[i+1] = "0"
		}
	}
	return strings.Join(fields, " ")
}
