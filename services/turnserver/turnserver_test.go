package turnserver_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/turnserver"
)

func TestRelaysBetweenMembers(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for _, networks := range [][2]string{{"udp", "udp"}, {"udp", "tcp"}, {"tcp", "tcp"}} {
		one, other := host.allocate(t, networks[0], "one"), host.allocate(t, networks[1], "other")
		permit(t, other, one.LocalAddr())
		if arrived, err := arrives(t, one, other, other.LocalAddr()); err != nil || !arrived {
			t.Errorf("%v: arrived %v, %v", networks, arrived, err)
		}
	}
}

func TestSTUNNeedsNoCredential(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	for _, network := range []string{"udp", "tcp"} {
		if mapped, err := host.client(t, network, "", "").SendBindingRequest(); err != nil || !strings.HasPrefix(mapped.String(), "127.0.0.1:") {
			t.Errorf("%s: mapped to %v, %v", network, mapped, err)
		}
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	username, password := credential("one", time.Now())
	old, oldPassword := credential("one", time.Now().Add(-73*time.Minute))
	foreign, foreignPassword, _ := iceserver.Secrets{"another secret"}.Credential("room", "one", time.Now())
	for name, test := range map[string]struct{ username, password string }{
		"no name":        {"", password},
		"no password":    {username, "?"},
		"a wrong one":    {username, password + "x"},
		"of another":     {username + "x", password},
		"expired":        {old, oldPassword},
		"foreign":        {foreign, foreignPassword},
		"no expiry":      {"one", "two"},
		"a later expiry": {"9" + username, password},
	} {
		relayed, err := host.client(t, "udp", test.username, test.password).Allocate()
		if err == nil {
			t.Errorf("%s: got an allocation", name)
			_ = relayed.Close()
		}
	}
	if host.Allocations() != 0 {
		t.Errorf("%d allocations", host.Allocations())
	}
}

// TestAnAllocationOutlivesItsCredential uses an allocation whose credential has
// expired since: it gets a permission, as it does for its refreshes.
func TestAnAllocationOutlivesItsCredential(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	expiry := time.Now().Add(2 * time.Second)
	username := strconv.FormatInt(expiry.Unix(), 10) + ":one"
	password, _, _, _ := iceserver.Secrets{secret}.Verify(username)
	client := host.client(t, "udp", username, password)
	one, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close() //nolint:errcheck // a test
	other := host.allocate(t, "udp", "other")
	permit(t, other, one.LocalAddr())
	time.Sleep(time.Until(expiry) + 100*time.Millisecond)
	if arrived, err := arrives(t, one, other, other.LocalAddr()); err != nil || !arrived {
		t.Errorf("arrived %v, %v", arrived, err)
	}
	if _, err := host.client(t, "udp", username, password).Allocate(); codeOf(err) != stun.CodeUnauthorized {
		t.Errorf("a second allocation: %v, want %d", err, stun.CodeUnauthorized)
	}
}

// TestClosedNetworks asks for a permission for the first, a middle and the last address
// of each network to which nothing is relayed.
func TestClosedNetworks(t *testing.T) {
	t.Parallel()
	host := serve(t, func(c *turnserver.Config) {
		c.PublicIPs = append(c.PublicIPs, netip.IPv6Loopback())
		c.OpenPeers = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	})
	username, password := credential("one", time.Now())
	client := host.client(t, "udp", username, password)
	relayed, err := client.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer relayed.Close() //nolint:errcheck // a test
	for address, want := range map[string]stun.ErrorCode{
		"203.0.113.7": 0, "1.1.1.1": 0, "10.1.2.3": 0, "172.15.255.255": 0, "172.32.0.0": 0, "100.63.255.255": 0, "223.255.255.255": 0,
		"0.0.0.0": stun.CodeForbidden, "0.1.2.3": stun.CodeForbidden, "10.0.0.0": stun.CodeForbidden, "10.255.255.255": stun.CodeForbidden,
		"127.0.0.2": stun.CodeForbidden, "127.255.255.255": stun.CodeForbidden, "169.254.169.254": stun.CodeForbidden, "169.254.0.0": stun.CodeForbidden,
		"172.16.0.0": stun.CodeForbidden, "172.31.255.255": stun.CodeForbidden, "192.168.1.2": stun.CodeForbidden, "192.168.255.255": stun.CodeForbidden,
		"100.64.0.0": stun.CodeForbidden, "100.100.100.200": stun.CodeForbidden, "100.127.255.255": stun.CodeForbidden, "192.0.0.192": stun.CodeForbidden,
		"198.18.0.0": stun.CodeForbidden, "198.19.255.255": stun.CodeForbidden, "192.88.99.1": stun.CodeForbidden, "168.63.129.16": stun.CodeForbidden,
		"224.0.0.1": stun.CodeForbidden, "239.255.255.250": stun.CodeForbidden, "240.0.0.1": stun.CodeForbidden, "255.255.255.255": stun.CodeForbidden,
	} {
		// The library has its own word for a permission that was refused.
		err := client.CreatePermission(&net.UDPAddr{IP: net.ParseIP(address), Port: 9})
		if (err != nil) != (want != 0) || err != nil && !strings.Contains(err.Error(), strconv.Itoa(int(want))) {
			t.Errorf("%s: %v, want %d", address, err, want)
		}
	}
}

// TestOwnAddress sends to a program of the server's own machine, beside the relay.
func TestOwnAddress(t *testing.T) {
	t.Parallel()
	var beside net.PacketConn
	for port := 10_000 + time.Now().Nanosecond()%5_000; beside == nil; port++ {
		beside, _ = net.ListenPacket("udp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	}
	defer beside.Close() //nolint:errcheck // a test
	relayed := serve(t, nil).allocate(t, "udp", "one")
	if arrived, _ := arrives(t, relayed, beside, beside.LocalAddr()); arrived {
		t.Error("a program beside the relay got a packet")
	}
	if arrived, _ := arrives(t, beside, relayed, relayed.LocalAddr()); arrived {
		t.Error("a program beside the relay sent a packet")
	}
	behindNAT := serve(t, func(c *turnserver.Config) {
		c.PublicIPs, c.OpenPeers = []netip.Addr{netip.MustParseAddr("203.0.113.7")}, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}).allocate(t, "udp", "one")
	if arrived, _ := arrives(t, behindNAT, beside, beside.LocalAddr()); arrived {
		t.Error("a program beside the relay behind a NAT got a packet")
	}
	anywhere := serve(t, func(c *turnserver.Config) {
		c.PublicIPs, c.Local = []netip.Addr{netip.MustParseAddr("203.0.113.7")}, netip.Addr{}
		c.OpenPeers = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}).allocate(t, "udp", "one")
	if arrived, _ := arrives(t, anywhere, beside, beside.LocalAddr()); arrived {
		t.Error("a program beside a relay on all addresses got a packet")
	}
}

func TestQuotaOfAMember(t *testing.T) {
	t.Parallel()
	host := serve(t, func(c *turnserver.Config) { c.MaxOfMember, c.MaxAllocations = 2, 3 })
	first := host.allocate(t, "udp", "one")
	host.allocate(t, "tcp", "one")
	username, password := credential("one", time.Now())
	if _, err := host.client(t, "udp", username, password).Allocate(); codeOf(err) != stun.CodeAllocQuotaReached {
		t.Errorf("a third allocation of one member: %v, want %d", err, stun.CodeAllocQuotaReached)
	}
	host.allocate(t, "udp", "other")
	username, password = credential("third", time.Now())
	if _, err := host.client(t, "udp", username, password).Allocate(); codeOf(err) != stun.CodeInsufficientCapacity {
		t.Errorf("a fourth allocation: %v, want %d", err, stun.CodeInsufficientCapacity)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the allocation is given back", func() bool { return host.Allocations() == 2 })
	host.allocate(t, "udp", "one")
}

// TestFloodOfAMember makes a thousand allocations of one member at once, over UDP and
// TCP. The member gets no more than its quota at any time, and others get theirs
// meanwhile.
func TestFloodOfAMember(t *testing.T) {
	t.Parallel()
	const quota, attempts, attackers = 8, 1000, 20
	host := serve(t, func(c *turnserver.Config) { c.MaxOfMember = quota })
	username, password := credential("greedy", time.Now())
	var made, most atomic.Int64
	var flooding sync.WaitGroup
	for attacker := range attackers {
		flooding.Go(func() {
			network := []string{"udp", "tcp"}[attacker%2]
			address := fmt.Sprintf("127.0.%d.1", attacker+1) // each hears all its refusals
			client := host.clientAt(t, address, network, username, password)
			for range attempts / attackers {
				relayed, err := client.Allocate()
				switch {
				case err == nil:
					made.Add(1)
					t.Cleanup(func() { _ = relayed.Close() })
					client = host.clientAt(t, address, network, username, password) // each makes one
				case codeOf(err) != stun.CodeAllocQuotaReached:
					t.Errorf("one too many: %v, want %d", err, stun.CodeAllocQuotaReached)
				}
				most.Store(max(most.Load(), int64(host.Allocations())))
			}
		})
	}
	for i := range 5 { // meanwhile
		_ = host.allocate(t, "udp", "honest "+strconv.Itoa(i)).Close()
	}
	flooding.Wait()
	if made.Load() != quota {
		t.Errorf("the member made %d allocations, want %d", made.Load(), quota)
	}
	if most.Load() > quota+1 { // and one of an honest member
		t.Errorf("%d allocations at once, want at most %d", most.Load(), quota+1)
	}
}

// TestFewRefusals asks for allocations without a credential, as somebody would who
// sends in the name of a victim: what comes back is bounded. Others get theirs.
func TestFewRefusals(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	victim, err := net.ListenPacket("udp4", "127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close() //nolint:errcheck // a test
	server, err := net.ResolveUDPAddr("udp4", host.address)
	if err != nil {
		t.Fatal(err)
	}
	const requests = 5000
	began := time.Now()
	came := make(chan int)
	go func() {
		count := 0
		for buffer := make([]byte, 1500); ; count++ {
			_ = victim.SetReadDeadline(time.Now().Add(time.Second))
			if _, _, err := victim.ReadFrom(buffer); err != nil {
				came <- count
				return
			}
		}
	}()
	for range requests {
		request := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest))
		if _, err := victim.WriteTo(request.Raw, server); err != nil {
			t.Fatal(err)
		}
	}
	host.allocate(t, "udp", "honest") // from another address
	if count := <-came; count == 0 || count > 400+int(20*time.Since(began).Seconds())+1 {
		t.Errorf("%d refusals for %d requests in %v", count, requests, time.Since(began))
	}
}

func TestBytesOfAnAllocation(t *testing.T) {
	t.Parallel()
	host := serve(t, func(c *turnserver.Config) { c.MaxBytes = 10_000 })
	one, other := host.allocate(t, "udp", "one"), host.allocate(t, "udp", "other")
	permit(t, other, one.LocalAddr())
	for range 20 {
		if _, err := one.WriteTo(make([]byte, 1000), other.LocalAddr()); err != nil {
			break
		}
	}
	eventually(t, "the allocation ends", func() bool { return host.Allocations() < 2 })
}

func TestBandwidthOfAnAllocation(t *testing.T) {
	t.Parallel()
	const bandwidth = 100_000
	host := serve(t, func(c *turnserver.Config) { c.Bandwidth = bandwidth })
	one, other := host.allocate(t, "udp", "one"), host.allocate(t, "udp", "other")
	permit(t, other, one.LocalAddr())
	if arrived, err := arrives(t, one, other, other.LocalAddr()); err != nil || !arrived {
		t.Fatalf("arrived %v, %v", arrived, err)
	}
	began := time.Now()
	for range 1000 {
		if _, err := one.WriteTo(make([]byte, 1000), other.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	came := 0
	buffer := make([]byte, 2000)
	for {
		_ = other.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		n, _, err := other.ReadFrom(buffer)
		if err != nil {
			break
		}
		came += n
	}
	if most := bandwidth + int(time.Since(began).Seconds()*bandwidth); came == 0 || came > most {
		t.Errorf("%d bytes came, want some, and at most %d", came, most)
	}
}

func TestShutdownWaitsForAllocations(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	one, other := host.allocate(t, "udp", "one"), host.allocate(t, "tcp", "other")
	permit(t, other, one.LocalAddr())
	done := make(chan error, 1)
	go func() { done <- host.Shutdown(t.Context()) }()
	username, password := credential("late", time.Now())
	eventually(t, "no new allocations", func() bool {
		relayed, err := host.client(t, "udp", username, password).Allocate()
		if err == nil {
			_ = relayed.Close()
		}
		return codeOf(err) == stun.CodeAllocQuotaReached
	})
	if arrived, err := arrives(t, one, other, other.LocalAddr()); err != nil || !arrived {
		t.Errorf("while it drains: arrived %v, %v", arrived, err)
	}
	_ = one.Close()
	_ = other.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestShutdownEnds(t *testing.T) {
	t.Parallel()
	host := serve(t, nil)
	host.allocate(t, "udp", "one")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := host.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	good := turnserver.Config{
		Secrets:   func() iceserver.Secrets { return nil },
		PublicIPs: []netip.Addr{loopback, netip.IPv6Loopback()}, RelayPorts: turnserver.Ports{From: 1, To: 1},
	}
	if _, err := turnserver.New(good); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*turnserver.Config){
		"no secrets":            func(c *turnserver.Config) { c.Secrets = nil },
		"no address":            func(c *turnserver.Config) { c.PublicIPs = nil },
		"an unspecified one":    func(c *turnserver.Config) { c.PublicIPs = []netip.Addr{netip.IPv4Unspecified()} },
		"two of one family":     func(c *turnserver.Config) { c.PublicIPs = slices.Repeat(c.PublicIPs[:1], 2) },
		"no ports":              func(c *turnserver.Config) { c.RelayPorts = turnserver.Ports{} },
		"ports the wrong way":   func(c *turnserver.Config) { c.RelayPorts = turnserver.Ports{From: 2, To: 1} },
		"an address of nothing": func(c *turnserver.Config) { c.PublicIPs = []netip.Addr{{}} },
	} {
		config := good
		change(&config)
		if _, err := turnserver.New(config); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
