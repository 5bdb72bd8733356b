//go:build linux

// Package nattest has networks of this machine's own (network namespaces): two homes
// with the same private addresses, each behind a router, and a public segment with a
// server. Root is needed, and the programs ip and nft.
package nattest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// The addresses on the public segment: of the TURN server, and of the other services.
const (
	Relay        = "203.0.113.10"
	RelayIPv6    = "2001:db8:113::10"
	Services     = "203.0.113.11"
	ServicesIPv6 = "2001:db8:113::11"
)

// Router is how the router of a home treats what passes it.
type Router struct {
	Name string
	// Symmetric gives each connection a port of its own (RFC 4787, section 4.1:
	// address- and port-dependent mapping). Otherwise a packet keeps its port.
	Symmetric bool
	// NoUDP drops UDP on its way out.
	NoUDP bool
	// IPv6 gives the home addresses of IPv6 too, behind a firewall that lets in what is
	// asked for. NoIPv4 gives it no others.
	IPv6, NoIPv4 bool
	// OnlyHTTPS drops everything on its way out but TCP to port 443.
	OnlyHTTPS bool
}

// labs counts them, for their names.
var labs atomic.Int32

// Lab is a set of such networks. They are gone after the test.
type Lab struct {
	t      testing.TB
	prefix string
}

// rules are those of a router. It must drop what comes from outside unasked: otherwise
// the kernel takes a packet of the peer that comes too early for one to itself, and
// moves the port of the connection that this side opens then.
const rules = `
table ip nat {
	chain post { type nat hook postrouting priority 100; oifname "wan" masquerade %s; }
}
table ip filter {
	chain input { type filter hook input priority 0; iifname "wan" ct state new drop; }
	chain forward {
		type filter hook forward priority 0
		iifname "wan" ct state new drop
		%s
	}
}
table ip6 filter {
	chain input { type filter hook input priority 0; iifname "wan" ct state new meta l4proto != icmpv6 drop; }
	chain forward { type filter hook forward priority 0; iifname "wan" ct state new drop; }
}
`

// New makes the networks. It fails the test if this machine cannot have them, unless
// WASMP2PCHAT_NAMESPACES=off says that it need not.
func New(t testing.TB, routers [2]Router) *Lab {
	t.Helper()
	if os.Getenv("WASMP2PCHAT_NAMESPACES") == "off" {
		t.Skip("WASMP2PCHAT_NAMESPACES=off: no networks are made")
	}
	lab := &Lab{t: t, prefix: fmt.Sprintf("wasmp2pchat-%d-%d-", os.Getpid(), labs.Add(1))}
	lab.namespace("net")
	lab.in("net", "ip link add br0 type bridge")
	lab.in("net", "ip addr add "+Relay+"/24 dev br0")
	lab.in("net", "ip addr add "+Services+"/24 dev br0")
	lab.in("net", "ip addr add "+RelayIPv6+"/64 dev br0")
	lab.in("net", "ip addr add "+ServicesIPv6+"/64 dev br0")
	lab.in("net", "ip link set br0 up")
	// A server that is asked to relay to a private address must be able to send, or
	// some end the allocation.
	lab.in("net", "ip route add default dev br0")
	for i, router := range routers {
		lab.home(i+1, router)
	}
	return lab
}

