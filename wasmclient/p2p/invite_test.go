//go:build !js

package p2p

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/p2ptest"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/rtc"
)

const invite Invite = "abcdefghijklmnopqrstuvwxyz"

func TestParseInvite(t *testing.T) {
	text := string(invite)
	for _, good := range []string{
		text, " " + text + "\n", strings.ToUpper(text), "#invite=" + text, "invite=" + text, "https://chat.example/a?b#invite=" + text,
		string(invite.ForGroup(4).ForGroup(2)), invite.Link("https://chat.example/"), invite.Link("https://chat.example/#inside"),
	} {
		if got, err := ParseInvite(good); got != invite || err != nil {
			t.Errorf("%q is %q, %v", good, got, err)
		}
	}
	for _, bad := range []string{
		"", "#", "#invite=", text[1:], text + "a", text[1:] + "1", text[1:] + "é", text + "#", "#invite=" + text + "#inside", "#inside=" + text,
		strings.Repeat(text, 100_000), text + ".", text + ".2", text + ".9", text + ".33", text + ".3.3", ".3", text[1:] + ".3",
	} {
		if got, err := ParseInvite(bad); got != "" || !errors.Is(err, ErrInvite) {
			t.Errorf("%.40q is %q, %v", bad, got, err)
		}
	}
	if one, other := NewInvite(), NewInvite(); one == other || one.pool() == other.pool() || strings.Contains(one.pool(), string(one)) {
		t.Errorf("the invites %q and %q are of the pools %q and %q", one, other, one.pool(), other.pool())
	} else if parsed, err := ParseInvite(string(one)); parsed != one || err != nil {
		t.Errorf("%q is %q, %v", one, parsed, err)
	}
}

func TestTheInviteOfAGroup(t *testing.T) {
	t.Parallel()
	if size := invite.GroupSize(); size != 2 {
		t.Errorf("an invite is for %d", size)
	}
	pools := map[string]int{invite.pool(): 2}
	for size := 3; size <= MaxGroup; size++ {
		group := invite.ForGroup(size)
		parsed, err := ParseInvite(group.Link("https://chat.example/"))
		settings := settings{}.with([]Option{WithInvite(parsed)})
		if err != nil || parsed != group || group.GroupSize() != size || int(settings.groupSize) != size {
			t.Errorf("the invite %q for %d is %q for %d, %v", group, size, parsed, settings.groupSize, err)
		}
		if other, known := pools[settings.pool]; known {
			t.Errorf("those of %d and of %d wait in one pool", size, other)
		}
		pools[settings.pool] = size
	}
}

// openWorldWith is openWorld for peers with options of their own.
func openWorldWith(t *testing.T, options ...[]Option) (*world, []<-chan found) {
	t.Helper()
	w := &world{network: newFakeNetwork(), server: newFakeServer(t)}
	var finding []<-chan found
	for _, options := range options {
		peer := newFakePeer(w.network, w.server)
		peer.client.settings = peer.client.settings.with(options)
		w.peers = append(w.peers, peer)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		t.Cleanup(cancel)
		finding = append(finding, find(ctx, t, peer.client))
	}
	return w, finding
}

func TestInvite(t *testing.T) {
	for name, limit := range map[string]func(*fakeHost){"restarts ICE": func(*fakeHost) {}, "starts over": withoutRestart["rejects restarts"]} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				with := []Option{WithInvite(invite)}
				w, finding := openWorldWith(t, with, with)
				for i, finding := range finding {
					found := <-finding
					if found.err != nil {
						t.Fatalf("Find: %v", found.err)
					}
					w.rooms = append(w.rooms, found.room)
					w.network.change(func() { limit(w.peers[i].fakeHost) }, w.peers[i].fakeHost)
				}
				if w.rooms[0].Peers()[0].Slot == 0 {
					slices.Reverse(w.rooms)
					slices.Reverse(w.peers)
				}
				w.talks(t)
				w.peers[1].move()
				p2ptest.Pass(t, 30*time.Second)
				w.talks(t)
				w.close(t)
			})
		})
	}
}

