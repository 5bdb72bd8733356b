package contract

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"reflect"
	"strings"
	"testing"

	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // registers its messages
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/chat/v1" // registers its messages, as the next two do
	_ "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	_ "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	errdetails "github.com/wasmp2pchat/wasmp2pchat/gen/golite/google/rpc"
	chat "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	matchmaking "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signaling "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite"
)

var liteMessages = []lite.Message{
	&chat.Envelope{}, &chat.Text{}, &chat.Typing{}, &chat.Receipt{}, &chat.Presence{},
	&chat.FileOffer{}, &chat.FileAnswer{}, &chat.FileChunk{}, &chat.Ping{}, &chat.Pong{}, &chat.Bye{},
	&chat.Data{}, &chat.Proof{}, &chat.Credit{}, &chat.FileAck{}, &chat.FileCancel{}, &chat.FileEnd{}, &chat.InviteProof{},
	&matchmaking.FindMatchRequest{}, &matchmaking.FindMatchResponse{}, &matchmaking.Queued{},
	&matchmaking.Widened{}, &matchmaking.Heartbeat{}, &matchmaking.Matched{}, &matchmaking.Member{},
	&matchmaking.Ended{}, &matchmaking.Detached{}, &matchmaking.CancelMatchRequest{},
	&matchmaking.CancelMatchResponse{}, &matchmaking.Cancelled{}, &matchmaking.AlreadyEnded{},
	&matchmaking.GetPoolRequest{}, &matchmaking.GetPoolResponse{},
	&signaling.JoinRoomRequest{}, &signaling.SignalBatch{}, &signaling.JoinRoomResponse{},
	&signaling.Welcome{}, &signaling.Peer{}, &signaling.PeerJoined{}, &signaling.PeerState{},
	&signaling.PeerResynced{}, &signaling.PairConfirmed{}, &signaling.SignalsReceived{},
	&signaling.Heartbeat{}, &signaling.RoomClosed{}, &signaling.Detached{},
	&signaling.SendSignalsRequest{}, &signaling.SendSignalsResponse{}, &signaling.Signal{},
	&signaling.SessionDescription{}, &signaling.IceCandidate{}, &signaling.EndOfCandidates{},
	&signaling.Renegotiate{}, &signaling.IceServer{}, &signaling.LeaveRoomRequest{},
	&signaling.LeaveRoomResponse{}, &signaling.ReportOutcomeRequest{}, &signaling.Connected{},
	&signaling.Failed{}, &signaling.ReportOutcomeResponse{}, &signaling.GetIceServersRequest{},
	&signaling.GetIceServersResponse{},
	&errdetails.ErrorInfo{}, &errdetails.RetryInfo{}, &errdetails.BadRequest{},
}

// nameOf returns the name of a message in the contract.
func nameOf(message lite.Message) protoreflect.FullName {
	goType := reflect.TypeOf(message).Elem()
	_, folder, _ := strings.Cut(goType.PkgPath(), "/gen/golite/")
	return protoreflect.FullName(strings.ReplaceAll(path.Join(folder, goType.Name()), "/", "."))
}

func TestEveryMessageHasALiteForm(t *testing.T) {
	t.Parallel()
	known := make(map[protoreflect.FullName]bool)
	for _, message := range liteMessages {
		known[nameOf(message)] = true
	}
	protoregistry.GlobalTypes.RangeMessages(func(message protoreflect.MessageType) bool {
		descriptor := message.Descriptor()
		if strings.HasPrefix(string(descriptor.FullName()), "wasmp2pchat.") && !descriptor.IsMapEntry() && !known[descriptor.FullName()] {
			t.Errorf("%s is not among liteMessages", descriptor.FullName())
		}
		return true
	})
}

// TestLiteMessages converts random messages to the form without reflection and back.
// Two messages in a row merge (https://protobuf.dev/programming-guides/encoding/,
// "Last One Wins"). Damaged ones are refused by both forms or by none.
func TestLiteMessages(t *testing.T) {
	t.Parallel()
	const messages = 300
	for _, example := range liteMessages {
		t.Run(string(nameOf(example)), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			random := &generator{rand.New(rand.NewPCG(seed, 0))}
			kind, err := protoregistry.GlobalTypes.FindMessageByName(nameOf(example))
			if err != nil {
				t.Fatal(err)
			}
			for range messages {
				one, other := random.message(t, kind), random.message(t, kind)
				for what, wire := range map[string][]byte{"one": one, "merged": append(bytes.Clone(one), other...), "damaged": random.damage(one)} {
					refused, err := crosses(kind, example, wire)
					if err != nil || refused && what != "damaged" {
						t.Fatalf("seed %d, %s, %x: refused: %v, %v", seed, what, wire, refused, err)
					}
				}
			}
		})
	}
}

