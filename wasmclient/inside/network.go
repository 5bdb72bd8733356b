package inside

// Direct returns how many bytes went to the peer and came from it on the pair in use, and
// whether a relay passes them on.
func (s *Snapshot) Direct() (bytes uint64, relayed bool) {
	for _, pair := range s.Pairs {
		if pair.Selected {
			return pair.BytesSent + pair.BytesReceived, s.Way() == "relayed"
		}
	}
	return 0, false
}

// Way says how the pair in use reaches the peer: "direct", between addresses of the two
// devices; "reflexive", through a router that translates addresses; "relayed", through a
// TURN server; or "" if no pair is in use.
func (s *Snapshot) Way() string {
	for _, pair := range s.Pairs {
		switch {
		case !pair.Selected:
		case pair.LocalType == "relay" || pair.RemoteType == "relay":
			return "relayed"
		case pair.LocalType == "host" && pair.RemoteType == "host":
			return "direct"
		default:
			return "reflexive"
		}
	}
	return ""
}
