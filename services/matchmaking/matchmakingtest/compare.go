package matchmakingtest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

// outcomeEvent is how a ticket ended as a stream would tell it.
func outcomeEvent(outcome matchmaking.Outcome) matchmaking.Event {
	if outcome.Match != nil {
		return matchmaking.Matched{Match: *outcome.Match}
	}
	return matchmaking.Ended{Reason: outcome.Reason}
}

func (p *player) compare(request int, got, want matchmaking.Event) error {
	if describe(got) != describe(want) {
		return fmt.Errorf("says %s, want %s", describe(got), describe(want))
	}
	if matched, ok := got.(matchmaking.Matched); ok {
		return p.compareMatch(request, both[matchmaking.Match]{matched.Match, want.(matchmaking.Matched).Match})
	}
	return nil
}

func describe(event matchmaking.Event) string {
	switch event := event.(type) {
	case matchmaking.Queued:
		return fmt.Sprintf("queued, %d wait, place kept: %t", event.Pool.Waiting, event.PlaceKept)
	case matchmaking.Widened:
		return fmt.Sprintf("widened, recent dropped: %t, any: %t", event.RecentDropped, event.Any)
	case matchmaking.Matched:
		var members []string
		for _, member := range event.Match.Members {
			members = append(members, member.Pseudonym, member.Introduction)
		}
		return fmt.Sprintf("matched, %q in %s for %d by interest %q, slot %d, requeued %d times",
			members, event.Match.Pool, event.Match.GroupSize, event.Match.Interest, event.Match.Slot, event.Match.Requeues)
	case matchmaking.Ended:
		return fmt.Sprintf("ended, reason %d", event.Reason)
	case matchmaking.Detached:
		return fmt.Sprintf("detached, reason %d", event.Reason)
	}
	return fmt.Sprintf("unknown event %T", event)
}

// compareMatch compares what the model cannot know beforehand: names, times
// and places.
func (p *player) compareMatch(request int, match both[matchmaking.Match]) error {
	p.matched[request] = match
	waited := match.engine.At.Sub(match.engine.Since)
	if want := match.model.At.Sub(match.model.Since); (waited - want).Abs() > slot/2 {
		return fmt.Errorf("matched after %v, want %v", waited, want)
	}
	if err := p.compareRoom(match); err != nil {
		return err
	}
	place := both[int64]{match.engine.Place, match.model.Place}
	for _, known := range p.places {
		if cmp.Compare(known.engine, place.engine) != cmp.Compare(known.model, place.model) {
			return fmt.Errorf("places %d and %d are in the wrong order", known.engine, place.engine)
		}
	}
	p.places = append(p.places, place)
	return nil
}

// compareRoom checks that the members of a room see one room, and others
// another.
func (p *player) compareRoom(match both[matchmaking.Match]) error {
	for _, known := range p.rooms {
		one := known.engine.RoomID == match.engine.RoomID
		if want := known.model.RoomID == match.model.RoomID; one != want {
			return fmt.Errorf("%+v and %+v in one room: %t, want %t", known.engine, match.engine, one, want)
		}
		if one && (!slices.Equal(known.engine.Members, match.engine.Members) || !known.engine.At.Equal(match.engine.At)) {
			return fmt.Errorf("a member sees %+v, another %+v", known.engine, match.engine)
		}
	}
	p.rooms = append(p.rooms, match)
	return nil
}
