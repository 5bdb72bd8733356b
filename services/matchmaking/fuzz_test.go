package matchmaking_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

func FuzzArrival(f *testing.F) {
	f.Add(uuid, "", "", 0, "", false, "", "", int64(0))
	f.Add(uuid, "tab", "lobby", 8, "Go, WebRTC ", true, "a,b", "c", int64(time.Hour))
	f.Add("short", "ä", "Lobby", 9, "İ,i̇,\xff", true, "a,a", "", int64(-1))
	f.Fuzz(func(t *testing.T, requestID, clientID, pool string, groupSize int, interests string, only bool, avoid, recent string, maxWait int64) {
		list := func(text string) []string { return strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) }
		once, err := matchmaking.Arrival{
			RequestID:     requestID,
			ClientID:      clientID,
			Pool:          pool,
			GroupSize:     groupSize,
			Interests:     list(interests),
			InterestsOnly: only,
			Avoid:         list(avoid),
			Recent:        list(recent),
			MaxWait:       time.Duration(maxWait),
		}.Complete()
		if err != nil {
			if err.Error() == "" {
				t.Error("an error that says nothing")
			}
			return
		}
		checkBounds(t, once)
		twice, err := once.Complete()
		if err != nil || !reflect.DeepEqual(once, twice) {
			t.Errorf("completed %+v, completed again %+v, %v", once, twice, err)
		}
		if once.Fingerprint() != twice.Fingerprint() {
			t.Error("completed again it is another request")
		}
	})
}

func checkBounds(t *testing.T, a matchmaking.Arrival) {
	t.Helper()
	if len(a.RequestID) < 22 || len(a.RequestID) > 64 || len(a.ClientID) > 64 || a.Pool == "" || len(a.Pool) > 64 {
		t.Errorf("names out of bounds: %+v", a)
	}
	if a.GroupSize < 2 || a.GroupSize > matchmaking.MaxGroupSize || a.MaxWait <= 0 || a.MaxWait > matchmaking.MaxWait {
		t.Errorf("numbers out of bounds: %+v", a)
	}
	if len(a.Interests) > matchmaking.MaxInterests || len(a.Avoid) > matchmaking.MaxAvoid || len(a.Recent) > matchmaking.MaxRecent {
		t.Errorf("lists out of bounds: %+v", a)
	}
	if a.InterestsOnly && len(a.Interests) == 0 {
		t.Errorf("nobody can be met: %+v", a)
	}
	for _, interest := range a.Interests {
		if interest == "" || len(interest) > 64 || interest != strings.TrimSpace(interest) {
			t.Errorf("interest %q", interest)
		}
	}
}
