package p2p

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/outbox"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

// missedError says that a match failed and that the search should go on.
type missedError struct {
	reason       Reason // ends the search when it repeats; empty: never
	diagnosis    Diagnosis
	hopeless     bool // it would be the same with anybody
	requeueToken string
	err          error
}

func (e *missedError) Error() string { return "room missed: " + e.err.Error() }
func (e *missedError) Unwrap() error { return e.err }

var errPeerMissing = errors.New("the partner did not join, or left")

func newRoom(matched *match, recent *recentPeers, settings settings, progress *progress) *Room {
	room := &Room{
		id:         matched.GetRoomId(),
		self:       matched.GetPeerId(),
		interest:   matched.GetInterest(),
		recent:     recent,
		settings:   settings,
		received:   newMessageQueue(),
		connecting: make(chan error, 1),
		changes:    newChanges(settings.changes),
		freed:      make(chan struct{}),
	}
	if settings.trace != nil {
		settings.trace.token(matched.GetRoomToken())
	}
	room.signaling = newSignaling(room, matched.GetRoomToken(), matched.ways, progress)
	for slot, member := range matched.GetMembers() {
		if member.GetPeerId() == room.self {
			room.slot = slot
			continue
		}
		peer := Peer{ID: member.GetPeerId(), Pseudonym: member.GetPseudonym(), Slot: slot}
		sending := outbox.New(settings.clock.gather, room.signaling.sender(peer.ID))
		sending.Hold()
		room.links = append(room.links, newLink(room, peer, sending))
	}
	room.meet(matched)
	return room
}

// meet begins the negotiation of a pair with what both have brought: the lower
// slot has offered, and the other one answers. A member that brought an
// introduction reads that of its partner.
func (r *Room) meet(matched *match) {
	own := matched.introduction
	if len(r.links) != 1 {
		own.close()
		return
	}
	link := r.links[0]
	partner := matched.GetMembers()[link.peer.Slot].GetIntroduction()
	if r.settings.stepByStep {
		partner = nil
	}
	if matched.GetMembers()[0].GetPeerId() != r.self { // the partner offers
		r.signaling.background(own.close)
		signals := readIntroduction(partner)
		link.work.Post(func() {
			if r.ways().RelayOnly {
				link.postponed = signals
				return
			}
			link.receive(signals)
		})
	} else if own != nil {
		read := 0
		if len(partner) > 0 {
			read = matched.sent
		}
		r.introduction = own
		link.work.Post(func() { link.adopt(own, read) })
	}
	link.work.Post(func() { close(link.met) })
}

// establish joins the room and returns when every link is open. After an error
// everything of the room is freed; the error is a *missedError, an *EndedError
// or the cause of ctx's end.
func (r *Room) establish(ctx context.Context) error {
	if len(r.links) == 0 {
		close(r.freed)
		return &missedError{err: errors.New("a room without others")}
	}
	r.unwatch = r.settings.network(r.networkChanged)
	for _, link := range r.links {
		go link.run()
	}
	r.waitForAnswer(ctx)
	r.signaling.start() //nolint:contextcheck // a room outlives the search that found it
	var err error
	select {
	case err = <-r.connecting:
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = r.Close()
	}
	return err
}

// waitForAnswer waits until the answer to the partner's introduction is there,
// which the join takes along.
func (r *Room) waitForAnswer(ctx context.Context) {
	if len(r.links) != 1 {
		return
	}
	pause := time.NewTimer(r.settings.clock.goodbye)
	defer pause.Stop()
	select {
	case <-r.links[0].met:
	case <-ctx.Done():
	case <-pause.C:
	}
}

// conclude sets the result of establish. Only the first call counts.
func (r *Room) conclude(err error) {
	select {
	case r.connecting <- err:
	default:
	}
}

// end begins the end of the room and returns whether it was not ending yet.
func (r *Room) end(end *EndedError, drop bool) bool {
	r.mu.Lock()
	first := !r.ending
	r.ending = true
	r.mu.Unlock()
	if first {
		r.received.finish(end, drop)
		r.conclude(&missedError{err: end})
		go r.free()
	}
	return first
}

func (r *Room) free() {
	for _, link := range r.links {
		<-link.done
	}
	r.introduction.close() // a link that ended at once has not adopted it
	r.unwatch()
	r.signaling.stop()
	r.changes.end()
	close(r.freed)
}

// networkChanged checks every link, and reopens the stream to the server if the
// network is another one. It does not block.
func (r *Room) networkChanged(changed bool) {
	if changed {
		r.signaling.reopen()
	}
	for _, link := range r.links {
		link.work.Post(link.check)
	}
}

// linkGone is called when a link ends that was in another state, from any
// goroutine; it must not block.
func (r *Room) linkGone(gone *link, was linkState, reason Reason) {
	for _, link := range r.links {
		if link.currentState() != linkGone {
			r.concludeIfConnected()
			return
		}
	}
	if reason == ReasonClosed {
		return // CloseWith ends the room itself
	}
	switch {
	case was.up(): // the search may not have been told yet
		r.conclude(nil)
	case reason == ReasonUnverified, gone.unproven():
		r.conclude(&missedError{reason: ReasonUnverified, err: errUnverified})
	default:
		r.conclude(&missedError{err: errPeerMissing})
	}
	r.end(&EndedError{Reason: reason, Unconfirmed: gone.sent.Unconfirmed()}, false)
}

// others reports whether another link than this one is not gone.
func (r *Room) others(than *link) bool {
	return slices.ContainsFunc(r.links, func(link *link) bool { return link != than && link.currentState() != linkGone })
}

// concludeIfConnected ends connecting with success when every link that is not
// gone is open.
func (r *Room) concludeIfConnected() {
	open := 0
	for _, link := range r.links {
		switch link.currentState() {
		case linkConnecting:
			return
		case linkOpen, linkInterrupted:
			open++
		case linkGone:
		}
	}
	if open > 0 {
		r.conclude(nil)
	}
}

// ways returns how connections reach the peers.
func (r *Room) ways() rtc.Configuration {
	ways := r.settings.ways(r.signaling.ways())
	ways.RelayOnly = ways.RelayOnly || r.relayOnly.Load()
	return ways
}
