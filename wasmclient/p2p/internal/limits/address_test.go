package limits

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// checkAddress compares with package net/netip.
func checkAddress(t *testing.T, text string) {
	t.Helper()
	want, err := netip.ParseAddr(text)
	got, ok := parseAddress(text)
	if wantOK := err == nil && want.Zone() == ""; ok != wantOK {
		t.Fatalf("%q: %v, and net/netip says %v", text, ok, err)
	} else if !ok {
		return
	}
	if got != want.As16() {
		t.Errorf("%q: %x, want %x", text, got, want.As16())
	}
	want = want.Unmap()
	broadcast := want == netip.AddrFrom4([4]byte{255, 255, 255, 255})
	if special := want.IsUnspecified() || want.IsMulticast() || want.IsLinkLocalUnicast() || broadcast; got.special() != special {
		t.Errorf("%q: special is %v", text, !special)
	}
	if got.private() != want.IsPrivate() || got.loopback() != want.IsLoopback() {
		t.Errorf("%q: private is %v, loopback is %v", text, got.private(), got.loopback())
	}
}

// addresses are of each kind, and what looks like one.
var addresses = []string{
	"", ".", ":", "::", ":::", "::1", "1::", "1::8", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9",
	"1:2:3:4::5:6:7:8", "1::2::3", ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "1::2:", "12345::", "00001::", "g::", "+1::", "-1::", "0x1::", "1_0::",
	"::1.2.3.4", "1.2.3.4::", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3.4:5", "::ffff:127.0.0.1", "::FFFF:10.1.2.3", "::1.2.3",
	"0.0.0.0", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1..2.3", "1.2.3.4.", "1.2.3.+4", "0x7f.0.0.1", "127.1", "１.2.3.4",
	"127.0.0.1", "10.0.0.1", "172.15.0.1", "172.16.0.1", "172.31.0.1", "172.32.0.1", "192.168.1.1", "192.169.1.1", "169.254.1.1", "224.0.0.1", "240.0.0.1",
	"fe80::1", "febf::1", "fec0::1", "fe80::1%eth0", "::1%", "fc00::1", "fdff::1", "fe00::1", "ff02::1", "2001:db8::1", "64:ff9b::127.0.0.1",
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, text := range addresses {
		checkAddress(t, text)
	}
}

// TestRandomAddresses damages addresses.
func TestRandomAddresses(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		var bytes [16]byte
		binary.BigEndian.PutUint64(bytes[:], random.Uint64()&random.Uint64()&random.Uint64())
		binary.BigEndian.PutUint64(bytes[8:], random.Uint64())
		text := netip.AddrFrom16(bytes).String()
		if random.IntN(2) == 0 {
			text = netip.AddrFrom4([4]byte(bytes[12:])).String()
		}
		checkAddress(t, text)
		at := random.IntN(len(text))
		checkAddress(t, text[:at]+string(":.0f:"[random.IntN(5)])+text[at+random.IntN(2):])
		checkAddress(t, strings.Replace(text, ":", "::", 1))
	}
}

func FuzzAddress(f *testing.F) {
	for _, text := range addresses {
		f.Add(text)
	}
	f.Fuzz(checkAddress)
}
