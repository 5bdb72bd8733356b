// Package faultkit injects faults for tests: in the TCP connections to a server,
// in the packets between two peers, and in the server itself. A schedule made
// from a seed says which fault happens to whom, and when.
package faultkit
