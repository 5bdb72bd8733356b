package signalingrpc

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/services/iceserver"
	"github.com/wasmp2pchat/wasmp2pchat/services/signaling"
	"github.com/wasmp2pchat/wasmp2pchat/services/token"
)

func (h *Handler) encode(room token.Room, event signaling.Event) (*signalingv1.JoinRoomResponse, error) {
	message := &signalingv1.JoinRoomResponse{}
	switch event := event.(type) {
	case signaling.Welcome:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_Welcome{Welcome: h.welcome(room, event)}
	case signaling.PeerJoined:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_PeerJoined{PeerJoined: &signalingv1.PeerJoined{Peer: encodePeer(room, event.Peer)}}
	case signaling.PeerState:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_PeerState{PeerState: &signalingv1.PeerState{
			PeerId: room.Members[event.Slot].PeerID, State: states[event.State],
		}}
	case signaling.PeerResynced:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_PeerResynced{PeerResynced: &signalingv1.PeerResynced{PeerId: room.Members[event.Slot].PeerID}}
	case signaling.PairConfirmed:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_PairConfirmed{PairConfirmed: &signalingv1.PairConfirmed{PeerId: room.Members[event.Slot].PeerID}}
	case signaling.SignalsReceived:
		message.Cursor = event.Cursor
		message.Event = &signalingv1.JoinRoomResponse_SignalsReceived{SignalsReceived: &signalingv1.SignalsReceived{
			FromPeerId: room.Members[event.From].PeerID, FirstSeq: event.FirstSeq, Signals: encodeSignals(event.Signals),
		}}
	case signaling.RoomClosed:
		closed := &signalingv1.RoomClosed{Reason: closeReasons[event.Reason]}
		message.Event = &signalingv1.JoinRoomResponse_RoomClosed{RoomClosed: closed}
		if event.Requeue {
			var err error
			closed.RequeueToken, err = h.Keys.IssueRequeue(room.Requeue(event.At))
			return message, err
		}
	case signaling.Detached:
		return detached("", detachReasons[event.Reason]), nil
	default:
		return nil, fmt.Errorf("encode event: unknown %T", event)
	}
	return message, nil
}

func (h *Handler) welcome(room token.Room, event signaling.Welcome) *signalingv1.Welcome {
	welcome := &signalingv1.Welcome{
		PeerId:    room.Members[room.Slot].PeerID,
		Slot:      uint32(room.Slot), //nolint:gosec // a token's slot is an index of its few members
		Resumed:   event.Resumed,
		IcePolicy: h.icePolicy(),
		Proof:     h.Keys.Proof(room.ID, room.Members[room.Slot].PeerID),
	}
	welcome.IceServers, welcome.IceExpiresIn = h.iceServers(room)
	for _, peer := range event.Peers {
		welcome.Peers = append(welcome.Peers, encodePeer(room, peer))
	}
	return welcome
}

func encodePeer(room token.Room, peer signaling.Peer) *signalingv1.Peer {
	role := signalingv1.Role_ROLE_OFFERER
	if peer.Slot < room.Slot {
		role = signalingv1.Role_ROLE_ANSWERER
	}
	return &signalingv1.Peer{
		PeerId:        room.Members[peer.Slot].PeerID,
		Pseudonym:     room.Members[peer.Slot].Sealed,
		Slot:          uint32(peer.Slot), //nolint:gosec // as above
		MyRole:        role,
		State:         states[peer.State],
		LastStoredSeq: peer.LastStored,
	}
}

func encodeSignals(signals []signaling.Signal) []*signalingv1.Signal {
	messages := make([]*signalingv1.Signal, 0, len(signals))
	for _, signal := range signals {
		message := &signalingv1.Signal{ConnectionId: signal.ConnectionID, Epoch: signal.Epoch}
		switch payload := signal.Payload.(type) {
		case signaling.Description:
			message.Payload = &signalingv1.Signal_Description{Description: &signalingv1.SessionDescription{
				Type: wireDescriptionTypes[payload.Type], Sdp: payload.SDP,
			}}
		case signaling.Candidate:
			message.Payload = &signalingv1.Signal_Candidate{Candidate: &signalingv1.IceCandidate{
				Candidate: payload.Candidate, SdpMid: payload.SDPMid,
				SdpMLineIndex: payload.SDPMLineIndex, UsernameFragment: payload.UsernameFragment,
			}}
		case signaling.EndOfCandidates:
			message.Payload = &signalingv1.Signal_EndOfCandidates{EndOfCandidates: &signalingv1.EndOfCandidates{
				UsernameFragment: payload.UsernameFragment,
			}}
		case signaling.Renegotiate:
			message.Payload = &signalingv1.Signal_Renegotiate{Renegotiate: &signalingv1.Renegotiate{}}
		}
		messages = append(messages, message)
	}
	return messages
}

