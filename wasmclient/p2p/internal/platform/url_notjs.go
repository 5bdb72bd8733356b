//go:build !js

package platform

import "net/url"

// ParseURL returns scheme, host and port of the URL of a server, and the host alone.
// Both are empty if no server can have it.
func ParseURL(text string) (origin, host string) {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", ""
	}
	return parsed.Scheme + "://" + parsed.Host, parsed.Hostname()
}
