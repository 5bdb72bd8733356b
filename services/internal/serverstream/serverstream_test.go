package serverstream_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/serverstream"
)

// silent never has an event.
func silent(ctx context.Context) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	failure := errors.New("failure")
	for name, test := range map[string]struct {
		change func(s *serverstream.Stream[int], cancel, drain context.CancelFunc)
		after  time.Duration
		want   error
	}{
		"at its longest life": {
			func(*serverstream.Stream[int], context.CancelFunc, context.CancelFunc) {}, 50 * time.Minute, serverstream.ErrRotate,
		},
		"as early as asked": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) { s.Longest = 2 * time.Second }, 2 * time.Second, serverstream.ErrRotate,
		},
		"never later": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) { s.Longest = time.Hour }, 50 * time.Minute, serverstream.ErrRotate,
		},
		"when the server drains": {
			func(_ *serverstream.Stream[int], _, drain context.CancelFunc) { time.AfterFunc(time.Minute, drain) }, time.Minute, serverstream.ErrDraining,
		},
		"when the client goes": {
			func(_ *serverstream.Stream[int], cancel, _ context.CancelFunc) { time.AfterFunc(time.Minute, cancel) }, time.Minute, context.Canceled,
		},
		"after the last event": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Next = func(context.Context) (int, error) { return 0, io.EOF }
			}, 0, nil,
		},
		"when the engine fails": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Next = func(context.Context) (int, error) { return 0, failure }
			}, 0, failure,
		},
		"when its reader is slow": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Next = func(context.Context) (int, error) { return 1, nil }
				s.Send = func(int) error { time.Sleep(serverstream.SlowWrite + time.Second); return nil }
			}, serverstream.SlowWrite + time.Second, serverstream.ErrSlowReader,
		},
		"when its reader is slow with the last event": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				sent := false
				s.Next = func(context.Context) (int, error) {
					if sent {
						return 0, io.EOF
					}
					return 1, nil
				}
				s.Send = func(int) error { sent = true; time.Sleep(serverstream.SlowWrite + time.Second); return nil }
			}, serverstream.SlowWrite + time.Second, nil,
		},
		"when an event cannot be written": {
			func(s *serverstream.Stream[int], _, _ context.CancelFunc) {
				s.Next = func(context.Context) (int, error) { return 1, nil }
				s.Send = func(int) error { return failure }
			}, 0, failure,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				draining, drain := context.WithCancel(context.Background())
				defer drain()
				stream := serverstream.Stream[int]{
					Next: silent, Send: func(int) error { return nil }, Beat: func() error { return nil }, Draining: draining,
				}
				test.change(&stream, cancel, drain)
				began := time.Now()
				if err := stream.Run(ctx); !errors.Is(err, test.want) || time.Since(began) != test.after {
					t.Errorf("ended after %v with %v, want after %v with %v", time.Since(began), err, test.after, test.want)
				}
			})
		})
	}
}

// TestBeats checks the pause between messages, events included.
func TestBeats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := make(chan int)
		go func() {
			for i := range 100 {
				time.Sleep(7 * time.Second) // the bubble's clock
				events <- i
			}
			time.Sleep(10 * time.Minute)
			close(events)
		}()
		sent, beats, last := 0, 0, time.Now()
		alive := func() {
			if pause := time.Since(last); pause > 12*time.Second {
				t.Errorf("silent for %v", pause)
			}
			last = time.Now()
		}
		err := serverstream.Stream[int]{
			Next: func(ctx context.Context) (int, error) {
				select {
				case event, open := <-events:
					if !open {
						return 0, io.EOF
					}
					return event, nil
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			},
			Send:     func(int) error { sent++; alive(); return nil },
			Beat:     func() error { beats++; alive(); return nil },
			Draining: context.Background(),
		}.Run(t.Context())
		if err != nil || sent != 100 || beats < 45 {
			t.Errorf("%d events, %d heartbeats, %v", sent, beats, err)
		}
	})
}
