package p2p

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// showToken returns the header and the claims of a JSON Web Token (RFC 7519), as JSON. What
// is not such a token is masked.
func showToken(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return litejson.Quote(mask(token))
	}
	return `{"header":` + showPart(parts[0]) + `,"claims":` + showPart(parts[1]) + "}"
}

// showPart returns a part of a token, which is JSON. Its long texts are masked: names and
// ids are shorter, and what the server has sealed is longer.
func showPart(part string) string {
	const longest = 32
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil || !utf8.Valid(data) {
		return litejson.Quote(mask(part))
	}
	texts := strings.Split(string(data), `"`)
	for i := 1; i < len(texts); i += 2 {
		if len(texts[i]) > longest {
			texts[i] = mask(texts[i])
		}
	}
	return strings.Join(texts, `"`)
}
