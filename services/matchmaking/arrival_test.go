package matchmaking_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/matchmaking"
)

const uuid = "6d1b9f2a-8c34-4e07-9a55-0f6f1c2d3e4b"

func TestCompleteDefaults(t *testing.T) {
	t.Parallel()
	got, err := matchmaking.Arrival{RequestID: uuid, MaxWait: 24 * time.Hour}.Complete()
	if err != nil {
		t.Fatal(err)
	}
	if got.Pool != "lobby" || got.GroupSize != 2 || got.MaxWait != 30*time.Minute {
		t.Errorf("got %+v", got)
	}
}

func TestCompleteViolations(t *testing.T) {
	t.Parallel()
	many := make([]string, 65)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for name, test := range map[string]struct {
		change func(*matchmaking.Arrival)
		field  string
	}{
		"no request id":         {func(a *matchmaking.Arrival) { a.RequestID = "" }, "request_id"},
		"short request id":      {func(a *matchmaking.Arrival) { a.RequestID = strings.Repeat("a", 21) }, "request_id"},
		"long request id":       {func(a *matchmaking.Arrival) { a.RequestID = strings.Repeat("a", 65) }, "request_id"},
		"request id with space": {func(a *matchmaking.Arrival) { a.RequestID = uuid[:20] + " " + uuid[21:] }, "request_id"},
		"long client id":        {func(a *matchmaking.Arrival) { a.ClientID = strings.Repeat("a", 65) }, "client_id"},
		"pool in capitals":      {func(a *matchmaking.Arrival) { a.Pool = "Lobby" }, "pool"},
		"long pool":             {func(a *matchmaking.Arrival) { a.Pool = strings.Repeat("a", 65) }, "pool"},
		"alone":                 {func(a *matchmaking.Arrival) { a.GroupSize = 1 }, "group_size"},
		"crowd":                 {func(a *matchmaking.Arrival) { a.GroupSize = 9 }, "group_size"},
		"many interests":        {func(a *matchmaking.Arrival) { a.Interests = many[:9] }, "interests"},
		"empty interest":        {func(a *matchmaking.Arrival) { a.Interests = []string{"go", ""} }, "interests[1]"},
		"interest twice":        {func(a *matchmaking.Arrival) { a.Interests = []string{"go", " Go"} }, "interests[1]"},
		"interest not UTF-8":    {func(a *matchmaking.Arrival) { a.Interests = []string{"\xff"} }, "interests[0]"},
		"only no interests":     {func(a *matchmaking.Arrival) { a.InterestsOnly = true }, "interests_only"},
		"many to avoid":         {func(a *matchmaking.Arrival) { a.Avoid = many }, "avoid"},
		"many recent":           {func(a *matchmaking.Arrival) { a.Recent = many[:33] }, "recent"},
		"negative wait":         {func(a *matchmaking.Arrival) { a.MaxWait = -1 }, "max_wait"},
		"long introduction":     {func(a *matchmaking.Arrival) { a.Introduction = strings.Repeat("a", 12<<10+1) }, "introduction"},
		"introduction to many":  {func(a *matchmaking.Arrival) { a.GroupSize, a.Introduction = 3, "a" }, "introduction"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrival := matchmaking.Arrival{RequestID: uuid}
			test.change(&arrival)
			_, err := arrival.Complete()
			var invalid *matchmaking.InvalidError
			if !errors.As(err, &invalid) || len(invalid.Violations) != 1 || invalid.Violations[0].Field != test.field {
				t.Errorf("error %v, want one violation of %s", err, test.field)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	a := matchmaking.Arrival{RequestID: uuid, Attempt: 1, Pool: "a", Interests: []string{"x", "y"}}
	b := a
	b.Attempt, b.Introduction = 2, "b"
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("another attempt, or introduction, is another request")
	}
	b.Interests = []string{"x y"}
	if a.Fingerprint() == b.Fingerprint() {
		t.Error("other interests are the same request")
	}
}

// TestFingerprintTellsListsApart moves a value from one list to the next.
func TestFingerprintTellsListsApart(t *testing.T) {
	t.Parallel()
	known := map[string]matchmaking.Arrival{}
	for _, arrival := range []matchmaking.Arrival{
		{Interests: []string{"a", "b"}},
		{Interests: []string{"a"}, Avoid: []string{"b"}},
		{Avoid: []string{"a", "b"}},
		{Avoid: []string{"a"}, Recent: []string{"b"}},
		{Interests: []string{`a""b`}},
		{Interests: []string{"a\n", "b"}},
		{Pseudonym: "a", Pool: "b"},
		{Pool: "a", Requeue: &matchmaking.Requeue{ID: "b"}},
		{GroupSize: 2}, {MaxWait: 2}, {InterestsOnly: true},
	} {
		fingerprint := arrival.Fingerprint()
		if other, taken := known[fingerprint]; taken {
			t.Errorf("%+v and %+v are the same request", arrival, other)
		}
		known[fingerprint] = arrival
	}
}
