//go:build !js

package faultkit

import (
	"net/http"
	"testing"
	"time"
)

func TestProgramIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	program := NewProgram(t, BuildProgram(t))
	client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
	t.Cleanup(client.CloseIdleConnections)
	get := func() error {
		response, err := client.Get(program.URL())
		if err == nil {
			response.Body.Close()
		}
		return err
	}
	for life := range 2 {
		program.Start(t)
		if err := get(); err != nil {
			t.Errorf("life %d: %v", life, err)
		}
		program.Kill()
		if err := get(); err == nil {
			t.Errorf("life %d: a killed program answered", life)
		}
	}
}
