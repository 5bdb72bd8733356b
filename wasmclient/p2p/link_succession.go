package p2p

import "time"

// A peer whose WebRTC stack cannot restart ICE gets a new connection when its path
// breaks. The connection in use stays until its successor is open, because the
// old path may heal first, and because a closed channel means that the peer has
// left.
//
// Everything here runs on the link's own goroutine.

// startOver offers a new connection, now and then.
func (l *link) startOver() error {
	if !l.mayReplace() {
		return nil
	}
	l.repair.offered = true
	return l.offer()
}

// use makes a new connection the link's own, or its successor if messages can be
// sent on the one before. Senders wait for what is sent again on a successor.
func (l *link) use(fresh *connection) {
	fresh.peer.Store(&l.peer.ID)
	l.mu.Lock()
	before := &l.connection
	if l.state.up() {
		before = &l.successor
		fresh.chat.turn <- struct{}{}
	}
	unused := *before
	*before = fresh
	connection := l.connection
	l.mu.Unlock()
	if unused != nil {
		unused.close("")
	}
	if connection == fresh {
		l.negotiation.Restart()
		return
	}
	l.negotiation.Succeed()
	l.succession = time.Now()
	if connection.offering() {
		_ = connection.rollback() // if that fails, its path is not renewed
	}
}

// succeeded does what is due after a successor has taken its place, if one has: it
// retires the old connection and sends again what may have been lost with it. The
// old one is closed a moment later, because the successor may not be open on the
// other side yet.
func (l *link) succeeded() {
	l.mu.Lock()
	connection, replaced := l.connection, l.replaced
	l.replaced = nil
	l.mu.Unlock()
	if replaced == nil {
		return
	}
	l.negotiation.Succeeded()
	replaced.free()
	replaced.chat.turn <- struct{}{} // its last sender is done
	l.retired[replaced] = struct{}{}
	l.after(l.room.settings.clock.goodbye, func() {
		delete(l.retired, replaced)
		replaced.close("")
	})
	for _, data := range l.sent.Restart() {
		_ = connection.chat.sendNow(data) // if that fails, another connection is needed
		l.sent.Add(data, time.Now())
	}
	<-connection.chat.turn
	if l.heart.presence {
		l.heart.hidden = !l.room.hidden.Load() // so that it is said again
	}
}

// dropSuccessor gives up a successor that is not open. It reports whether there
// was one.
func (l *link) dropSuccessor() bool {
	l.mu.Lock()
	unused := l.successor
	l.successor = nil
	l.mu.Unlock()
	if unused == nil {
		return false
	}
	l.negotiation.GoBack()
	unused.close("")
	return true
}

// closedByPeer ends the link if the peer has closed the connection in use, unless
// the peer has agreed to a new one.
func (l *link) closedByPeer(closed *connection) {
	agreed := closed != l.newest() && l.negotiation.Remote() != ""
	if closed == l.current() && l.currentState().up() && !agreed {
		l.gone(ReasonPeerGone)
	}
}
