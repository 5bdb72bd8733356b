// Package examples holds small programs that use the SDK or the documented protocol, one in
// each folder, and tests that run them against a real server.
package examples
