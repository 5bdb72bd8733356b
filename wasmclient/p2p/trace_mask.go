package p2p

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// maskedFields are the fields whose values let others act as this person, or recognize
// them. A test has those that are shown: together they are all fields of text and bytes.
var maskedFields = []string{
	"wasmp2pchat.chat.v1.InviteProof.value",
	"wasmp2pchat.chat.v1.Proof.value",
	"wasmp2pchat.matchmaking.v1.CancelMatchRequest.requestId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.requestId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.clientId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.avoid",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.recent",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.requeueToken",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.introduction", // unless it is a batch of signals
	"wasmp2pchat.matchmaking.v1.Matched.roomToken",
	"wasmp2pchat.matchmaking.v1.Member.introduction", // likewise
	"wasmp2pchat.matchmaking.v1.Member.pseudonym",
	"wasmp2pchat.signaling.v1.Connected.peerProof",
	"wasmp2pchat.signaling.v1.IceServer.credential",
	"wasmp2pchat.signaling.v1.IceServer.username",
	"wasmp2pchat.signaling.v1.Peer.pseudonym",
	"wasmp2pchat.signaling.v1.RoomClosed.requeueToken",
	"wasmp2pchat.signaling.v1.Welcome.proof",
}

// show returns the JSON that is shown of the text in a field, or "" for all of it.
func (t *tracing) show(field, text string) string {
	switch {
	case field == "wasmp2pchat.signaling.v1.SessionDescription.sdp":
		return litejson.Quote(maskPasswords(text))
	case strings.HasSuffix(field, ".introduction"):
		if data, err := base64.StdEncoding.DecodeString(text); err == nil {
			if batch, err := t.schema.JSON("wasmp2pchat.signaling.v1.SignalBatch", data, t.show); err == nil {
				return batch
			}
		}
	case !slices.Contains(maskedFields, field):
		return ""
	}
	return litejson.Quote(mask(text))
}

// mask returns how long a secret is, and its first four characters if those are a small
// part of it.
func mask(secret string) string {
	const shown = 4
	characters, start := 0, ""
	for at := range secret {
		if characters == shown {
			start = secret[:at]
		}
		characters++
	}
	if characters < 4*shown {
		start = ""
	}
	return start + "… (" + strconv.Itoa(characters) + " characters)"
}

// maskPasswords masks the passwords of ICE in a description (RFC 8839, section 5.4).
func maskPasswords(sdp string) string {
	const name = "ice-pwd:"
	for at := 0; ; {
		found := strings.Index(sdp[at:], name)
		if found < 0 {
			return sdp
		}
		at += found + len(name)
		end := at
		for end < len(sdp) && sdp[end] != '\r' && sdp[end] != '\n' {
			end++
		}
		masked := mask(sdp[at:end])
		sdp = sdp[:at] + masked + sdp[end:]
		at += len(masked)
	}
}
