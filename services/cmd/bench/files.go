package main

import (
	"context"
	"fmt"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/files"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/roundtrips"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/load"
	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/stats"
)

// passed is how fast files pass from peer to peer.
type passed struct {
	Name       string
	File, Bare stats.Summary // MB a second
	Share      stats.Summary // of the bare channel's speed
}

// measureFiles lets files pass, in turn with the same bytes on a bare data channel.
func measureFiles(ctx context.Context, s *stage, r *results) error {
	server, err := s.host.Start(ctx, load.HTTP1, "--limits", "off")
	if err != nil {
		return err
	}
	defer server.Kill()
	progress := load.NewProgress(s.progress, "files passed", 6*(s.flags.Files+1))
	defer progress.Stop()
	native := func() (file, bare files.Pair, err error) {
		if file, err = files.NewRoom(ctx, server.URL); err == nil {
			bare, err = files.NewBare(ctx)
		}
		return file, bare, err
	}
	browser, err := roundtrips.NewBrowser(ctx)
	if err != nil {
		return err
	}
	defer browser.Close()
	bareChannel := func() (windows [2]*roundtrips.Window, bare files.Pair, err error) { //nolint:contextcheck // the browser has it
		for i := range windows {
			if windows[i], err = browser.Open(server.URL, "true"); err != nil {
				return windows, nil, err
			}
		}
		bare, err = files.NewBareChannel(windows[0], windows[1])
		return windows, bare, err
	}
	page := func() (file, bare files.Pair, err error) {
		windows, bare, err := bareChannel()
		if err == nil {
			file, err = files.NewPages(windows[0], windows[1])
		}
		return file, bare, err
	}
	plain := func() (file, bare files.Pair, err error) {
		if _, bare, err = bareChannel(); err != nil {
			return nil, nil, err
		}
		return files.NewSaving(bare), bare, nil
	}
	for _, way := range []struct {
		name string
		open func() (file, bare files.Pair, err error)
	}{
		{"SDK with pion, both sides in one process", native},
		{"page in Chromium, two tabs", page},
		{"the same work in JavaScript, without a protocol", plain},
	} {
		file, bare, err := way.open()
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		one, err := s.passFiles(ctx, way.name, file, bare, progress)
		file.Close()
		bare.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		r.Files = append(r.Files, one)
	}
	return nil
}

func (s *stage) passFiles(ctx context.Context, name string, file, bare files.Pair, progress *load.Progress) (passed, error) {
	var speeds [2][]float64
	for round := range s.flags.Files + 1 { // the first warms up
		for i, pair := range []files.Pair{file, bare} {
			took, err := pair.Pass(ctx, s.flags.FileSize)
			if err != nil {
				return passed{}, err
			}
			progress.Add(1)
			if round > 0 {
				speeds[i] = append(speeds[i], float64(s.flags.FileSize)/1e6/took.Seconds())
			}
		}
	}
	return passed{name, stats.Summarize(speeds[0]), stats.Summarize(speeds[1]), stats.Ratio(speeds[0], speeds[1])}, nil
}
