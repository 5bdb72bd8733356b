package delivery

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhatAPongProvesIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var log Sent
	now := time.Now()
	add := func(texts ...string) {
		for _, text := range texts {
			log.Add([]byte(text), now)
		}
	}
	add("a", "b")
	log.Ping(1)
	add("c")
	log.Ping(2)
	log.Ping(3)
	add("d")
	log.Pong(9) // of no ping
	log.Pong(1)
	if got := string(bytes.Join(log.Restart(), nil)); got != "cd" {
		t.Errorf("sends %q again, want cd", got)
	}
	log.Pong(3) // of the connection before
	add("e")
	if got := string(bytes.Join(log.Restart(), nil)); got != "e" {
		t.Errorf("sends %q again, want e", got)
	}
}

func TestSentLogIsBounded(t *testing.T) {
	t.Parallel()
	var log Sent
	now := time.Now()
	log.Add([]byte("old"), now.Add(-2*redeliverFor))
	for i := range 2 * redeliverMessages {
		log.Ping(uint64(i))
		log.Add([]byte(strconv.Itoa(i)), now)
	}
	again := log.Restart()
	if len(again) != redeliverMessages || string(again[len(again)-1]) != strconv.Itoa(2*redeliverMessages-1) {
		t.Errorf("%d messages are sent again, want the last %d", len(again), redeliverMessages)
	}
	for range 100 {
		log.Add(make([]byte, (64<<10)), now)
	}
	if got := len(log.Restart()); got != redeliverBytes/(64<<10) {
		t.Errorf("%d large messages are sent again, want %d", got, redeliverBytes/(64<<10))
	}
}

func TestMessagesSentAgainAreRecognized(t *testing.T) {
	t.Parallel()
	var log Received
	before, after, long := new(int), new(int), strings.Repeat("x", longestMessageID+1)
	for _, step := range []struct {
		id   string
		from *int
		want bool
	}{
		{"1", before, false}, {"1", before, false}, // a careless peer on one connection
		{"", before, false}, {"2", before, false},
		{"1", after, true}, {"2", after, true}, {"", after, false}, {"3", after, false}, {"3", after, false},
		{"3", before, true}, // the first one was late
		{long, before, false}, {long, after, false},
	} {
		if got := log.Again(step.id, step.from); got != step.want {
			t.Errorf("%+v: got %v", step, got)
		}
	}
}
