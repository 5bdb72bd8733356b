package p2p

import (
	"slices"
	"sync"
	"time"
)

const (
	// maxRecent is the most recent partners that the server accepts in a request.
	maxRecent = 32
	// recentFor is how long somebody counts as a recent partner.
	recentFor = 30 * time.Minute
)

// recentPeers are the people this side left with REASON_NEXT. The next search
// prefers others. Safe for concurrent use; the zero value is ready.
type recentPeers struct {
	mu  sync.Mutex
	met []recentPeer // guarded by mu: oldest first, at most maxRecent
}

type recentPeer struct {
	pseudonym string
	left      time.Time
}

// add adds pseudonyms that are new, and drops the oldest beyond maxRecent.
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

// list returns the pseudonyms that have not expired.
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
