package turnserver

import (
	"net"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/admission"
)

// Refusals over UDP to one address: anybody can ask in the name of another one, and a
// refusal is longer than the request. A client needs one for each allocation, for its
// nonce; a school makes its allocations in a minute.
const (
	refusalsASecond = 20
	refusalsAtOnce  = 400
)

// refusing is a socket of UDP that sends few refusals to an address, and drops others. A
// client asks again after half a second (RFC 8489, section 6.2.1).
type refusing struct {
	net.PacketConn
	gate *admission.Gate
}

func newRefusing(conn net.PacketConn) *refusing {
	return &refusing{conn, admission.NewGate(admission.Limits{Rate: refusalsASecond, Burst: refusalsAtOnce}, admission.Limits{})}
}

// WriteTo implements net.PacketConn.
func (r *refusing) WriteTo(data []byte, to net.Addr) (int, error) {
	if refusal(data) {
		address, ok := addressOf(to)
		if !ok {
			return len(data), nil
		}
		leave, _ := r.gate.Enter(admission.CallersOf(address.Addr().WithZone(""))...)
		if leave == nil {
			return len(data), nil
		}
		leave()
	}
	return r.PacketConn.WriteTo(data, to)
}

// refusal reports whether a packet is an error response: both bits of the class of its
// type are set (RFC 8489, section 5), and it is not the data of a channel.
func refusal(data []byte) bool {
	return len(data) > 1 && data[0]&0xc0 == 0 && data[0]&0x01 != 0 && data[1]&0x10 != 0
}
