package signaling_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
)

// browserCandidates are as Chromium, Firefox and pion write them.
var browserCandidates = []string{
	"candidate:842163049 1 udp 1677729535 192.0.2.1 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag abcd network-cost 999",
	"candidate:1467250027 1 udp 2122260223 0b1c2d3e-0000-4000-8000-000000000000.local 46243 typ host generation 0 ufrag EsAw network-id 1",
	"candidate:1876313031 1 tcp 1518222591 ::1 9 typ host tcptype active generation 0 ufrag 2tLK",
	"candidate:0 1 UDP 2122252543 2001:db8::1 51234 typ host",
	"candidate:3 1 UDP 92217087 198.51.100.7 50123 typ relay raddr 198.51.100.7 rport 50123",
	"candidate:233762139 1 udp 2130706431 172.17.0.1 40865 typ host ufrag zVxQyTfKbhPYkGxM",
	"a=candidate:1 1 udp 1 192.0.2.1 1 typ host",
}

var badCandidates = map[string]string{
	"empty foundation":     "candidate: 1 udp 1 192.0.2.1 1 typ host",
	"long foundation":      "candidate:" + strings.Repeat("1", 33) + " 1 udp 1 192.0.2.1 1 typ host",
	"strange foundation":   "candidate:a_b 1 udp 1 192.0.2.1 1 typ host",
	"component zero":       "candidate:1 0 udp 1 192.0.2.1 1 typ host",
	"component too high":   "candidate:1 257 udp 1 192.0.2.1 1 typ host",
	"strange transport":    "candidate:1 1 u/dp 1 192.0.2.1 1 typ host",
	"huge priority":        "candidate:1 1 udp 99999999999999999999 192.0.2.1 1 typ host",
	"negative priority":    "candidate:1 1 udp -1 192.0.2.1 1 typ host",
	"zone":                 "candidate:1 1 udp 1 fe80::1%eth0 1 typ host",
	"DNS name":             "candidate:1 1 udp 1 tracker.example.org 1 typ host",
	"dressed up name":      "candidate:1 1 udp 1 tracker.example.org.local 1 typ host",
	"long name":            "candidate:1 1 udp 1 " + strings.Repeat("a", 64) + ".local 1 typ host",
	"port too high":        "candidate:1 1 udp 1 192.0.2.1 65536 typ host",
	"no type":              "candidate:1 1 udp 1 192.0.2.1 1 tip host",
	"strange type":         "candidate:1 1 udp 1 192.0.2.1 1 typ h0st",
	"related DNS name":     "candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr example.org rport 1",
	"related port":         "candidate:1 1 udp 1 192.0.2.1 1 typ srflx raddr 0.0.0.0 rport 65536",
	"second line":          "candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=candidate:1 1 udp 1 example.org 1 typ host",
	"NUL":                  "candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag a\x00b",
	"tab":                  "candidate:1\t1 udp 1 192.0.2.1 1 typ host",
	"not ASCII":            "candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag é",
	"no UTF-8":             "candidate:1 1 udp 1 192.0.2.1 1 typ host ufrag \xff",
	"address and a port":   "candidate:1 1 udp 1 192.0.2.1:80 1 typ host",
	"address in brackets":  "candidate:1 1 udp 1 [::1] 1 typ host",
	"name of another kind": "remote-candidates:1 192.0.2.1 1 a b c typ host",
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	for _, text := range browserCandidates {
		if err := checkCandidate(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if err := checkSDP("v=0\r\na=" + strings.TrimPrefix(text, "a=") + "\r\n"); err != nil {
			t.Errorf("%q inside a description: %v", text, err)
		}
	}
	for name, text := range badCandidates {
		if checkCandidate(text) == nil {
			t.Errorf("%s: %q is let through", name, text)
		}
		if strings.HasPrefix(text, "candidate:") && checkSDP("v=0\r\na="+text+"\r\n") == nil {
			t.Errorf("%s: %q is let through inside a description", name, text)
		}
	}
}

// TestFitCandidates leaves out what a description must not hold, and nothing else,
// however its lines end.
func TestFitCandidates(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\r\n", "\n", "\r"} {
		good := "v=0" + end + "a=" + browserCandidates[0] + end + "a=end-of-candidates"
		if got := signaling.FitCandidates(good + end); got != good+end {
			t.Errorf("%q became %q", good+end, got)
		}
		for name, bad := range badCandidates {
			if !strings.HasPrefix(bad, "candidate:") || strings.ContainsAny(bad, "\r\n") {
				continue
			}
			for _, sdp := range []string{
				"v=0" + end + "a=" + bad + end + strings.TrimPrefix(good, "v=0"+end) + end,
				good + end + "a=" + bad, good + end + "A=x" + end + "a=CANDIDATE" + strings.TrimPrefix(bad, "candidate") + end,
			} {
				got := signaling.FitCandidates(sdp)
				if strings.TrimSuffix(strings.TrimSuffix(got, end), end+"A=x") != good {
					t.Errorf("%s: %q became %q", name, sdp, got)
				}
			}
		}
	}
}

