package p2p

import (
	"slices"
	"sync"
	"time"
)

const (
	// maxRecent is how many people the server takes as met recently.
	maxRecent = 32
	// recentFor is how long somebody counts as met recently.
	recentFor = 30 * time.Minute
)

// recentPeers are the people whom this side left for somebody else: the next
// search looks for others first. Safe for concurrent use; the zero value is
// ready.
type recentPeers struct {
	mu  sync.Mutex
	met []recentPeer // guarded by mu: oldest first, at most maxRecent
}

type recentPeer struct {
	pseudonym string
	left      time.Time
}

// add remembers pseudonyms that are not there yet; the oldest make room.
func (r *recentPeers) add(pseudonyms ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, pseudonym := range pseudonyms {
		known := slices.ContainsFunc(r.met, func(peer recentPeer) bool { return peer.pseudonym == pseudonym })
		if pseudonym != "" && !known {
			r.met = append(r.met, recentPeer{pseudonym, time.Now()})
		}
	}
	r.met = slices.Clone(r.met[max(0, len(r.met)-maxRecent):])
}

// list returns the pseudonyms that still count.
func (r *recentPeers) list() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.met = slices.DeleteFunc(r.met, func(peer recentPeer) bool { return time.Since(peer.left) > recentFor })
	var pseudonyms []string
	for _, peer := range r.met {
		pseudonyms = append(pseudonyms, peer.pseudonym)
	}
	return pseudonyms
}

// forget drops pseudonyms.
func (r *recentPeers) forget(pseudonyms []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.met = slices.DeleteFunc(r.met, func(peer recentPeer) bool { return slices.Contains(pseudonyms, peer.pseudonym) })
}
