//go:build !js

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// wants chooses for how many people the chat is.
func (tab *tab) wants(people int) {
	tab.t.Helper()
	tab.do("choose how many", chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const group = document.getElementById("group");
		group.value = "%d";
		group.dispatchEvent(new Event("change"));
	})()`, people)))
	tab.waitFor("it is chosen", fmt.Sprintf(`document.getElementById("group").value === "%d"`, people))
}

// says waits for a status in words.
func (tab *tab) says(status string) {
	tab.t.Helper()
	tab.waitFor(fmt.Sprintf("the status is %q", status), statusText+` === `+quote(status))
}

// members returns the names in the group, and what is said of each.
func (tab *tab) members() []string {
	tab.t.Helper()
	return read[[]string](tab, `[...document.querySelectorAll("#people li")].map(li => [...li.children].slice(0, 2).map(part => part.textContent).join(" ").trim())`)
}

// openGroup opens pages whose people talk with each other, in the order of their slots.
func openGroup(t *testing.T, names ...string) []*tab {
	t.Helper()
	chrome, server := englishBrowser(t), serve(t)
	tabs := make([]*tab, len(names))
	for i, name := range names {
		tab := chrome.open(t, name, server.url)
		tab.evaluate(noPicker)
		tab.wants(len(names))
		tab.press("start")
		if tabs[i] = tab; i == 0 {
			tab.says(fmt.Sprintf("Looking for %d others. You meet when all are there…", len(names)-1))
		}
	}
	others := fmt.Sprintf("%d others are here. Say hello!", len(names)-1)
	for _, tab := range tabs {
		tab.says(others)
		tab.waitFor("files can be sent", `!document.getElementById("attach").hidden`)
	}
	slices.SortFunc(tabs, func(a, b *tab) int { return a.slot() - b.slot() })
	return tabs
}

func (tab *tab) slot() int {
	tab.t.Helper()
	return read[int](tab, `Number(document.querySelector("#people li").dataset.slot)`)
}

// TestAGroupTalks lets four talk, one write to all and send a file to them, and two leave.
func TestAGroupTalks(t *testing.T) {
	t.Parallel()
	tabs := openGroup(t, "Alice", "Bob", "Carol", "Dave")
	cherry, mint, plum, lemon := tabs[0], tabs[1], tabs[2], tabs[3]
	if got, want := plum.members(), []string{"Plum you", "Cherry", "Mint", "Lemon"}; !slices.Equal(got, want) {
		t.Fatalf("Plum sees %q, want %q", got, want)
	}

	cherry.say("hello all", "how are you?")
	for _, tab := range tabs[1:] {
		tab.shows(theirs("hello all", "how are you?")...)
		if authors := read[[]string](tab, `[...document.querySelectorAll(".author")].map(author => author.innerText)`); !slices.Equal(authors, []string{"Cherry"}) {
			t.Errorf("%s sees the authors %q, want one for both texts", tab.name, authors)
		}
	}
	cherry.waitFor("all have both", `document.querySelectorAll("[data-delivery=delivered]").length === 2`)
	lemon.types("w")
	mint.waitFor("Lemon writes", `document.getElementById("typing").textContent === "Lemon is writing…"`)

	mint.picks(`new File(["for all"], "notes.txt")`)
	mint.seesFile("Waiting for the others to accept…")
	for _, tab := range []*tab{cherry, plum, lemon} {
		tab.seesFile("Mint offers a file. Accept only what you expect.")
	}
	cherry.answers("accept")
	mint.seesFile("1 of 3 have it.")
	plum.answers("accept")
	lemon.answers("decline")
	mint.seesFile("2 of 3 have it.")
	mint.waitFor("that is all", `document.querySelector(".file").dataset.stage === "done"`)
	plum.seesFile(fileReceived)

	lemon.press("stop")
	for _, tab := range []*tab{cherry, mint, plum} {
		tab.says("2 others are here. Say hello!")
		tab.waitFor("the log says so", `document.querySelector("#messages > .left").innerText === "Lemon left."`)
		if got := tab.members(); !strings.HasPrefix(got[3], "Lemon") || !strings.HasSuffix(got[3], "left") {
			t.Errorf("%s sees %q", tab.name, got)
		}
	}
	plum.say("only three of us")
	cherry.waitFor("it comes", `document.querySelector(".message:last-child .text").innerText === "only three of us"`)
	plum.waitFor("both others have it", `document.querySelector(".message:last-child").dataset.delivery === "delivered"`)
	plum.close()
	mint.says("1 other is here.")
	mint.press("stop")
	cherry.says("Everybody has left.")
	cherry.waitFor("a group of its size can be looked for", `!document.getElementById("next").hidden && document.getElementById("composer").hidden === false`)
}

// TestTheMeshOfAGroup draws the connections of a group in the panel.
func TestTheMeshOfAGroup(t *testing.T) {
	t.Parallel()
	tabs := openGroup(t, "Alice", "Bob", "Carol")
	cherry, plum := tabs[0], tabs[2]
	cherry.press("inside-open")
	drawn := func(links string) {
		t.Helper()
		cherry.waitFor("the mesh has "+links, `[...document.querySelectorAll("#inside-mesh .link")].map(line => line.getAttribute("class").replace("link ", "")).sort().join() === `+quote(links))
	}
	drawn("direct,direct,unseen-link")
	if names := read[[]string](cherry, `[...document.querySelectorAll("#inside-mesh .name")].map(name => name.textContent)`); !slices.Equal(names, []string{"Cherry", "Mint", "Plum"}) {
		t.Errorf("the mesh has %q", names)
	}
	cherry.accessible("a group with the panel")
	cherry.waitFor("each other one has a table of pairs", `document.querySelectorAll("#inside-pairs tr.selected").length === 2`)
	plum.press("stop")
	drawn("direct,gone")
}

// TestSomebodyOfAGroupIsBlocked blocks one of three, whom the others hear.
func TestSomebodyOfAGroupIsBlocked(t *testing.T) {
	t.Parallel()
	tabs := openGroup(t, "Alice", "Bob", "Carol")
	cherry, mint, plum := tabs[0], tabs[1], tabs[2]
	block := func() { cherry.do("press Block Plum", click(`#people [aria-label="Block Plum"]`)) }
	block()
	cherry.waitFor("it asks", `document.getElementById("hint").innerText.startsWith("Press once more to hear nothing of Plum")`)
	block()
	cherry.waitFor("Plum is blocked", `document.querySelector("#people li:last-child").innerText.endsWith("blocked")`)
	plum.say("do you hear me?")
	mint.shows(theirs("do you hear me?")...)
	mint.say("I do")
	cherry.shows(theirs("I do")...)
}

// TestAGroupIsInvited lets three meet by a link, although one of them would want two.
func TestAGroupIsInvited(t *testing.T) {
	t.Parallel()
	chrome, server := englishBrowser(t), serve(t)
	alice := chrome.open(t, "Alice", server.url)
	alice.wants(3)
	alice.press("invite-open")
	alice.says("Waiting for 2 others who have your link. You meet when all are there…")
	link := read[string](alice, `document.getElementById("invite-link").value`)
	others := []*tab{chrome.newTab(t, "Bob"), chrome.newTab(t, "Carol")}
	for _, tab := range others {
		tab.load(link)
		tab.sees(ui.TextInvited)
		tab.press("start")
	}
	for _, tab := range append(others, alice) {
		tab.says("2 others are here. Say hello!")
		tab.waitFor("the page says that all are verified", `document.getElementById("common").textContent === `+quote(ui.TextVerifiedGroup.In(ui.English)))
	}
}
