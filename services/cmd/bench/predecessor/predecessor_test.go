package predecessor_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/bench/predecessor"
)

func TestPairsMeet(t *testing.T) {
	t.Parallel()
	for name, form := range predecessor.Forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(form.Handler())
			t.Cleanup(server.Close)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var people sync.WaitGroup
			for number := range 20 {
				people.Go(func() {
					if err := form.Meet(ctx, http.DefaultClient, server.URL, fmt.Sprint(number/2)); err != nil {
						t.Errorf("person %d: %v", number, err)
					}
				})
			}
			people.Wait()
		})
	}
}

func TestNobodyMeetsAlone(t *testing.T) {
	t.Parallel()
	for name, form := range predecessor.Forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(form.Handler())
			t.Cleanup(server.CloseClientConnections)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := form.Meet(ctx, http.DefaultClient, server.URL, "alone"); err == nil {
				t.Error("somebody who is alone has met somebody")
			}
		})
	}
}
