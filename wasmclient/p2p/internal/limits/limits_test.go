package limits

import (
	"fmt"
	"strings"
	"testing"
)

func TestReachable(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"udp 192.0.2.1": true, "udp 2001:db8::1": true, "UDP 10.0.0.1": true, "udp fd00::1": true, "tcp 192.0.2.1": true,
		"udp 5c7a1a4e-6a3b-4a35-9f6e-2f4c5d6e7f80.local": true,
		"udp 127.0.0.1": false, "udp ::1": false, "udp ::ffff:127.0.0.1": false, "udp 0.0.0.0": false, "udp 224.0.0.251": false,
		"udp ff02::1": false, "udp 255.255.255.255": false, "udp 169.254.169.254": false, "udp fe80::1": false,
		"tcp 10.0.0.1": false, "tcp ::ffff:192.168.0.1": false, "tcp fd00::1": false, "udp router.example.org": false, "udp": false,
	} {
		transport, host, _ := strings.Cut(address, " ")
		candidate := fmt.Sprintf("candidate:1 1 %s 1 %s 50000 typ host", transport, host)
		if got := reachable(candidate, false); got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if !reachable("candidate:1 1 udp 1 127.0.0.1 50000 typ host", true) {
		t.Error("this machine is not reachable for a peer on it")
	}
}

// TestDescriptionsCount puts candidates into descriptions: they count like those
// that come alone, and what else a description says stays.
func TestDescriptionsCount(t *testing.T) {
	t.Parallel()
	allowance := New(false)
	const good, bad = "a=candidate:1 1 udp 1 192.0.2.1 50000 typ host\r\n", "a=candidate:1 1 udp 1 127.0.0.1 50000 typ host\r\n"
	sdp := "v=0\r\na=ice-ufrag:abc\r\n" + good + bad + "a=end-of-candidates\r\n"
	if got, want := allowance.Description(sdp), strings.Replace(sdp, bad, "", 1); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, hidden := range []string{strings.ReplaceAll(bad, "\r\n", "\r"), strings.ReplaceAll(bad, "\r\n", "\n"), "b=x\r" + bad, strings.ToUpper(bad)} {
		if got := allowance.Description("v=0\r\n" + hidden); strings.Contains(got, "127.0.0.1") {
			t.Errorf("%q is kept of %q", got, hidden)
		}
	}
	kept := strings.Count(allowance.Description(strings.Repeat(good, 3*candidatesAtOnce)), good)
	if kept < candidatesAtOnce/2 || kept >= candidatesAtOnce+10 {
		t.Errorf("%d candidates, want %d in all", kept, candidatesAtOnce)
	}
}

func TestOnThisMachine(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]bool{
		"http://localhost:8080": true, "https://LOCALHOST": true, "http://a.localhost": true, "http://127.0.0.2:1": true, "http://[::1]:1": true,
		"https://chat.example": false, "http://localhost.example": false, "http://192.0.2.1": false, "http://10.0.0.1": false, "": false,
	} {
		if got := OnThisMachine(server); got != want {
			t.Errorf("%s: %v, want %v", server, got, want)
		}
	}
}
