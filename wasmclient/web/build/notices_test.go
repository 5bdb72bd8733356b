package main

import (
	"strings"
	"testing"
)

// TestNotices checks that the licenses of Go, of a module of the program alone
// and of one of the client are there.
func TestNotices(t *testing.T) {
	t.Parallel()
	goroot, err := goOutput(t.Context(), nil, "env", "GOROOT")
	if err != nil {
		t.Fatal(err)
	}
	text, err := notices(t.Context(), goroot, "..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\nGo\n", "The Go Authors", "\ngithub.com/redis/rueidis v", "\nconnectrpc.com/connect v", "\nuqr ", "Permission is hereby granted",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q among the notices", want)
		}
	}
}
