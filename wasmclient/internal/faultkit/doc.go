// Package faultkit breaks things for tests, on purpose and on demand: the TCP
// connections to a server, the packets between two peers, the server itself.
// A schedule made from a seed says what breaks for whom, and when.
package faultkit
