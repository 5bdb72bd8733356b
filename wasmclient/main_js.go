package main

import (
	"context"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/dom"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/inside"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

func main() {
	dom.Complain(run(context.Background())) // boot.js tells the person that the page has stopped
}

// run returns why the page cannot go on.
func run(ctx context.Context) error {
	page, err := dom.Open()
	if err != nil {
		return err
	}
	defer page.Close()
	queue := ui.NewQueue()
	client := p2p.NewClient(page.MatchmakingURL(), p2p.WithSignalingURL(page.SignalingURL()))
	session := ui.NewSession(client, page.Language, queue.Post)
	session.Log = inside.NewLog()
	panel, err := dom.OpenPanel(session.Log, session)
	if err != nil {
		return err
	}
	defer panel.Close()
	if err := page.Listen(queue.Post); err != nil {
		return err
	}

	ctx, stop := context.WithCancelCause(ctx)
	page.Soon(func() { go client.Prepare(ctx) })
	show := func(state ui.State) {
		if err := page.Show(state); err != nil {
			stop(err)
		}
	}
	begin := func(effect ui.Effect) { session.Perform(ctx, effect) }
	perform := func(effect ui.Effect) {
		if err := page.Perform(effect); err != nil {
			stop(err)
		}
	}
	ui.Run(ctx, queue, begin, show, perform)
	return context.Cause(ctx)
}
