package contract

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/durationpb"

	chat "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/chat/v1"
	matchmaking "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/matchmaking/v1"
	signaling "github.com/wasmp2pchat/wasmp2pchat/gen/golite/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/wasmclient/lite/litejson"
)

// TestJSONWithoutReflection compares the JSON of random messages of all types with what
// protojson makes of them. Messages in a row merge
// (https://protobuf.dev/programming-guides/encoding/, "Last One Wins").
func TestJSONWithoutReflection(t *testing.T) {
	t.Parallel()
	schema := litejson.Parse(chat.Schema, matchmaking.Schema, signaling.Schema)
	types := 0
	protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
		if name := kind.Descriptor().FullName(); strings.HasPrefix(string(name), "wasmp2pchat.") {
			types++
			t.Run(string(name), func(t *testing.T) {
				t.Parallel()
				compareJSON(t, schema, kind)
			})
		}
		return true
	})
	if types < 50 {
		t.Errorf("%d types of messages", types)
	}
}

func compareJSON(t *testing.T, schema *litejson.Schema, kind protoreflect.MessageType) {
	t.Helper()
	compared := 0
	for range 400 {
		seed := rand.Uint64()
		random := &generator{rand.New(rand.NewPCG(seed, 0))}
		var wire []byte
		for range 1 + random.IntN(3) {
			wire = append(wire, random.messageWithDurations(t, kind)...)
		}
		message := kind.New().Interface()
		if err := proto.Unmarshal(wire, message); err != nil {
			t.Fatal(err)
		}
		want, err := protojson.Marshal(message)
		if err != nil { // durations with two signs were merged
			continue
		}
		compared++
		got, err := schema.JSON(string(kind.Descriptor().FullName()), wire, nil)
		if err != nil || !sameJSON(t, []byte(got), want) {
			t.Fatalf("seed %d, %x: got %s, %v, want %s", seed, wire, got, err, want)
		}
	}
	if compared < 100 {
		t.Errorf("only %d messages were compared", compared)
	}
}

func sameJSON(t *testing.T, got, want []byte) bool {
	t.Helper()
	var values [2]any
	for i, text := range [][]byte{got, want} {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&values[i]); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

// messageWithDurations returns a random message whose durations are those that JSON has.
func (g *generator) messageWithDurations(t *testing.T, kind protoreflect.MessageType) []byte {
	t.Helper()
	message := kind.New()
	g.fill(message, 4)
	g.repair(message)
	wire, err := proto.Marshal(message.Interface())
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// repair replaces the durations in a message.
func (g *generator) repair(message protoreflect.Message) {
	if duration, is := message.Interface().(*durationpb.Duration); is {
		random := durationpb.New(time.Duration(g.number()) / time.Duration(1+g.IntN(2)*999_999))
		duration.Seconds, duration.Nanos = random.GetSeconds(), random.GetNanos()
		return
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Message() == nil || field.IsMap():
		case field.IsList():
			for i := range value.List().Len() {
				g.repair(value.List().Get(i).Message())
			}
		default:
			g.repair(value.Message())
		}
		return true
	})
}
