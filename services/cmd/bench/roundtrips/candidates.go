package roundtrips

import (
	"bytes"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
)

// candidateAddress is the address and port of a host candidate (RFC 8839,
// section 5.1). Ports that a system chooses have five digits.
var candidateAddress = regexp.MustCompile(`([0-9a-zA-Z.:-]+) (\d{5}) typ host`)

// unused is a port that no peer is reached at (discard), as long as the others.
const unused = "00009"

// rewrite replaces the ports of candidates in data, so that peers reach each
// other through proxies only. Nothing changes its length: data may be a part of
// any protocol's message. Candidates that no proxy can be for, such as those
// of IPv6, lead nowhere.
func rewrite(data []byte, proxyOf func(netip.AddrPort) (netip.AddrPort, error)) ([]byte, error) {
	if !bytes.Contains(data, []byte(" typ host")) {
		return data, nil
	}
	var failed error
	changed := candidateAddress.ReplaceAllFunc(data, func(found []byte) []byte {
		parts := candidateAddress.FindSubmatch(found)
		address, err := netip.ParseAddr(string(parts[1]))
		port, err2 := strconv.ParseUint(string(parts[2]), 10, 16)
		if err != nil || err2 != nil || !address.Is4() {
			return fmt.Appendf(nil, "%s %s typ host", parts[1], unused)
		}
		proxy, err := proxyOf(netip.AddrPortFrom(address, uint16(port)))
		if err != nil {
			failed = err
		}
		return fmt.Appendf(nil, "%s %05d typ host", parts[1], proxy.Port())
	})
	return changed, failed
}
