//go:build linux

package turnserver_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/selfsigned"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver/nattest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// secretFile returns a file with the secret of tests.
func secretFile(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serveTURN starts the TURN server alone on an address of the lab.
func serveTURN(t *testing.T, lab *nattest.Lab, path, address string) {
	t.Helper()
	run(t, "turn", lab.Command("net", path, "--services", "turn", "--listen", "127.0.0.1:0", "--turn-listen", address, "--turn-relay-ports", "49152-49999", "--turn-secret-file", secretFile(t))).line(t)
}

func probeFrom(t *testing.T, lab *nattest.Lab, home int, do probing) (done probed) {
	t.Helper()
	argument, err := json.Marshal(do)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(role(t, lab, nattest.Home(home), "probe", string(argument)).line(t)), &done); err != nil {
		t.Fatal(err)
	}
	return done
}

// TestNetworksMapAsTheySay asks two servers how they see one socket of each home: a cone
// keeps the port for both, and a symmetric router has another one for each.
func TestNetworksMapAsTheySay(t *testing.T) {
	t.Parallel()
	path, lab := program(t), nattest.New(t, [2]nattest.Router{cone, symmetric})
	servers := []string{nattest.Relay + ":3478", nattest.Services + ":3478"}
	for _, address := range servers {
		serveTURN(t, lab, path, address)
	}
	for home, router := range []nattest.Router{cone, symmetric} {
		mapped := probeFrom(t, lab, home+1, probing{STUN: servers}).Mapped
		ports := map[string]bool{}
		for _, address := range mapped {
			host, port, err := net.SplitHostPort(address)
			if err != nil || host != fmt.Sprintf("203.0.113.%d", home+1) {
				t.Errorf("%s: mapped to %s", router.Name, address)
			}
			ports[port] = true
		}
		if kept := ports["5000"]; kept == router.Symmetric || (len(ports) == 2) != router.Symmetric {
			t.Errorf("%s: port 5000 is mapped to %v", router.Name, mapped)
		}
	}
}

// TestNetworksAreScanned tries bad credentials from a home, and with a good one sends to
// every network that nothing is relayed to: on the server's machine, programs listen
// there. One elsewhere, which is of the Internet, gets what is sent to it.
func TestNetworksAreScanned(t *testing.T) {
	t.Parallel()
	path, lab := program(t), nattest.New(t, [2]nattest.Router{symmetric, cone})
	server := nattest.Relay + ":3478"
	serveTURN(t, lab, path, server)
	addresses := []string{nattest.Relay, nattest.Services, "127.0.0.1"}
	for _, address := range []string{
		"10.9.9.9", "172.16.9.9", "172.31.9.9", "192.168.9.9", "100.64.9.9", "169.254.169.254", "192.0.0.192", "192.88.99.9", "198.18.9.9", "168.63.129.16", "240.9.9.9",
	} {
		lab.AddAddress(address + "/32")
		addresses = append(addresses, address)
	}
	addresses = append(addresses, "192.168.1.2", "203.0.113.255", "224.0.0.251", "255.255.255.255", "0.0.0.0") // a home, everybody, and this machine again
	inside := role(t, lab, "net", "ears", "")
	public := lab.Host("web", 20)
	outside := role(t, lab, "web", "ears", "")
	inside.line(t)
	outside.line(t)

	do := probing{Server: server, Credentials: map[string][2]string{}}
	for name, then := range map[string]time.Time{good: time.Now(), "expired": time.Now().Add(-73 * time.Minute)} {
		username, password := credential("one", then)
		do.Credentials[name] = [2]string{username, password}
	}
	username, password, _ := iceserver.Secrets{"another secret"}.Credential("room", "one", time.Now())
	do.Credentials["foreign"] = [2]string{username, password}
	do.Credentials["wrong"] = [2]string{do.Credentials[good][0], do.Credentials[good][1] + "x"}
	for _, address := range append(addresses, public) { // the last one last
		for _, port := range earPorts {
			do.Peers = append(do.Peers, net.JoinHostPort(address, strconv.Itoa(port)))
		}
	}
	done := probeFrom(t, lab, 1, do)
	if len(done.Allocated) != 1 || !done.Allocated[good] || len(done.Refused) != 3 {
		t.Errorf("allocations %v, refused %v, want one with the good credential", done.Allocated, done.Refused)
	}
	for range earPorts {
		if heard := outside.line(t); !strings.HasPrefix(heard, public+":") {
			t.Errorf("%s heard %q", public, heard)
		}
	}
	select {
	case heard := <-inside.lines:
		t.Errorf("on the server's machine, somebody heard what was sent to %s", heard)
	case <-time.After(300 * time.Millisecond): // it would have come before the last one
	}
}

// TestNetworksAreChecked checks the connection in homes of which one blocks UDP, and one
// all but TCP to port 443.
func TestNetworksAreChecked(t *testing.T) {
	t.Parallel()
	lab := nattest.New(t, [2]nattest.Router{noUDP, onlyHTTPS})
	certificate, err := selfsigned.New(t.TempDir(), net.ParseIP(nattest.Relay), net.ParseIP(nattest.Services))
	if err != nil {
		t.Fatal(err)
	}
	url := new(crossed).serve(t, crossing{program: program(t), relay: embedded}, lab, certificate)
	for home, want := range []map[string]p2p.Cause{
		{"srflx UDP": p2p.CauseUDPBlocked, "relay UDP": p2p.CauseRelayUnreachable, "relay TCP": "", "relay TLS": "", "host ": ""},
		{"srflx UDP": p2p.CauseUDPBlocked, "relay UDP": p2p.CauseRelayUnreachable, "relay TCP": p2p.CauseRelayUnreachable, "relay TLS": "", "host ": ""},
	} {
		var checkup p2p.Checkup
		line := role(t, lab, nattest.Home(home+1), "check", url, "SSL_CERT_FILE="+certificate.CertFile).line(t)
		if err := json.Unmarshal([]byte(line), &checkup); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got := map[string]p2p.Cause{}
		for _, way := range checkup.Ways {
			got[way.Kind()+" "+way.Transport()] = way.Cause
		}
		if !maps.Equal(got, want) || checkup.Reach() != p2p.ReachEverybody {
			t.Errorf("home %d: %+v, want %q, and everybody reached by the relay", home+1, checkup, want)
		}
	}
}