// TestInviteOfOthers lets people into the pool who do not know the secret, as whoever runs
// the server could.
func TestInviteOfOthers(t *testing.T) {
	other := Invite(strings.Repeat("2", inviteLength))
	pool := WithPool(invite.pool())
	for name, options := range map[string][]Option{
		"another secret": {WithInvite(other), pool},
		"no secret":      {pool},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, finding := openWorldWith(t, []Option{WithInvite(invite)}, options)
				ctx, cancel := context.WithCancel(t.Context())
				var others sync.WaitGroup
				others.Go(func() { // who has no secret talks as soon as possible, and comes again
					for found := <-finding[1]; ctx.Err() == nil; found = <-find(ctx, t, w.peers[1].client) {
						if found.room != nil {
							_ = found.room.SendText(ctx, "let me in")
							p2ptest.Pass(t, time.Second)
							_ = found.room.Close()
						}
					}
				})
				found := <-finding[0]
				var ended *EndedError
				if found.room != nil || !errors.As(found.err, &ended) || ended.Reason != ReasonUnverified {
					t.Errorf("Find returns %v, %v", found.room, found.err)
				}
				cancel()
				others.Wait()
				p2ptest.PassAnHour(t)
			})
		})
	}
}

// TestInviteWithSomebodyBetween gives the two sides other certificates than their partner's.
func TestInviteWithSomebodyBetween(t *testing.T) {
	proof := func(senders, receivers string) []byte {
		return invite.proof("room", "p0", "p1", senders, receivers)
	}
	description := func(fingerprints ...string) string {
		return "v=0\r\na=fingerprint:sha-256 " + strings.Join(fingerprints, "\r\na=fingerprint:sha-256 ") + "\r\n"
	}
	honest := string(proof(description("AA:BB"), description("CC:DD")))
	if same := string(proof(description("aa:bb", "AA:BB"), description("CC:DD"))); same != honest {
		t.Error("the case of letters, or a repetition, counts")
	}
	for name, other := range map[string][]byte{
		"the sender's certificate":   proof(description("AA:BC"), description("CC:DD")),
		"the receiver's certificate": proof(description("AA:BB"), description("CC:DC")),
		"another certificate":        proof(description("AA:BB", "EE:FF"), description("CC:DD")),
		"their order":                proof(description("CC:DD"), description("AA:BB")),
		"the room":                   invite.proof("moor", "p0", "p1", description("AA:BB"), description("CC:DD")),
		"the direction":              invite.proof("room", "p1", "p0", description("AA:BB"), description("CC:DD")),
		"where parts end":            invite.proof("roomp", "0", "p1", description("AA:BB"), description("CC:DD")),
		"the secret":                 Invite("b").proof("room", "p0", "p1", description("AA:BB"), description("CC:DD")),
	} {
		if string(other) == honest {
			t.Errorf("%s does not change the proof", name)
		}
	}
}

// TestInviteOfReplacedCertificate lets a server pass on descriptions with certificates of its
// own: those that one side sees are not those that the other one has.
func TestInviteOfReplacedCertificate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		between := func(s *settings) {
			engine := s.engine
			s.engine = func(configuration rtc.Configuration, events rtc.Events) (rtc.Connection, error) {
				made, err := engine(configuration, events)
				return replacedCertificate{made}, err
			}
		}
		_, finding := openWorldWith(t, []Option{WithInvite(invite), between}, []Option{WithInvite(invite)})
		ends := []found{<-finding[0], <-finding[1]} // who ends first leaves the other one alone
		var ended *EndedError
		if !slices.ContainsFunc(ends, func(end found) bool { return errors.As(end.err, &ended) && ended.Reason == ReasonUnverified }) ||
			slices.ContainsFunc(ends, func(end found) bool { return end.room != nil }) {
			t.Errorf("Find returns %v", ends)
		}
		p2ptest.PassAnHour(t)
	})
}

type replacedCertificate struct{ rtc.Connection }

func (c replacedCertificate) CurrentSDP() (local, remote string) {
	local, remote = c.Connection.CurrentSDP()
	return local, strings.ReplaceAll(remote, "sha-256", "sha-512")
}

func TestSafetyCode(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		code := func(slot int) string { return string(w.rooms[slot].SafetyCode(w.rooms[1-slot].Self())) }
		first := code(0)
		if len(first) != safetyCodeLength || first != code(1) {
			t.Errorf("the codes are %x and %x", first, code(1))
		}
		w.peers[1].move()
		p2ptest.Pass(t, 30*time.Second)
		if code(0) != first || code(1) != first {
			t.Error("an ICE restart changes the code")
		}
		if w.rooms[0].SafetyCode("nobody") != nil {
			t.Error("nobody has a code")
		}
		link := w.rooms[0].links[0]
		link.current().pc = replacedCertificate{link.current().pc}
		if code(0) == first {
			t.Error("another certificate does not change the code")
		}
		_ = w.rooms[0].Close()
		p2ptest.Pass(t, time.Second)
		if code(0) != "" || code(1) != "" {
			t.Error("a peer that is gone has a code")
		}
	})
}
