// Package redactlog keeps secrets and personal data out of logs: it masks
// addresses, tokens and ICE candidates in all records. So the messages of
// libraries can be logged, such as those of net/http that contain addresses.
package redactlog

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
)

var (
	// Three base64url parts, the first a JSON object: a JSON Web Token.
	tokens = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
	// A session description or candidate attribute, to the end of the text.
	descriptions = regexp.MustCompile(`(?s)(v=0\r?\n|a?=?candidate:).*`)
	// Anything that could be an IP address; netip decides.
	addresses = regexp.MustCompile(`[0-9A-Fa-f]*[:.][0-9A-Fa-f:.]*[0-9A-Fa-f:]`)
)

// Text returns the text with secrets and addresses masked.
func Text(text string) string {
	text = descriptions.ReplaceAllString(text, "[session description]")
	text = tokens.ReplaceAllString(text, "[token]")
	return addresses.ReplaceAllStringFunc(text, maskAddress)
}

func maskAddress(text string) string {
	// An address may be followed by punctuation: "192.0.2.7: refused".
	bare := strings.TrimRight(text, ":.")
	switch {
	case isAddress(text):
		return "[address]"
	case isAddress(bare):
		return "[address]" + text[len(bare):]
	}
	return text
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	if err != nil {
		_, err = netip.ParseAddrPort(text)
	}
	return err == nil
}

// New returns a handler that masks records and passes them to next.
func New(next slog.Handler) slog.Handler { return handler{next} }

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	masked := slog.NewRecord(record.Time, record.Level, Text(record.Message), record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		masked.AddAttrs(mask(attr))
		return true
	})
	return h.next.Handle(ctx, masked)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	masked := make([]slog.Attr, 0, len(attrs))
	for _, attr := range attrs {
		masked = append(masked, mask(attr))
	}
	return handler{h.next.WithAttrs(masked)}
}

func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

func mask(attr slog.Attr) slog.Attr {
	value := attr.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(attr.Key, Text(value.String()))
	case slog.KindAny:
		return slog.String(attr.Key, Text(fmt.Sprint(value.Any())))
	case slog.KindGroup:
		var masked []any
		for _, member := range value.Group() {
			masked = append(masked, mask(member))
		}
		return slog.Group(attr.Key, masked...)
	}
	return attr
}