// crosses reports whether wire is no message. The error says that the form without
// reflection makes something else of it than what it means.
func crosses(kind protoreflect.MessageType, example lite.Message, wire []byte) (refused bool, err error) {
	want, got := kind.New().Interface(), kind.New().Interface()
	message := reflect.New(reflect.TypeOf(example).Elem()).Interface().(lite.Message) //nolint:forcetypeassert // of the type of example
	refusal, wantRefusal := lite.Unmarshal(wire, message), proto.Unmarshal(wire, want)
	if refusal != nil || wantRefusal != nil {
		knowsMore := kind.Descriptor().FullName().Parent() == "google.rpc" && wantRefusal != nil // genproto has more fields
		if (refusal == nil) != (wantRefusal == nil) && !knowsMore {
			return true, fmt.Errorf("unmarshal: error %v, want %v", refusal, wantRefusal) //nolint:errorlint // one is nil
		}
		return true, nil
	}
	back, err := lite.Marshal(message)
	if err != nil {
		return false, fmt.Errorf("marshal: %w", err)
	}
	if size := lite.Size(message); size != len(back) {
		return false, fmt.Errorf("size %d, but %d bytes were marshaled", size, len(back))
	}
	if err := proto.Unmarshal(back, got); err != nil {
		return false, fmt.Errorf("unmarshal what was marshaled: %w", err)
	}
	if !proto.Equal(got, want) {
		return false, fmt.Errorf("got %v, want %v", got, want)
	}
	return false, nil
}

// generator makes random messages.
type generator struct{ *rand.Rand }

func (g *generator) message(t *testing.T, kind protoreflect.MessageType) []byte {
	t.Helper()
	message := kind.New()
	g.fill(message, 4)
	wire, err := proto.Marshal(message.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

func (g *generator) damage(wire []byte) []byte {
	damaged := bytes.Clone(wire)
	for range min(len(damaged), 1+g.IntN(3)) {
		damaged[g.IntN(len(damaged))] = byte(g.IntN(256))
	}
	return damaged[:g.IntN(len(damaged)+1)]
}

func (g *generator) fill(message protoreflect.Message, depth int) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if g.IntN(3) == 0 || depth == 0 && field.Message() != nil {
			continue
		}
		switch {
		case field.IsMap():
			entries := message.Mutable(field).Map()
			for range g.IntN(3) {
				value := entries.NewValue()
				g.value(field.MapValue(), &value, depth)
				entries.Set(g.scalar(field.MapKey()).MapKey(), value)
			}
		case field.IsList():
			list := message.Mutable(field).List()
			for range g.IntN(4) {
				value := list.NewElement()
				g.value(field, &value, depth)
				list.Append(value)
			}
		default:
			value := message.NewField(field)
			g.value(field, &value, depth)
			message.Set(field, value)
		}
	}
	if g.IntN(4) == 0 {
		message.SetUnknown(g.unknown())
	}
}

func (g *generator) value(field protoreflect.FieldDescriptor, value *protoreflect.Value, depth int) {
	if field.Message() != nil {
		g.fill(value.Message(), depth-1)
		return
	}
	*value = g.scalar(field)
}

func (g *generator) scalar(field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(g.IntN(2) == 0)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(g.IntN(10)))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(g.number()))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(uint32(g.number()))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(g.number()))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(g.number())
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(g.Float32())
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(g.NormFloat64())
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(strings.Repeat("aé猫🐈\x00", g.IntN(3)))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(bytes.Repeat([]byte{0xff, 0, 0x80}, g.IntN(3)))
	default:
		panic(field.Kind().String() + " is not a scalar")
	}
}

// number returns numbers of any length, and the extreme ones.
func (g *generator) number() uint64 {
	if g.IntN(4) == 0 {
		return []uint64{0, math.MaxInt32, math.MaxUint32, math.MaxInt64, math.MaxUint64}[g.IntN(5)]
	}
	return g.Uint64() >> g.IntN(64)
}

// unknown returns fields that no message has.
func (g *generator) unknown() []byte {
	number := protowire.Number(10_000 + g.IntN(10))
	data := protowire.AppendVarint(protowire.AppendTag(nil, number, protowire.VarintType), g.number())
	data = protowire.AppendBytes(protowire.AppendTag(data, number, protowire.BytesType), []byte("unknown"))
	data = protowire.AppendFixed32(protowire.AppendTag(data, number, protowire.Fixed32Type), 1)
	data = protowire.AppendFixed64(protowire.AppendTag(data, number, protowire.Fixed64Type), 1)
	data = protowire.AppendVarint(protowire.AppendTag(data, number, protowire.StartGroupType), protowire.EncodeTag(1, protowire.VarintType))
	return protowire.AppendTag(protowire.AppendVarint(data, 7), number, protowire.EndGroupType)
}
