package ui

import "github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"

// Update returns the state after an event, and the effects to perform, in order.
// An event that does not fit the state changes nothing: for example a button
// pressed twice, or an event of an earlier search. Update is a pure function.
func Update(state State, event Event) (State, []Effect) {
	effects := update(&state, event)
	return state, effects
}

// update changes the state after an event. State is large, so the functions that Update
// consists of share one copy. What its slices and pointers refer to is of older states, too:
// they are replaced, never written to. Functions that many others call are not inlined,
// because their copies would be kilobytes of the browser client.
func update(state *State, event Event) []Effect {
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
		choose(state, event.Interest)
	case ChooseGroup:
		chooseGroup(state, event.Size)
	case AddInterest:
		addInterest(state, event.Text)
	case Invite:
		return invite(state, event.Invite)
	case Invited:
		if !state.Phase.Active() {
			empty(state)
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
		return []Effect{ScrollToEnd{}}
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
	return nil
}

// updateSearch handles the events that belong to one search.
func updateSearch(state *State, event Event) []Effect {
	switch event := event.(type) {
	case Progressed:
		if event.Search == state.Search && state.Phase.Looking() {
			progress(state, event.Progress)
		}
	case Connected:
		if event.Search == state.Search && state.Phase.Looking() {
			return connected(state, event)
		}
	case Received, MemberTyping:
		return hear(state, event)
	case Sent, Delivered, SendFailed:
		deliver(state, event)
	case Ended:
		if event.Search == state.Search {
			return end(state, event)
		}
	default:
		return updateMember(state, event)
	}
	return nil
}

func start(state *State) []Effect {
	if state.Phase.Active() {
		return nil
	}
	return search(state)
}

func check(state *State) []Effect {
	if state.Phase.Active() || state.Check.Running {
		return nil
	}
	state.Check = Checking{Running: true}
	return []Effect{CheckConnection{}}
}

// hide resets the page, so that the back/forward cache restores an idle one.
func hide(state *State) []Effect {
	if state.Phase.Active() {
		empty(state)
		return []Effect{Leave{p2p.ByeClosed}}
	}
	empty(state)
	return nil
}

// setVisible notes whether the page is visible. While no search reports how many
// people wait, it also updates that count.
func setVisible(state *State, visible bool) []Effect {
	changed := state.Hidden == visible
	if state.Hidden = !visible; visible {
		state.Unread = 0
	}
	counts := state.Phase == PhaseIdle || state.Phase == PhaseStopped || state.Phase == PhaseFailed
	switch {
	case counts && visible:
		return []Effect{CountWaiting{}}
	case changed && state.Phase == PhaseConnected:
		return []Effect{TellHidden{state.Hidden}}
	}
	return nil
}

func connected(state *State, event Connected) []Effect {
	state.Phase, state.WaitingKnown, state.Common = PhaseConnected, false, event.Interest
	state.Self, state.chat, state.Openers = event.Self, event.Search, event.Luck
	for _, slot := range event.Slots {
		state.Members = append(state.Members, Member{Slot: slot})
	}
	effects := alert(state, TextSomebody)
	if state.Hidden {
		effects = append(effects, TellHidden{true})
	}
	return append(effects, Focus{TargetInput})
}

func progress(state *State, now p2p.Progress) {
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
		return
	case p2p.StageWidened:
		if now.Any {
			state.Phase, state.Widened = PhaseWaiting, true
		}
		return
	case p2p.StageConnecting:
		state.Phase = PhaseConnecting
	case p2p.StageStillLooking:
		state.Phase = PhaseStillLooking
	case p2p.StageRetrying:
		state.Phase, state.Busy = PhaseRetrying, now.Busy
	}
	state.WaitingKnown = false
}

func end(state *State, event Ended) []Effect {
	switch {
	case state.Phase == PhaseConnected:
		unlinked(state)
		state.Phase, state.Reason, state.Asked = PhaseEnded, event.Reason, ControlNone
		for i := range state.Members { // which unlinked has cloned
			state.Members[i].Gone = true
		}
		return []Effect{Focus{TargetPage}}
	case state.Phase.Looking():
		state.Phase, state.Reason, state.Cause, state.RetryAfter = PhaseFailed, event.Reason, event.Cause, event.RetryAfter
		state.WaitingKnown = false
		return []Effect{CountWaiting{}, Focus{TargetPage}}
	}
	return nil
}
