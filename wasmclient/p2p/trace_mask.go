package p2p

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maskedFields are the fields whose values let others act as this person, or recognize
// them. A test has those that are shown: together they are all fields of text and bytes.
var maskedFields = []string{
	"wasmp2pchat.chat.v1.Proof.value",
	"wasmp2pchat.matchmaking.v1.CancelMatchRequest.requestId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.requestId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.clientId",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.avoid",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.recent",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.requeueToken",
	"wasmp2pchat.matchmaking.v1.FindMatchRequest.introduction", // if it is no batch of signals
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

// maskField returns what is shown of the text in a field.
func maskField(field, text string) string {
	switch {
	case slices.Contains(maskedFields, field):
		return mask(text)
	case field == "wasmp2pchat.signaling.v1.SessionDescription.sdp":
		return maskPasswords(text)
	default:
		return text
	}
}

// embeddedIn returns the message that is encoded in a field of bytes, or "".
func embeddedIn(field string) string {
	switch field {
	case "wasmp2pchat.matchmaking.v1.FindMatchRequest.introduction", "wasmp2pchat.matchmaking.v1.Member.introduction":
		return "wasmp2pchat.signaling.v1.SignalBatch"
	default:
		return ""
	}
}

// mask returns how long a secret is, and its first four characters if those are a small
// part of it.
func mask(secret string) string {
	const shown = 4
	length := utf8.RuneCountInString(secret)
	start := 0
	for range shown {
		if _, size := utf8.DecodeRuneInString(secret[start:]); length >= 4*shown {
			start += size
		}
	}
	return secret[:start] + "… (" + strconv.Itoa(length) + " characters)"
}

// maskPasswords masks the passwords of ICE in a description (RFC 8839, section 5.4).
func maskPasswords(sdp string) string {
	const name = "ice-pwd:"
	var shown strings.Builder
	for {
		before, rest, found := strings.Cut(sdp, name)
		shown.WriteString(before)
		if !found {
			return shown.String()
		}
		end := strings.IndexAny(rest, "\r\n")
		if end < 0 {
			end = len(rest)
		}
		shown.WriteString(name)
		shown.WriteString(mask(rest[:end]))
		sdp = rest[end:]
	}
}
