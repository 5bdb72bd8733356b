package p2p

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/platform"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/workqueue"
)

// Checkup is what [Client.Check] has found.
type Checkup struct {
	// Server is how long the server took to match this side with itself.
	Server time.Duration
	// Ways are the ways to others: first that of this machine's own addresses, then one
	// for each address of a STUN or TURN server.
	Ways []Way
	// Loop is the try to connect through a TURN server.
	Loop Loop
}

// Way is one way to others.
type Way struct {
	// URL is the address of the STUN or TURN server; empty: none.
	URL string
	// Candidates are the types of the candidates that this way gave, each once: "host",
	// "srflx" or "relay" (RTCIceCandidateType of W3C WebRTC).
	Candidates []string
	// Took is how long the server needed to give its first candidate. Zero: it gave
	// none, or there is no server.
	Took time.Duration
	// Cause is why the way gave no candidate of its kind. Empty: it did.
	Cause Cause
}

// Transport returns how this way reaches its server: "UDP", "TCP" or "TLS". Empty:
// there is no server.
func (w Way) Transport() string {
	switch {
	case w.URL == "":
		return ""
	case strings.HasPrefix(w.URL, "turns:"), strings.HasPrefix(w.URL, "stuns:"):
		return "TLS"
	case strings.HasSuffix(w.URL, "transport=tcp"):
		return "TCP"
	default:
		return "UDP"
	}
}

// Kind returns the type of the candidates that this way is for.
func (w Way) Kind() string {
	switch {
	case w.URL == "":
		return "host"
	case strings.HasPrefix(w.URL, "stun"):
		return "srflx"
	default:
		return "relay"
	}
}

// Loop is a connection of this side with itself through a TURN server.
type Loop struct {
	// Took is how long it needed to open, and RoundTrip how long a message needed to
	// the other end and back. Zero: it did not open, or carried nothing.
	Took, RoundTrip time.Duration
	// Diagnosis is why.
	Diagnosis Diagnosis
}

// Reach is with whom this side can connect. Callers skip values they do not know.
type Reach string

// The values of Reach.
const (
	// ReachEverybody means that a relay works.
	ReachEverybody Reach = "everybody"
	// ReachMany means that this side knows the address it has outside, and no relay
	// works: it does not reach those behind routers that choose another port for each
	// destination, nor those whose network blocks UDP.
	ReachMany Reach = "many"
	// ReachNear means that this side knows only addresses of its own network.
	ReachNear Reach = "near"
	// ReachNobody means that there is no way at all.
	ReachNobody Reach = "nobody"
)

// Reach returns whom this side reaches, as far as one network can tell.
func (c Checkup) Reach() Reach {
	has := func(kind string) bool {
		return slices.ContainsFunc(c.Ways, func(way Way) bool { return slices.Contains(way.Candidates, kind) })
	}
	switch {
	case c.Loop.Took > 0:
		return ReachEverybody
	case has("srflx"):
		return ReachMany
	case has("host"):
		return ReachNear
	default:
		return ReachNobody
	}
}

// Check finds out by which ways this side can connect to others: what a person whose
// connections fail should run first. It asks the server for its STUN and TURN servers
// as the two members of a room of its own, tries each of their addresses, and connects
// to itself through a TURN server. It takes up to 20 seconds. [CodeOf] tells the kind of
// an error, which is that of the server, or of ctx.
func (c *Client) Check(ctx context.Context, options ...Option) (Checkup, error) {
	settings := c.settings.with(options)
	if err := checkURLs(settings.matchmaking, settings.signaling); err != nil {
		return Checkup{}, &EndedError{Reason: ReasonRefused, Err: err}
	}
	began := time.Now()
	members, err := meetSelf(ctx, settings)
	if err != nil {
		return Checkup{}, failed("match this side with itself", err)
	}
	defer func() {
		for _, member := range members {
			go leaveRoom(context.WithoutCancel(ctx), member, settings.clock)
		}
	}()
	checkup := Checkup{Server: time.Since(began)}
	var ways [2]rtc.Configuration
	for i, member := range members {
		asking, cancel := context.WithTimeout(ctx, settings.clock.call)
		response, err := member.getIceServers(asking)
		cancel()
		if err != nil {
			return Checkup{}, failed("get ICE servers", err)
		}
		ways[i] = settings.ways(waysOf(response.GetIceServers(), response.GetIcePolicy()))
	}
	checkup.Ways = tryWays(ctx, settings, ways[0].Servers)
	checkup.Loop = loop(ctx, settings, ways)
	return checkup, ctx.Err()
}

