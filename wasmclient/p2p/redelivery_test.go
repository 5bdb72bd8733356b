package p2p

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestWhatAPongProvesIsNotSentAgain(t *testing.T) {
	t.Parallel()
	var log sentLog
	now := time.Now()
	add := func(texts ...string) {
		for _, text := range texts {
			log.add([]byte(text), now)
		}
	}
	add("a", "b")
	log.ping(1)
	add("c")
	log.ping(2)
	log.ping(3)
	add("d")
	log.pong(9) // of no ping
	log.pong(1)
	if got := string(bytes.Join(log.restart(), nil)); got != "cd" {
		t.Errorf("sends %q again, want cd", got)
	}
	log.pong(3) // of the connection before
	add("e")
	if got := string(bytes.Join(log.restart(), nil)); got != "e" {
		t.Errorf("sends %q again, want e", got)
	}
}

func TestSentLogIsBounded(t *testing.T) {
	t.Parallel()
	var log sentLog
	now := time.Now()
	log.add([]byte("old"), now.Add(-2*redeliverFor))
	for i := range 2 * redeliverMessages {
		log.ping(uint64(i))
		log.add([]byte(strconv.Itoa(i)), now)
	}
	again := log.restart()
	if len(again) != redeliverMessages || string(again[len(again)-1]) != strconv.Itoa(2*redeliverMessages-1) {
		t.Errorf("%d messages are sent again, want the last %d", len(again), redeliverMessages)
	}
	for range 100 {
		log.add(make([]byte, largestEnvelope), now)
	}
	if got := len(log.restart()); got != redeliverBytes/largestEnvelope {
		t.Errorf("%d large messages are sent again, want %d", got, redeliverBytes/largestEnvelope)
	}
}

func TestMessagesSentAgainAreRecognized(t *testing.T) {
	t.Parallel()
	var log receivedLog
	before, after, long := new(connection), new(connection), strings.Repeat("x", longestMessageID+1)
	for _, step := range []struct {
		id   string
		from *connection
		want bool
	}{
		{"1", before, false}, {"1", before, false}, // a careless peer on one connection
		{"", before, false}, {"2", before, false},
		{"1", after, true}, {"2", after, true}, {"", after, false}, {"3", after, false}, {"3", after, false},
		{"3", before, true}, // the first one was late
		{long, before, false}, {long, after, false},
	} {
		if got := log.again(step.id, step.from); got != step.want {
			t.Errorf("%+v: got %v", step, got)
		}
	}
}
