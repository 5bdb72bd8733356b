package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/wasmp2pchat/wasmp2pchat/services/cmd/internal/people"
)

const (
	// meetEvery is how often a pair begins to meet. It leaves the cores to the
	// server.
	meetEvery = 10 * time.Millisecond
	// meetWithin is how long a pair may take before it counts as failed.
	meetWithin = 10 * time.Second
)

// felt is what honest people notice of a server.
type felt struct {
	took   []time.Duration // of each pair that met, sorted
	failed int
	first  error // of those that failed
}

// quantile returns how long the given share of the pairs took at most: for ever
// for those that failed.
func (f felt) quantile(share float64) time.Duration {
	i := int(share * float64(len(f.took)+f.failed-1))
	if i < 0 || i >= len(f.took) {
		return math.MaxInt64
	}
	return f.took[i]
}

// meetFor lets pairs meet one after the other, for some time.
func meetFor(ctx context.Context, url string, lasting time.Duration) felt {
	var f felt
	ticker := time.NewTicker(meetEvery)
	defer ticker.Stop()
	for end := time.Now().Add(lasting); time.Now().Before(end) && ctx.Err() == nil; <-ticker.C {
		began := time.Now()
		if err := meet(ctx, url); err != nil {
			f.failed++
			if f.first == nil {
				f.first = err
			}
			continue
		}
		f.took = append(f.took, time.Since(began))
	}
	slices.Sort(f.took)
	return f
}

// meet lets two strangers, who come from addresses and over connections of
// their own, find each other, negotiate, report and leave.
func meet(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, meetWithin)
	defer cancel()
	var two [2]people.Person
	for i := range two {
		client := newcomer()
		defer client.CloseIdleConnections()
		two[i] = people.New(client, url, url)
	}
	matches, err := people.Meet(ctx, people.StepByStep, "honest-"+strings.ToLower(rand.Text()), two)
	if err != nil {
		return err
	}
	return errors.Join(two[0].Leave(ctx, matches[0]), two[1].Leave(ctx, matches[1]))
}

// newcomer returns a client with a new connection from a new address, in a
// network without an attacker.
func newcomer() *http.Client {
	address := fmt.Sprintf("127.%d.%d.%d", 1+mathrand.N(255), mathrand.N(256), 1+mathrand.N(254)) //nolint:gosec // any will do
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Client{Transport: &http.Transport{
		Protocols: protocols, DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext,
	}}
}
