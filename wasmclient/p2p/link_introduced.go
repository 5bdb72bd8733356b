package p2p

import (
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
)

// Everything here runs on the link's own goroutine.

// adopt takes over the connection of this side's introduction, of which the peer
// has read so many signals at least. The others are sent.
func (l *link) adopt(own *introduction, read int) {
	l.offerer = true
	l.use(own.connection)
	l.negotiation.Epoch, l.negotiation.Offered = own.epoch, own.epoch
	l.introduced = read > 0
	for i, signal := range own.adopt(l) {
		if i < read {
			l.outbox.PutIntroduced(signal)
		} else {
			l.outbox.Put(signal)
		}
	}
}

// offerAgain sends the offer of the introduction if the peer has answered an
// earlier one: it was matched with that.
func (l *link) offerAgain(answer *signalingv1.Signal) {
	if l.introduced && l.newest().offering() && answer.GetEpoch() != 0 && answer.GetEpoch() < l.negotiation.Epoch {
		l.introduced = false
		l.outbox.Resend()
	}
}

// addServers negotiates again with the ICE servers of the room, if those that
// need a credential were not known when the connection was made, and those that
// were are not enough for a moment.
func (l *link) addServers() {
	l.after(l.room.settings.clock.relay, func() {
		connection := l.newest()
		ways := l.room.ways()
		if l.offerer && l.currentState() == linkConnecting && connection != nil && !connection.offering() && l.negotiation.Remote() != "" &&
			len(ways.Servers) > 0 && !ways.Equal(connection.ways) {
			_ = l.restart() // if that fails, the servers it has may be enough
		}
	})
}
