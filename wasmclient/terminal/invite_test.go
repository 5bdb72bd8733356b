//go:build !js

package terminal

import (
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servermem"
)

// TestInvite lets two meet by a link past a stranger, and compare the code.
func TestInvite(t *testing.T) {
	t.Parallel()
	url := servermem.Start(t)
	stranger := join(t, url, nil)
	stranger.sees(stranger.told, "Waiting")
	with := func(flags *flags) {
		if err := flags.readInvite(); err != nil {
			t.Fatal(err)
		}
	}
	ann := join(t, url+"/", func(flags *flags) {
		flags.Invite = "new"
		with(flags)
	})
	ann.sees(ann.told, "#invite=")
	_, link, _ := strings.Cut(ann.told.String(), "The link to meet you: ")
	link, _, _ = strings.Cut(link, "\n")
	bob := join(t, link, with)
	ann.types("hello\n/code\n")
	bob.sees(bob.out, "hello")
	bob.types("/code\n")
	var codes []string
	for _, person := range []*person{ann, bob} {
		person.sees(person.told, "Compare it in a call.")
		before, _, _ := strings.Cut(person.told.String(), "\nCompare it")
		_, code, found := strings.Cut(before[strings.LastIndex(before, "\n")+1:], ": ")
		if !found || strings.Count(code, ", ") != 11 {
			t.Errorf("the code is %q", code)
		}
		codes = append(codes, code)
	}
	if codes[0] != codes[1] {
		t.Errorf("the codes are %q", codes)
	}
	if out := stranger.out.String(); out != "" {
		t.Errorf("the stranger heard %q", out)
	}
}

// TestTheInviteOfAGroup takes how many people meet from the link.
func TestTheInviteOfAGroup(t *testing.T) {
	t.Parallel()
	host := flags{URL: "http://localhost:8080", Group: 4, Invite: "new"}
	if err := host.check(); err != nil {
		t.Fatal(err)
	}
	guest := flags{URL: host.invite.Link(host.URL), Group: 2}
	if err := guest.check(); err != nil || guest.Group != 4 || guest.invite != host.invite || guest.URL != host.URL {
		t.Errorf("the guest has %+v, %v", guest, err)
	}
}
