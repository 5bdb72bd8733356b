// Package marionette drives a Firefox by its Marionette protocol
// (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html), for
// tests and benchmarks. A headless Firefox needs nothing else.
package marionette

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patience bounds the start of the browser and each command.
const patience = time.Minute

// preferences let peers of one machine meet, and connect to nothing else.
const preferences = `user_pref("marionette.port", 0);
user_pref("media.peerconnection.ice.loopback", true);
user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
user_pref("intl.accept_languages", "en-US");
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("browser.safebrowsing.downloads.remote.enabled", false);
user_pref("services.settings.server", "http://127.0.0.1:1");
user_pref("dom.timeout.enable_budget_timer_throttling", false);
`

// Browser is a running Firefox. All methods are safe for concurrent use.
type Browser struct {
	process *exec.Cmd
	profile string
	exited  chan struct{}

	mu         sync.Mutex // held during a command
	connection net.Conn
	answers    *bufio.Reader
	serial     int
	window     string // that commands are for
}

// Find returns the Firefox in PATH, or the one that FIREFOX names; "" if there is
// none.
func Find() string {
	if path := os.Getenv("FIREFOX"); path != "" {
		return path
	}
	for _, name := range []string{"firefox-esr", "firefox"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Start starts a Firefox with an empty profile. Close ends it.
func Start(ctx context.Context) (*Browser, error) {
	path := Find()
	if path == "" {
		return nil, errors.New("no Firefox in PATH, and FIREFOX does not name one: make doctor tells what to install")
	}
	profile, err := os.MkdirTemp("", "wasmp2pchat-firefox-")
	if err != nil {
		return nil, err
	}
	b := &Browser{profile: profile, exited: make(chan struct{})}
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(preferences), 0o600); err != nil {
		return nil, errors.Join(err, os.RemoveAll(profile))
	}
	b.process = exec.CommandContext(ctx, path, "--headless", "--no-remote", "--marionette", "--profile", profile) //nolint:gosec // the Firefox of this machine
	b.process.Env = append(os.Environ(), "HOME="+profile)
	if err := b.process.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start Firefox: %w", err), os.RemoveAll(profile))
	}
	go func() {
		_ = b.process.Wait()
		close(b.exited)
	}()
	if err := b.connect(ctx); err != nil {
		b.Close()
		return nil, fmt.Errorf("connect to Firefox: %w", err)
	}
	return b, nil
}

// Close ends the browser.
func (b *Browser) Close() {
	if b.connection != nil {
		_ = b.connection.Close()
	}
	_ = b.process.Process.Kill()
	<-b.exited
	_ = os.RemoveAll(b.profile)
}

// connect waits until Firefox has written on which port it listens.
func (b *Browser) connect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		port, err := os.ReadFile(filepath.Join(b.profile, "MarionetteActivePort"))
		if err == nil {
			b.connection, err = new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strings.TrimSpace(string(port))))
		}
		if err == nil {
			break
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-b.exited:
			return errors.New("it has ended")
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		}
	}
	b.answers = bufio.NewReader(b.connection)
	if _, err := b.read(); err != nil { // its greeting
		return err
	}
	return b.command("WebDriver:NewSession", map[string]any{"acceptInsecureCerts": true}, nil)
}

// read reads a message, which follows its length and a colon.
func (b *Browser) read() ([]byte, error) {
	text, err := b.answers.ReadString(':')
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(strings.TrimSuffix(text, ":"))
	if err != nil {
		return nil, err
	}
	data := make([]byte, length)
	_, err = io.ReadFull(b.answers, data)
	return data, err
}

// command sends a command and decodes its result.
func (b *Browser) command(name string, parameters map[string]any, result any) error {
	b.serial++
	data, err := json.Marshal([]any{0, b.serial, name, parameters})
	if err != nil {
		return err
	}
	if err := b.connection.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(b.connection, "%d:%s", len(data), data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	answer, err := b.read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var parts [4]json.RawMessage // 1, the serial, an error or null, the result
	if err := json.Unmarshal(answer, &parts); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if string(parts[2]) != "null" {
		return fmt.Errorf("%s: %s", name, parts[2])
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(parts[3], result)
}
