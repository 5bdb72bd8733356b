package people

import "fmt"

// The two sides of a negotiation send these, in the form and size that Chromium
// gives them for a connection with data channels only. The addresses are those
// for documentation (RFC 5737).
const (
	// SDP is an offer or an answer without candidates.
	SDP = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" +
		"c=IN IP4 0.0.0.0\r\na=ice-ufrag:h6Zx\r\na=ice-pwd:Uc1BvJzK0V4l1sMoH3rZkRcE\r\na=ice-options:trickle\r\n" +
		"a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\n" +
		"a=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n"
	// SDPMid is the media section of the candidates.
	SDPMid = "0"
	// Candidates is how many candidates each side sends.
	Candidates = 4

	connectionID = "AHNQ6TZ5K2WJ3XR7BD4FYVCLME" // as long as the SDK's
)

// CandidateLine returns the text of a candidate.
func CandidateLine(number int) string {
	return fmt.Sprintf("candidate:14672500%02d 1 udp 2122260223 192.0.2.%d 46243 typ host generation 0 ufrag h6Zx network-id 1", number, number+1)
}
