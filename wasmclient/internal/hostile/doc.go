// Package hostile is a peer that attacks the partner it is matched with, for
// tests of the SDK and of the page. It speaks to the server and over the data
// channels without the SDK.
package hostile
