package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const programPackage = "github.com/wasmp2pchat/wasmp2pchat/services/cmd/wasmp2pchat"

// notices returns the licenses of everything that is linked into the program or
// the client, or is part of the page in the folder web, as those licenses ask for. A module
// without a license is an error.
func notices(ctx context.Context, goroot, web string) ([]byte, error) {
	folders := map[string]string{"Go": goroot, "uqr 0.1.3": filepath.Join(web, "vendored", "uqr")}
	for _, linked := range []struct {
		name        string
		environment []string
	}{{programPackage, nil}, {clientPackage, []string{"GOOS=js", "GOARCH=wasm"}}} {
		const form = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"
		command := exec.CommandContext(ctx, "go", "list", "-deps", "-f", form, linked.name) //nolint:gosec // arguments of our own
		command.Env = append(os.Environ(), linked.environment...)
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			return nil, fmt.Errorf("list the modules of %s: %w", linked.name, err)
		}
		for line := range strings.Lines(string(out)) {
			if module, folder, found := strings.Cut(strings.TrimSpace(line), "\t"); found {
				folders[module] = folder
			}
		}
	}
	var text strings.Builder
	text.WriteString("WasmP2PChat contains the following software.\n")
	for _, module := range slices.Sorted(maps.Keys(folders)) {
		licenses, err := licensesIn(folders[module])
		if err != nil {
			return nil, fmt.Errorf("licenses of %s: %w", module, err)
		}
		fmt.Fprintf(&text, "\n%s\n%s\n\n%s", strings.Repeat("=", 78), module, licenses)
	}
	return []byte(text.String()), nil
}

// licensesIn returns the texts of a module's license files.
func licensesIn(folder string) (string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, entry := range entries {
		name, _, _ := strings.Cut(strings.ToUpper(entry.Name()), ".")
		if entry.IsDir() || !slices.Contains([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS"}, name) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(folder, entry.Name())) //nolint:gosec // of a module
		if err != nil {
			return "", err
		}
		text.Write(content)
		text.WriteString("\n")
	}
	if text.Len() == 0 {
		return "", fmt.Errorf("%s has none", folder)
	}
	return text.String(), nil
}
