package ui

import (
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
)

// Update returns the state after an event, and the effects to perform, in order.
// An event that does not fit the state changes nothing: for example a button
// pressed twice, or an event of an earlier search. Update is a pure function.
func Update(state State, event Event) (State, []Effect) {
	switch event := event.(type) {
	case Elapsed:
		return elapse(state, event.Now)
	case Start:
		return start(state)
	case Next:
		return next(state)
	case Stop:
		return stop(state)
	case Block:
		return block(state)
	case Home:
		return home(state)
	case Escape:
		return escape(state)
	case Use:
		return use(state, event.Text)
	case Copied:
		state.copiedUntil = state.Now.Add(sayFor)
	case Choose:
		return choose(state, event.Interest), nil
	case ChooseGroup:
		return chooseGroup(state, event.Size), nil
	case AddInterest:
		return addInterest(state, event.Text), nil
	case Invite:
		return invite(state, event.Invite)
	case Invited:
		if !state.Phase.Active() {
			state = emptied(state)
			state.Invite = event.Invite
		}
	case HideAddress:
		if !state.Phase.Active() && state.Relays == p2p.RelaysOffered {
			state.HideAddress = event.Hide
		}
	case RelaysKnown:
		state.Relays = event.Relays
		state.HideAddress = state.HideAddress && event.Relays == p2p.RelaysOffered
	case Check:
		return check(state)
	case Checked:
		if state.Check.Running {
			state.Check = Checking{Done: true, Known: event.Known, Checkup: event.Checkup}
		}
	case Typed:
		state.Draft = event.Text
		return tellTyping(state)
	case Send:
		return send(state)
	case Scrolled:
		if state.ScrolledUp = !event.AtEnd; event.AtEnd {
			state.New = 0
		}
	case ToEnd:
		state.ScrolledUp, state.New = false, 0
		return state, []Effect{ScrollToEnd{}}
	case Remembered, SetSound, SetNotify, NotifyAnswered:
		return set(state, event)
	case Tick:
		return setVisible(state, event.Visible)
	case PageHidden:
		return hide(state)
	case PageRestored:
		return setVisible(state, true)
	case Counted:
		if !state.Phase.Looking() {
			state.Waiting, state.WaitingKnown = event.Waiting, event.Known
		}
	default:
		return updateSearch(state, event)
	}
	return state, nil
}

// updateSearch handles the events that belong to one search.
func updateSearch(state State, event Event) (State, []Effect) {
	switch event := event.(type) {
	case Progressed:
		if event.Search == state.Search && state.Phase.Looking() {
			state = progress(state, event.Progress)
		}
	case Connected:
		if event.Search == state.Search && state.Phase.Looking() {
			return connected(state, event)
		}
	case Received, MemberTyping:
		return hear(state, event)
	case Sent, Delivered, SendFailed:
		return deliver(state, event), nil
	case Ended:
		if event.Search == state.Search {
			return end(state, event)
		}
	default:
		return updateMember(state, event)
	}
	return state, nil
}

func start(state State) (State, []Effect) {
	if state.Phase.Active() {
		return state, nil
	}
	return search(state)
}

func check(state State) (State, []Effect) {
	if state.Phase.Active() || state.Check.Running {
		return state, nil
	}
	state.Check = Checking{Running: true}
	return state, []Effect{CheckConnection{}}
}

// hide resets the page, so that the back/forward cache restores an idle one.
func hide(state State) (State, []Effect) {
	if state.Phase.Active() {
		return emptied(state), []Effect{Leave{p2p.ByeClosed}}
	}
	return emptied(state), nil
}

// setVisible notes whether the page is visible. While no search reports how many
// people wait, it also updates that count.
func setVisible(state State, visible bool) (State, []Effect) {
	changed := state.Hidden == visible
	if state.Hidden = !visible; visible {
		state.Unread = 0
	}
	counts := state.Phase == PhaseIdle || state.Phase == PhaseStopped || state.Phase == PhaseFailed
	switch {
	case counts && visible:
		return state, []Effect{CountWaiting{}}
	case changed && state.Phase == PhaseConnected:
		return state, []Effect{TellHidden{state.Hidden}}
	}
	return state, nil
}

func connected(state State, event Connected) (State, []Effect) {
	state.Phase, state.WaitingKnown, state.Common = PhaseConnected, false, event.Interest
	state.Self, state.chat, state.Openers = event.Self, event.Search, event.Luck
	for _, slot := range event.Slots {
		state.Members = append(state.Members, Member{Slot: slot})
	}
	state, effects := alert(state, TextSomebody)
	if state.Hidden {
		effects = append(effects, TellHidden{true})
	}
	return state, append(effects, Focus{TargetInput})
}

func progress(state State, now p2p.Progress) State {
	switch now.Stage {
	case p2p.StageSearching:
		state.Widened = false
		if state.Phase != PhaseStillLooking {
			state.Phase = PhaseSearching
		}
	case p2p.StageWaiting:
		// After a failed match the page goes on saying so, also when there is
		// a new place in the queue.
		if state.Phase != PhaseStillLooking {
			state.Phase = PhaseWaiting
		}
		state.Waiting, state.WaitingKnown, state.MedianWait = now.Waiting, true, now.MedianWait
		return state
	case p2p.StageWidened:
		if now.Any {
			state.Phase, state.Widened = PhaseWaiting, true
		}
		return state
	case p2p.StageConnecting:
		state.Phase = PhaseConnecting
	case p2p.StageStillLooking:
		state.Phase = PhaseStillLooking
	case p2p.StageRetrying:
		state.Phase, state.Busy = PhaseRetrying, now.Busy
	}
	state.WaitingKnown = false
	return state
}

func end(state State, event Ended) (State, []Effect) {
	switch {
	case state.Phase == PhaseConnected:
		state = unlinked(state)
		state.Phase, state.Reason, state.Asked = PhaseEnded, event.Reason, ControlNone
		for i := range state.Members { // which unlinked has cloned
			state.Members[i].Gone = true
		}
		return state, []Effect{Focus{TargetPage}}
	case state.Phase.Looking():
		state.Phase, state.Reason, state.Cause, state.RetryAfter = PhaseFailed, event.Reason, event.Cause, event.RetryAfter
		state.WaitingKnown = false
		return state, []Effect{CountWaiting{}, Focus{TargetPage}}
	}
	return state, nil
}
