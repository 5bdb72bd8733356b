package roundtrips

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// Page is the chat page, open in two tabs that are two people.
type Page struct {
	url  string
	tabs [2]*tab
}

// canStart says that the client runs and shows START; interests can be chosen only
// then.
const canStart = `document.getElementById("interest-music")?.disabled === false`

// OpenPage opens the page of the server at url.
func (b *Browser) OpenPage(url string) (*Page, error) {
	p := Page{url: url}
	for i := range p.tabs {
		var err error
		if p.tabs[i], err = b.open(url, canStart); err != nil {
			p.Close()
			return nil, err
		}
	}
	return &p, nil
}

// Close closes the tabs.
func (p *Page) Close() {
	for _, tab := range p.tabs {
		if tab != nil {
			tab.close()
		}
	}
}

// untilInput presses START and gives the milliseconds until text can be entered.
const untilInput = `new Promise((resolve) => {
	const input = document.getElementById("input"), began = performance.now();
	const check = () => { if (!input.disabled) resolve(performance.now() - began) };
	new MutationObserver(check).observe(input, {attributes: true});
	document.getElementById("start").click();
})`

// Part lets both end the chat at once, so that both can START again: with a delay
// between them, each stops before it hears that the other one has left. A page
// that did hear it is loaded again; it then answers more slowly for a while.
func (p *Page) Part() error {
	var both sync.WaitGroup
	var errs [2]error
	for i, tab := range p.tabs {
		both.Go(func() { errs[i] = tab.press("stop") })
	}
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("part: %w", err)
	}
	for _, tab := range p.tabs {
		if tab.waitFor(canStart+` || !document.getElementById("next").hidden`) == nil && tab.holds(canStart) {
			continue
		}
		if err := tab.load(p.url, canStart); err != nil {
			return err
		}
	}
	return nil
}

// Measure lets the two meet. It returns how long the second one took from START
// until text could be entered, while the first one waited.
func (p *Page) Measure() (time.Duration, error) {
	first, second := p.tabs[0], p.tabs[1]
	waits := `document.getElementById("status").textContent === ` + strconv.Quote(ui.TextWaitingAlone.In(ui.English))
	if err := errors.Join(first.press("start"), first.waitFor(waits)); err != nil {
		return 0, fmt.Errorf("let the first person wait: %w", err)
	}
	took, err := second.measure(untilInput)
	if err != nil {
		return 0, fmt.Errorf("let the second person start: %w", err)
	}
	if err := first.waitFor(`!document.getElementById("input").disabled`); err != nil {
		return 0, fmt.Errorf("let the first person meet: %w", err)
	}
	return took, nil
}

func (t *tab) press(button string) error {
	return t.run(`(async () => document.getElementById("` + button + `").click())()`)
}
