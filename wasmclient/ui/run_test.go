package ui

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRunShowsAndPerforms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		queue := NewQueue()
		var shown []Phase
		var begun, performed []Effect
		done := make(chan struct{})
		go func() {
			defer close(done)
			begin := func(effect Effect) {
				begun = append(begun, effect)
				if find, ok := effect.(Find); ok {
					if len(shown) != 1 {
						t.Error("the page is drawn before the search begins")
					}
					queue.Post(met(find.Search)) // posting from inside must not deadlock
				}
			}
			perform := func(effect Effect) {
				performed = append(performed, effect)
			}
			Run(ctx, queue, begin, func(state State) { shown = append(shown, state.Phase) }, perform)
		}()
		synctest.Wait()
		queue.Post(Start{})
		synctest.Wait()
		if want := []Phase{PhaseIdle, PhaseSearching, PhaseConnected}; !slices.Equal(shown, want) {
			t.Errorf("shown %v, want %v", shown, want)
		}
		want := []Effect{Find{Search: 1, GroupSize: 2}, Focus{TargetPage}, Focus{TargetInput}}
		if !reflect.DeepEqual(begun, want) || !reflect.DeepEqual(performed, want) {
			t.Errorf("begun %v, performed %v, want %v", begun, performed, want)
		}
		cancel()
		<-done
	})
}

// TestRunShowsWhatTimeChanges wants the end of what is shown for a limited time shown in time.
func TestRunShowsWhatTimeChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		queue := NewQueue()
		for _, event := range []Event{Start{}, met(1), MemberTyping{1, 1}} {
			queue.Post(event)
		}
		began := time.Now()
		var typing []bool
		var at []time.Duration
		go Run(ctx, queue, func(Effect) {}, func(state State) {
			typing = append(typing, Present(state, English).Typing != "")
			at = append(at, time.Since(began))
		}, func(Effect) {})
		time.Sleep(time.Hour)
		synctest.Wait()
		if want := []bool{false, true, false}; !slices.Equal(typing, want) {
			t.Errorf("shown %v, want %v", typing, want)
		}
		if want := []time.Duration{0, 0, showTypingFor}; !slices.Equal(at, want) {
			t.Errorf("shown at %v, want %v", at, want)
		}
	})
}

func TestRunShowsABurstOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		queue := NewQueue()
		queue.Post(Start{})
		queue.Post(met(1))
		const burst = 100
		for range burst {
			queue.Post(Received{1, 1, "hi"})
		}
		var shown []int
		go Run(ctx, queue, func(Effect) {}, func(state State) { shown = append(shown, len(state.Messages)) }, func(Effect) {})
		synctest.Wait()
		if want := []int{0, burst}; !slices.Equal(shown, want) {
			t.Errorf("messages shown %v, want %v", shown, want)
		}
	})
}
