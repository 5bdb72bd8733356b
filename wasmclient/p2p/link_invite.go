package p2p

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"

	chatv1 "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/internal/sha256"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/p2p/internal/negotiation"
)

// errUnverified is why a search goes on without a peer.
var errUnverified = errors.New("the peer does not know the secret of the invite, or somebody is between")

// proveInvite shows the peer on a new connection that this side knows the secret. It does not
// block.
func (l *link) proveInvite(connection *connection) {
	if l.room.settings.invite == "" {
		return
	}
	local, remote := connection.pc.CurrentSDP()
	proof := l.room.settings.invite.proof(l.room.id, l.room.self, l.peer.ID, local, remote)
	data, err := lite.Marshal(&chatv1.Envelope{Content: &chatv1.Envelope_InviteProof{InviteProof: &chatv1.InviteProof{Value: proof}}})
	if err == nil {
		_ = connection.chat.sendNow(data) // if that fails, the peer gives up this connection
	}
}

// unverified processes a message of a peer that has not shown that it knows the secret. It
// must not block.
func (l *link) unverified(from *connection, envelope *chatv1.Envelope) {
	switch content := envelope.GetContent().(type) {
	case *chatv1.Envelope_Credit:
		l.granted(from, content.Credit)
	case *chatv1.Envelope_Bye:
		l.gone(byeReason(content.Bye.GetReason()))
	case *chatv1.Envelope_InviteProof:
		local, remote := from.pc.CurrentSDP()
		want := l.room.settings.invite.proof(l.room.id, l.peer.ID, l.room.self, remote, local)
		if !bytes.Equal(content.InviteProof.GetValue(), want) { // there is one try, so its time tells nothing
			l.gone(ReasonUnverified)
			return
		}
		from.verified.Store(true)
		l.heard(from)
	default:
		l.allows()
	}
}

// unproven reports whether the peer could have shown that it knows the secret, and has not.
func (l *link) unproven() bool {
	connection := l.current()
	if connection == nil || connection.verified.Load() {
		return false
	}
	select {
	case <-connection.chat.opened:
		return true
	default:
		return false
	}
}

// proof returns what sender sends to receiver on a connection of these descriptions.
func (i Invite) proof(room, sender, receiver, sendersSDP, receiversSDP string) []byte {
	return sha256.HMAC([]byte(i), signed("wasmp2pchat invite", room, sender, receiver, fingerprints(sendersSDP), fingerprints(receiversSDP)))
}

// signed returns parts as they are signed: each after its length.
func signed(parts ...string) []byte {
	var all []byte
	for _, part := range parts {
		all = binary.BigEndian.AppendUint32(all, uint32(len(part))) //nolint:gosec // the server bounds ids and descriptions
		all = append(all, part...)
	}
	return all
}

// fingerprints returns those of the certificates in a description, as one text.
func fingerprints(sdp string) string { return strings.Join(negotiation.Fingerprints(sdp), "\n") }