func (l *Lab) home(number int, router Router) {
	outside, inside := fmt.Sprintf("router%d", number), Home(number)
	l.namespace(outside)
	l.namespace(inside)
	port := fmt.Sprintf("port%d", number)
	l.in("net", fmt.Sprintf("ip link add %s type veth peer name wan netns %s%s", port, l.prefix, outside))
	l.in("net", "ip link set "+port+" master br0 up")
	l.in(outside, fmt.Sprintf("ip link add lan type veth peer name eth0 netns %s%s", l.prefix, inside))
	for _, command := range []string{
		fmt.Sprintf("ip addr add 203.0.113.%d/24 dev wan", number), "ip link set wan up",
		"ip addr add 192.168.1.1/24 dev lan", "ip link set lan up", "echo 1 > /proc/sys/net/ipv4/ip_forward",
	} {
		l.in(outside, command)
	}
	l.in(inside, "ip link set eth0 up")
	if !router.NoIPv4 {
		l.in(inside, "ip addr add 192.168.1.2/24 dev eth0 && ip route add default via 192.168.1.1")
	}
	if router.IPv6 {
		other := 3 - number
		l.in(outside, fmt.Sprintf(`echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
			ip addr add 2001:db8:113::%[1]d/64 dev wan
			ip addr add 2001:db8:%[1]d::1/64 dev lan
			ip route add 2001:db8:%[2]d::/64 via 2001:db8:113::%[2]d`, number, other))
		l.in(inside, fmt.Sprintf("ip addr add 2001:db8:%[1]d::2/64 dev eth0 && ip route add default via 2001:db8:%[1]d::1", number))
		l.in("net", fmt.Sprintf("ip route add 2001:db8:%[1]d::/64 via 2001:db8:113::%[1]d", number))
	}
	mapping, blocked := "", ""
	if router.Symmetric {
		mapping = "fully-random"
	}
	switch {
	case router.OnlyHTTPS:
		blocked = `iifname "lan" tcp dport != 443 drop
		iifname "lan" meta l4proto udp drop`
	case router.NoUDP:
		blocked = `iifname "lan" meta l4proto udp drop`
	}
	l.in(outside, "nft -f - <<'END'\n"+fmt.Sprintf(rules, mapping, blocked)+"END")
}

// Host adds a machine with a public address, 203.0.113.NUMBER, in a network of its own.
func (l *Lab) Host(name string, number int) (address string) {
	l.t.Helper()
	address = fmt.Sprintf("203.0.113.%d", number)
	l.namespace(name)
	l.in("net", fmt.Sprintf("ip link add %s type veth peer name eth0 netns %s%s && ip link set %[1]s master br0 up", name, l.prefix, name))
	l.in(name, "ip addr add "+address+"/24 dev eth0 && ip link set eth0 up")
	return address
}

// AddAddress gives the servers another address.
func (l *Lab) AddAddress(address string) {
	l.t.Helper()
	l.in("net", "ip addr add "+address+" dev lo")
}

// Home returns the name of the network of a home: 1 or 2.
func Home(number int) string { return fmt.Sprintf("home%d", number) }

func (l *Lab) namespace(name string) {
	l.t.Helper()
	l.shell("ip netns add " + l.prefix + name)
	l.t.Cleanup(func() { l.shell("ip netns del " + l.prefix + name) })
	// Nobody else has the addresses here. To search for others takes IPv6 a second, after
	// which Chromium gives up what it loads, because its network has changed.
	l.in(name, `for interfaces in all default; do echo 0 > /proc/sys/net/ipv6/conf/$interfaces/accept_dad; done`)
	l.in(name, "ip link set lo up")
}

// in runs a command in a network.
func (l *Lab) in(network, command string) {
	l.t.Helper()
	l.shell("ip netns exec " + l.prefix + network + " sh -c " + quoted(command))
}

func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func (l *Lab) shell(command string) {
	l.t.Helper()
	if out, err := exec.CommandContext(context.Background(), "sh", "-c", command).CombinedOutput(); err != nil { //nolint:gosec // commands of this package
		l.t.Fatalf("%s: %v\n%s\nThese networks need root, ip and nft; WASMP2PCHAT_NAMESPACES=off does without them.", command, err, out)
	}
}

// Command returns a program that is to run in a network: "net", or that of a home. The
// caller ends it.
func (l *Lab) Command(network, program string, arguments ...string) *exec.Cmd {
	// Not l.t.Context(): it kills before the test ends, and leaves browsers behind.
	return exec.CommandContext(context.Background(), "ip", append([]string{"netns", "exec", l.prefix + network, program}, arguments...)...) //nolint:gosec // of tests
}
