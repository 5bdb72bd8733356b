// Package doctor tests that .ci/doctor finds what a machine lacks and prints the
// one command that installs it, on machines made of fake programs.
package doctor

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A machine is a folder that is the whole PATH. It has fake programs, each a
// script, and the system's tools that doctor itself uses.
type machine string

// complete returns a machine that has everything, without a package manager.
func complete(t *testing.T) machine {
	t.Helper()
	m := machine(t.TempDir())
	for _, tool := range []string{"sh", "head", "tr", "sed", "uname", "cat", "chmod"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path, filepath.Join(string(m), tool)); err != nil {
			t.Fatal(err)
		}
	}
	m.add(t, "go", `[ "$2" = CC ] && echo gcc || echo go1.26.3`)
	m.add(t, "git", "echo git version 2.39.5")
	m.add(t, "make", "echo GNU Make 4.3")
	m.add(t, "gcc", "echo gcc 12.2.0")
	m.add(t, "node", "echo v20.20.2")
	m.add(t, "npx", "echo 10.1.0")
	m.add(t, "chromium", "echo Chromium 150")
	m.add(t, "firefox-esr", "echo Mozilla Firefox 140")
	m.add(t, "redis-server", "echo Redis server v=7.0.15")
	m.add(t, "nginx", "echo nginx version: nginx/1.22.1 >&2")
	m.add(t, "ip", "echo ip utility, iproute2-6.1.0 >&2")
	m.add(t, "nft", "echo nftables v1.0.6")
	m.add(t, "turnserver", "echo 4.6.1")
	m.add(t, "id", "echo 1000")
	return m
}

func (m machine) add(t *testing.T, program, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(string(m), program), []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func (m machine) remove(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if err := os.Remove(filepath.Join(string(m), program)); err != nil {
			t.Fatal(err)
		}
	}
}

// becomesRoot gives the machine a package manager that installs chromium, and
// fails at everything else.
func (m machine) becomesRoot(t *testing.T, manager string) {
	t.Helper()
	m.add(t, "id", "echo 0")
	m.add(t, manager, `echo "ran $0 $*"
case "$*" in
update) exit 0 ;;
*chromium*) echo '#!/bin/sh' > "${0%/*}/chromium" && chmod +x "${0%/*}/chromium" ;;
*) exit 100 ;;
esac`)
}

// doctor runs on the machine and returns what it prints and its exit code.
func (m machine) doctor(t *testing.T, arguments ...string) (string, int) {
	t.Helper()
	text, err := os.ReadFile("../../../.ci/doctor")
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-s", "--"}, arguments...)...)
	command.Stdin = strings.NewReader(strings.ReplaceAll(string(text), "/usr/sbin", string(m)))
	command.Env = []string{"PATH=" + string(m)}
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), command.ProcessState.ExitCode()
}

func TestNothingMissing(t *testing.T) {
	t.Parallel()
	out, code := complete(t).doctor(t)
	if code != 0 || strings.Contains(out, "MISSING") {
		t.Errorf("exit code %d on a machine that has everything:\n%s", code, out)
	}
	for _, need := range []string{"go1.26.3", "git version 2.39.5", "GNU Make 4.3", "gcc 12.2.0", "v20.20.2", "10.1.0", "Chromium 150", "Firefox 140", "v=7.0.15", "nginx/1.22.1", "iproute2-6.1.0", "nftables v1.0.6", "4.6.1"} {
		if !strings.Contains(out, need) {
			t.Errorf("does not tell %q:\n%s", need, out)
		}
	}
}

