package p2p

import (
	"encoding/base64"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// shownClaims are the claims and headers of a JSON Web Token (RFC 7519, sections 4.1 and 5)
// whose texts say nothing of anybody. What else the tokens of the server have is sealed.
var shownClaims = []string{"alg", "typ", "kid", "iss", "aud"}

// showToken returns the header and the claims of a JSON Web Token, as JSON. Texts besides
// shownClaims are masked. What cannot be read is masked as a whole.
func showToken(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return string(litejson.Quote(nil, mask(token)))
	}
	return `{"header":` + showPart(parts[0]) + `,"claims":` + showPart(parts[1]) + "}"
}

func showPart(part string) string {
	data, err := base64.RawURLEncoding.DecodeString(part)
	if shown, ok := showClaims(string(data)); ok && err == nil {
		return shown
	}
	return string(litejson.Quote(nil, mask(part)))
}

// showClaims returns an object of texts and whole numbers, in compact JSON. It reads no
// more of JSON than that, and returns false for all else.
func showClaims(object string) (shown string, ok bool) {
	rest, opened := strings.CutPrefix(object, "{")
	rest, closed := strings.CutSuffix(rest, "}")
	if !opened || !closed || !utf8.ValidString(rest) {
		return "", false
	}
	out := []byte{'{'}
	for ok = true; ok && rest != ""; {
		var name, value string
		if len(out) > 1 {
			out = append(out, ',')
			rest, ok = cutPrefix(rest, ",", ok)
		}
		name, rest, ok = cutText(rest, ok)
		out = append(litejson.Quote(out, name), ':')
		rest, ok = cutPrefix(rest, ":", ok)
		if digits := len(rest) - len(strings.TrimLeft(rest, "0123456789")); digits == 1 || digits > 1 && rest[0] != '0' {
			out, rest = append(out, rest[:digits]...), rest[digits:]
			continue
		}
		if value, rest, ok = cutText(rest, ok); !slices.Contains(shownClaims, name) {
			value = mask(value)
		}
		out = litejson.Quote(out, value)
	}
	return string(append(out, '}')), ok
}

func cutPrefix(text, prefix string, ok bool) (rest string, still bool) {
	rest, found := strings.CutPrefix(text, prefix)
	return rest, ok && found
}

// cutText cuts a string of JSON without escapes off the beginning of text.
func cutText(text string, ok bool) (content, rest string, still bool) {
	text, opened := strings.CutPrefix(text, `"`)
	content, rest, closed := strings.Cut(text, `"`)
	return content, rest, ok && opened && closed && !strings.ContainsRune(content, '\\')
}
