package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/opening"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/roundtrips"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/process"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/e2e/marionette"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/ui"
)

// loaded is how the page of one build of the program is loaded, in milliseconds and
// bytes.
type loaded struct {
	Name                                   string
	Took, Client, Memory                   stats.Summary
	TookRatio, ClientRatio, MemoryRatio    stats.Summary // of the first one to this one; of the first one, 1
	tookSamples, clientSamples, memSamples []float64
}

// measureLoading loads the page in turn from this build, and from another one that
// --before names.
func measureLoading(ctx context.Context, s *stage, r *results) error {
	server, err := s.host.Start(ctx, load.HTTP1)
	if err != nil {
		return err
	}
	defer server.Kill()
	pages := []*loaded{{Name: "this build"}}
	urls := []string{server.URL}
	if s.flags.Before != "" {
		before, err := process.Start(ctx, s.flags.Before, "--log-level", "error")
		if err != nil {
			return fmt.Errorf("start %s: %w", s.flags.Before, err)
		}
		defer before.Kill()
		pages, urls = append(pages, &loaded{Name: "the build before"}), append(urls, before.URL)
	}
	browser, err := roundtrips.NewBrowser(ctx)
	if err != nil {
		return err
	}
	defer browser.Close()
	progress := load.NewProgress(s.progress, "pages loaded", len(pages)*(s.flags.Loads+1))
	defer progress.Stop()
	for round := range s.flags.Loads + 1 { // the first warms up
		for i, one := range pages {
			page, err := browser.Load(urls[i], ui.TextIdle.In(ui.English)) //nolint:contextcheck // the browser has it
			if err != nil {
				return err
			}
			progress.Add(1)
			if round > 0 {
				one.tookSamples = append(one.tookSamples, page.Took.Seconds()*1000)
				one.clientSamples = append(one.clientSamples, page.Client.Seconds()*1000)
				one.memSamples = append(one.memSamples, float64(page.Memory))
			}
		}
	}
	for _, one := range pages {
		one.Took, one.Memory = stats.Summarize(one.tookSamples), stats.Summarize(one.memSamples)
		one.Client, one.ClientRatio = stats.Summarize(one.clientSamples), stats.Ratio(pages[0].clientSamples, one.clientSamples)
		one.TookRatio, one.MemoryRatio = stats.Ratio(pages[0].tookSamples, one.tookSamples), stats.Ratio(pages[0].memSamples, one.memSamples)
		r.Loading = append(r.Loading, *one)
	}
	return nil
}

// opened is when each of opening.Steps happened after START, in milliseconds.
type opened struct {
	Name  string
	Steps []stats.Summary
	P95   float64 // of the last one
}

// measureOpening lets two pages in one browser meet again and again.
func measureOpening(ctx context.Context, s *stage, r *results) error {
	server, err := s.host.Start(ctx, load.HTTP1, "--limits", "off")
	if err != nil {
		return err
	}
	defer server.Kill()
	progress := load.NewProgress(s.progress, "chats opened", 2*(s.flags.Openings+1))
	defer progress.Stop()
	chromium, err := roundtrips.NewBrowser(ctx)
	if err != nil {
		return err
	}
	defer chromium.Close()
	firefox, err := marionette.Start(ctx)
	if err != nil {
		return err
	}
	defer firefox.Close()
	for _, browser := range []struct {
		name string
		open func() (opening.Window, error)
	}{
		{"Chromium", func() (opening.Window, error) { return chromium.Open(server.URL, "true") }}, //nolint:contextcheck // the browser has it
		{"Firefox", func() (opening.Window, error) { return firefox.Open(server.URL) }},
	} {
		first, err := browser.open()
		if err != nil {
			return err
		}
		second, err := browser.open()
		if err != nil {
			return err
		}
		if err := errors.Join(opening.Record(first), opening.Record(second)); err != nil {
			return fmt.Errorf("%s: %w", browser.name, err)
		}
		samples := map[string][]float64{}
		for round := range s.flags.Openings + 1 { // the first warms up
			at, err := opening.Meet(first, second)
			if err != nil {
				return fmt.Errorf("%s: %w", browser.name, err)
			}
			progress.Add(1)
			for name, after := range at {
				if round > 0 {
					samples[name] = append(samples[name], float64(after)/float64(time.Millisecond))
				}
			}
		}
		r.Opening = append(r.Opening, openedOf(browser.name, samples))
	}
	return nil
}

func openedOf(name string, samples map[string][]float64) opened {
	one := opened{Name: name}
	for _, step := range opening.Steps {
		one.Steps = append(one.Steps, stats.Summarize(samples[step]))
	}
	one.P95 = stats.Quantile(samples[opening.Steps[len(opening.Steps)-1]], 0.95)
	return one
}