func TestMissingIsNamedWithItsCommand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		change  func(*testing.T, machine)
		missing string
		command string
	}{
		{
			name:    "no Chromium on Debian",
			change:  func(t *testing.T, m machine) { m.remove(t, "chromium"); m.add(t, "apt-get", "exit 1") },
			missing: "chromium",
			command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium",
		},
		{
			name: "no Node, no compiler on Fedora",
			change: func(t *testing.T, m machine) {
				m.remove(t, "node", "npx", "gcc")
				m.add(t, "dnf", "exit 1")
			},
			missing: "cc node npx",
			command: "sudo dnf install -y gcc glibc-devel nodejs npm",
		},
		{
			name: "root of Alpine without git and make",
			change: func(t *testing.T, m machine) {
				m.remove(t, "git", "make")
				m.add(t, "apk", "exit 1")
				m.add(t, "id", "echo 0")
			},
			missing: "git make",
			command: "apk add git make",
		},
		{
			name: "no networks and no coturn on Debian",
			change: func(t *testing.T, m machine) {
				m.remove(t, "ip", "nft", "turnserver")
				m.add(t, "apt-get", "exit 1")
			},
			missing: "ip nft turnserver",
			command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends iproute2 nftables coturn",
		},
		{
			name:    "a compiler without headers",
			change:  func(t *testing.T, m machine) { m.add(t, "gcc", "exit 1"); m.add(t, "apt-get", "exit 1") },
			missing: "cc",
			command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends gcc libc6-dev",
		},
		{
			name:    "an old Node on Debian, whose own is as old",
			change:  func(t *testing.T, m machine) { m.add(t, "node", "echo v18.20.4"); m.add(t, "apt-get", "exit 1") },
			missing: "node",
			command: "curl -fsSL https://deb.nodesource.com/setup_22.x | sudo bash - && sudo apt-get install -y nodejs",
		},
		{
			name:    "an old Go",
			change:  func(t *testing.T, m machine) { m.add(t, "go", `[ "$2" = CC ] && echo gcc || echo go1.19.8`) },
			missing: "go",
			command: "curl -fsSL https://go.dev/dl/go1.26.0.",
		},
		{
			name:    "no Redis, no nginx on Debian",
			change:  func(t *testing.T, m machine) { m.remove(t, "redis-server", "nginx"); m.add(t, "apt-get", "exit 1") },
			missing: "redis-server nginx",
			command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends redis-server nginx",
		},
		{
			name:    "no Firefox on Debian",
			change:  func(t *testing.T, m machine) { m.remove(t, "firefox-esr"); m.add(t, "apt-get", "exit 1") },
			missing: "firefox",
			command: "sudo apt-get update && sudo apt-get install -y --no-install-recommends firefox-esr",
		},
		{
			name:    "no Firefox on Fedora",
			change:  func(t *testing.T, m machine) { m.remove(t, "firefox-esr"); m.add(t, "dnf", "exit 1") },
			missing: "firefox",
			command: "sudo dnf install -y firefox",
		},
		{
			name:    "no Redis on Alpine",
			change:  func(t *testing.T, m machine) { m.remove(t, "redis-server"); m.add(t, "apk", "exit 1") },
			missing: "redis-server",
			command: "sudo apk add redis",
		},
		{
			name:    "an unknown system",
			change:  func(t *testing.T, m machine) { m.remove(t, "chromium", "git") },
			missing: "git chromium",
			command: "install with your package manager: git chromium",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := complete(t)
			tt.change(t, m)
			out, code := m.doctor(t)
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if want := "Missing: " + tt.missing + ". Install with:\n\n    " + tt.command; !strings.Contains(out, want) {
				t.Errorf("does not say %q:\n%s", want, out)
			}
		})
	}
}

func TestRootInstalls(t *testing.T) {
	t.Parallel()
	m := complete(t)
	m.remove(t, "chromium")
	m.becomesRoot(t, "apt-get")
	if out, code := m.doctor(t); code != 1 || strings.Contains(out, "ran ") {
		t.Errorf("without --install: exit code %d, want 1 and nothing installed:\n%s", code, out)
	}
	out, code := m.doctor(t, "--install")
	if code != 0 {
		t.Errorf("exit code %d after the installation, want 0:\n%s", code, out)
	}
	updated, installed := strings.Index(out, "/apt-get update\n"), strings.Index(out, "/apt-get install -y --no-install-recommends chromium\n")
	if updated < 0 || installed < updated {
		t.Errorf("want apt-get update, then install:\n%s", out)
	}
}

func TestFailedInstallationFails(t *testing.T) {
	t.Parallel()
	m := complete(t)
	m.remove(t, "npx")
	m.becomesRoot(t, "dnf")
	out, code := m.doctor(t, "--install")
	if want := "Missing: npx. Install with:\n\n    dnf install -y npm"; code != 1 || !strings.Contains(out, want) {
		t.Errorf("exit code %d, want 1 and %q:\n%s", code, want, out)
	}
}

func TestWhoIsNotRootInstallsNothing(t *testing.T) {
	t.Parallel()
	m := complete(t)
	m.remove(t, "chromium")
	m.becomesRoot(t, "apk")
	m.add(t, "id", "echo 1000")
	if out, code := m.doctor(t, "--install"); code != 1 || strings.Contains(out, "ran ") {
		t.Errorf("exit code %d, want 1 and nothing installed:\n%s", code, out)
	}
}
