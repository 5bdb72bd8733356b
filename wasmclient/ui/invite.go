package ui

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"

// invite begins to wait for whoever comes by a new invite, instead of anybody.
func invite(state *State, fresh p2p.Invite) []Effect {
	if state.Phase == PhaseConnected {
		return nil
	}
	var effects []Effect
	if state.Phase.Active() {
		effects = append(effects, Leave{p2p.ByeStopped})
	}
	state.Invite = fresh.ForGroup(state.Size())
	search := search(state)
	return append(append(effects, RememberInvite{state.Invite}), search...)
}

// offersInvite reports whether a person may prefer to invite somebody: before the search, and
// while nobody is there.
func offersInvite(state *State) bool {
	return state.Invite == "" && (layout(state) == LayoutStart || state.Phase == PhaseWaiting && state.Waiting <= 1)
}

// shownInvite returns the invite to pass on; empty: none is waited for.
func shownInvite(state *State) p2p.Invite {
	if !state.Phase.Looking() || state.Phase == PhaseConnecting {
		return ""
	}
	return state.Invite
}
