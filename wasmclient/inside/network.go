package inside

import (
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Link is the connection to one other person in the room.
type Link struct {
	// Peer is the peer id, and Slot the position in the room; below zero: not known yet.
	Peer string
	Slot int
	// Interrupted says that nothing comes, and Gone that the person has left.
	Interrupted, Gone bool
	// Pairs are the pairs of candidates, the one in use first.
	Pairs []p2p.TracePair
	// RoundTrips are the last round trips, oldest first.
	RoundTrips []time.Duration
}

// changeLinkLocked returns the link to a peer, to change it. Snapshots that were returned keep
// theirs.
func (l *Log) changeLinkLocked(peer string) *Link {
	l.now.Links = slices.Clone(l.now.Links)
	for i := range l.now.Links {
		if l.now.Links[i].Peer == peer {
			return &l.now.Links[i]
		}
	}
	if len(l.now.Links) == p2p.MaxGroup*mostMatches {
		return new(Link)
	}
	l.now.Links = append(l.now.Links, Link{Peer: peer, Slot: -1})
	return &l.now.Links[len(l.now.Links)-1]
}

// mostMatches bounds how many matches of one search have links in a log: the first may fail.
const mostMatches = 4

// linkStepLocked notes what a step says of a link.
func (l *Log) linkStepLocked(step *p2p.Trace) {
	if step.Peer == "" {
		return
	}
	switch step.Kind {
	case p2p.TracePairs:
		l.changeLinkLocked(step.Peer).Pairs = step.Pairs
	case p2p.TraceRTT:
		link := l.changeLinkLocked(step.Peer)
		if link.RoundTrips = append(link.RoundTrips, step.Duration); len(link.RoundTrips) > maxRoundTrips {
			link.RoundTrips = link.RoundTrips[1:]
		}
	case p2p.TraceInterrupted, p2p.TraceRestored:
		l.changeLinkLocked(step.Peer).Interrupted = step.Kind == p2p.TraceInterrupted
	case p2p.TraceConnectionClosed:
		if step.State != "" {
			l.changeLinkLocked(step.Peer).Gone = true
		}
	default:
	}
}

// Direct returns how many bytes went to the others and came from them on the pairs in use, and
// whether a relay passes any of them on.
func (s *Snapshot) Direct() (bytes uint64, relayed bool) {
	for _, link := range s.Links {
		bytes += link.bytes()
		relayed = relayed || !link.Gone && link.Way() == "relayed"
	}
	return bytes, relayed
}

func (l *Link) bytes() uint64 {
	for _, pair := range l.Pairs {
		if pair.Selected {
			return pair.BytesSent + pair.BytesReceived
		}
	}
	return 0
}

// Way says how the pair in use reaches the peer: "direct", between addresses of the two
// devices; "reflexive", through a router that translates addresses; "relayed", through a
// TURN server; or "" if no pair is in use.
func (l *Link) Way() string {
	for _, pair := range l.Pairs {
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