func TestDescriptionText(t *testing.T) {
	t.Parallel()
	for _, sdp := range []string{
		"v=0\x00", "v=0\r\ns=\x1b[2J\r\n", "v=0\r\ns=\u0085\r\n", "v=0\xff",
		"v=0\ra=candidate:1 1 udp 1 example.org 1 typ host", // a line may end with CR alone
		"v=0\na=CANDIDATE:1 1 udp 1 example.org 1 typ host",
	} {
		if checkSDP(sdp) == nil {
			t.Errorf("%q is let through", sdp)
		}
	}
	if err := checkSDP("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=é\tx\r\na=end-of-candidates\r\n"); err != nil {
		t.Errorf("a description: %v", err)
	}
}

// FuzzCheckSignals holds what is let through to what the receiving browser
// relies on.
func FuzzCheckSignals(f *testing.F) {
	for _, text := range browserCandidates {
		f.Add(text, "v=0\r\n", "0", "abcd")
	}
	for _, text := range badCandidates {
		f.Add(text, "v=0\r\na="+text, "\x00", text)
	}
	f.Fuzz(func(t *testing.T, text, sdp, mid, fragment string) {
		if checkCandidate(text) == nil {
			checkOneAddress(t, text)
		}
		if checkSDP(sdp) == nil {
			if strings.Contains(sdp, "\x00") {
				t.Errorf("a NUL in %q", sdp)
			}
			for line := range strings.FieldsFuncSeq(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
				if strings.HasPrefix(strings.ToLower(line), "a=candidate:") {
					checkOneAddress(t, line)
				}
			}
		}
		err := signaling.CheckSignals(1, []signaling.Signal{{Payload: signaling.Candidate{
			Candidate: browserCandidates[0], SDPMid: &mid, UsernameFragment: &fragment,
		}}})
		if err == nil && strings.ContainsAny(mid+fragment, "\x00\r\n") {
			t.Errorf("a line break in %q or %q", mid, fragment)
		}
	})
}

// checkOneAddress fails unless the candidate is one line of ASCII with an
// address that nobody must look up.
func checkOneAddress(t *testing.T, text string) {
	t.Helper()
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			t.Fatalf("byte %#x in %q", c, text)
		}
	}
	address := strings.Fields(text)[4]
	if _, err := netip.ParseAddr(address); err != nil && !strings.HasSuffix(strings.ToLower(address), ".local") || strings.Contains(address, "%") {
		t.Fatalf("address %q in %q", address, text)
	}
}

func checkCandidate(text string) error {
	return signaling.CheckSignals(1, []signaling.Signal{{Payload: signaling.Candidate{Candidate: text}}})
}

func checkSDP(sdp string) error {
	return signaling.CheckSignals(1, []signaling.Signal{{Payload: signaling.Description{Type: signaling.Offer, SDP: sdp}}})
}