// iceServers returns the servers for the member that calls, and how long its
// credentials are valid.
func (h *Handler) iceServers(room token.Room) ([]*signalingv1.IceServer, *durationpb.Duration) {
	servers, valid := h.ICEServers.For(room.ID, room.Members[room.Slot].PeerID, time.Now())
	if valid == 0 {
		return encodeICEServers(servers), nil
	}
	return encodeICEServers(servers), durationpb.New(valid)
}

func (h *Handler) icePolicy() signalingv1.IcePolicy {
	if h.ICEServers.RelayOnly {
		return signalingv1.IcePolicy_ICE_POLICY_RELAY
	}
	return signalingv1.IcePolicy_ICE_POLICY_ALL
}

func encodeICEServers(servers []iceserver.Server) []*signalingv1.IceServer {
	encoded := make([]*signalingv1.IceServer, 0, len(servers))
	for _, server := range servers {
		encoded = append(encoded, &signalingv1.IceServer{
			Urls: server.URLs, Username: server.Username, Credential: server.Credential,
		})
	}
	return encoded
}

func heartbeat(cursor string) *signalingv1.JoinRoomResponse {
	return &signalingv1.JoinRoomResponse{Cursor: cursor, Event: &signalingv1.JoinRoomResponse_Heartbeat{Heartbeat: &signalingv1.Heartbeat{}}}
}

func detached(cursor string, reason signalingv1.Detached_Reason) *signalingv1.JoinRoomResponse {
	return &signalingv1.JoinRoomResponse{Cursor: cursor, Event: &signalingv1.JoinRoomResponse_Detached{
		Detached: &signalingv1.Detached{Reason: reason},
	}}
}

var states = map[signaling.State]signalingv1.Peer_State{
	signaling.Expected: signalingv1.Peer_STATE_EXPECTED,
	signaling.Present:  signalingv1.Peer_STATE_PRESENT,
	signaling.Away:     signalingv1.Peer_STATE_AWAY,
	signaling.Released: signalingv1.Peer_STATE_RELEASED,
	signaling.Left:     signalingv1.Peer_STATE_LEFT,
	signaling.Lost:     signalingv1.Peer_STATE_LOST,
}

var closeReasons = map[signaling.CloseReason]signalingv1.RoomClosed_Reason{
	signaling.ClosedPeerMissing:   signalingv1.RoomClosed_REASON_PEER_MISSING,
	signaling.ClosedPeerLost:      signalingv1.RoomClosed_REASON_PEER_LOST,
	signaling.ClosedConnectFailed: signalingv1.RoomClosed_REASON_CONNECT_FAILED,
	signaling.ClosedLeft:          signalingv1.RoomClosed_REASON_LEFT,
	signaling.ClosedIdle:          signalingv1.RoomClosed_REASON_IDLE,
	signaling.ClosedExpired:       signalingv1.RoomClosed_REASON_EXPIRED,
}

var detachReasons = map[signaling.DetachReason]signalingv1.Detached_Reason{
	signaling.DetachedFenced:       signalingv1.Detached_REASON_FENCED,
	signaling.DetachedStaleAttempt: signalingv1.Detached_REASON_STALE_ATTEMPT,
}

var wireDescriptionTypes = map[signaling.DescriptionType]signalingv1.SessionDescription_Type{
	signaling.Offer:    signalingv1.SessionDescription_TYPE_OFFER,
	signaling.Answer:   signalingv1.SessionDescription_TYPE_ANSWER,
	signaling.Rollback: signalingv1.SessionDescription_TYPE_ROLLBACK,
}