// meetSelf returns both members of a room that this side has with itself, in a pool that
// nobody else knows.
func meetSelf(ctx context.Context, settings settings) (members [2]member, err error) {
	settings.pool = "check-" + strings.ToLower(platform.RandomID())
	settings.groupSize, settings.interests, settings.onlyCommon, settings.avoid = 0, nil, false, nil
	settings.stepByStep = true // nothing is introduced
	ctx, cancel := context.WithTimeout(ctx, 2*settings.clock.call)
	defer cancel()
	var fault firstError
	var meeting sync.WaitGroup
	for i := range members {
		meeting.Go(func() {
			one := &Client{id: platform.RandomID(), settings: settings}
			retries := &progress{callback: func(now Progress) {
				if fault.set(now.Err) {
					cancel() // who checks wants to know it now
				}
			}}
			matched, err := newSearch(one, settings, retries).match(ctx, "")
			if fault.set(err) {
				cancel() // nobody comes for the other one
				return
			}
			members[i] = newMember(settings, matched.GetRoomToken())
		})
	}
	meeting.Wait()
	return members, fault.get()
}

// firstError is the first one of two goroutines.
type firstError struct {
	mu  sync.Mutex
	err error // guarded by mu
}

// set reports whether err is an error.
func (f *firstError) set(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.err = err
	}
	return err != nil
}

func (f *firstError) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// mostWays bounds the addresses of servers that are tried.
const mostWays = 16

// tryWays gathers candidates in each way, all at once.
func tryWays(ctx context.Context, settings settings, servers []rtc.ICEServer) []Way {
	type try struct {
		url  string
		ways rtc.Configuration
	}
	tries := []try{{}}
	for _, server := range servers {
		for _, url := range server.URLs {
			alone := rtc.ICEServer{URLs: []string{url}, Username: server.Username, Credential: server.Credential}
			tries = append(tries, try{url, rtc.Configuration{
				Servers: []rtc.ICEServer{alone}, RelayOnly: strings.HasPrefix(url, "turn"),
			}})
		}
	}
	tries = tries[:min(len(tries), 1+mostWays)]
	ways := make([]Way, len(tries))
	var trying sync.WaitGroup
	for i, try := range tries {
		trying.Go(func() { ways[i] = tryWay(ctx, settings, try.url, try.ways) })
	}
	trying.Wait()
	return ways
}

// tryWay gathers candidates until one of its kind has come, or no more will.
func tryWay(ctx context.Context, settings settings, url string, ways rtc.Configuration) Way {
	way := Way{URL: url}
	ctx, cancel := context.WithTimeout(ctx, settings.clock.gatherWay)
	defer cancel()
	came, over := make(chan struct{}, 1), make(chan struct{})
	finish := sync.OnceFunc(func() { close(over) })
	connection, err := newConnection(settings, nil, ways, connectionEvents{
		candidate: func(candidate *rtc.Candidate) {
			if workqueue.Signal(came); candidate == nil {
				finish()
			}
		},
		state: func() {}, opened: func() {}, closed: func() {}, message: func(bool, []byte) {},
	})
	if err != nil {
		way.Cause = CauseNoCandidates
		return way
	}
	defer connection.close("")
	began := time.Now()
	if description, err := connection.pc.CreateOffer(false); err == nil {
		_ = connection.pc.SetLocalDescription(description) // if that fails, no candidate comes
	}
	for waiting := true; waiting; {
		select {
		case <-came:
		case <-over:
			waiting = false
		case <-ctx.Done():
			waiting = false
		}
		way.Candidates = connection.seen.types()
		if slices.Contains(way.Candidates, way.Kind()) && url != "" {
			way.Took, waiting = time.Since(began), false
		}
	}
	if !slices.Contains(way.Candidates, way.Kind()) {
		way.Cause = connection.seen.lacks(way.Kind(), ways)
	}
	return way
}

// lacks returns why there is no candidate of a kind.
func (s *sightings) lacks(kind string, ways rtc.Configuration) Cause {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case "host":
		return CauseNoCandidates
	case "srflx":
		return CauseUDPBlocked
	default:
		return s.relayCauseLocked(ways)
	}
}

// types returns the types of the candidates of this side.
func (s *sightings) types() (types []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seen := range []struct {
		is   bool
		name string
	}{{s.host, "host"}, {s.reflexive, "srflx"}, {s.relay, "relay"}} {
		if seen.is {
			types = append(types, seen.name)
		}
	}
	return types
}
