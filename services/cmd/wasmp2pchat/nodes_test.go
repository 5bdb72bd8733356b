package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	matchmakingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	signalingv1 "github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/internal/redistest"
)

// startNodes starts nodes that share a store.
func startNodes(t *testing.T, count int, engine string, args ...string) []*program {
	t.Helper()
	args = append([]string{"--engine", engine, "--token-key-file", keyFile(t)}, args...)
	var nodes []*program
	for range count {
		nodes = append(nodes, start(t, args...))
	}
	return nodes
}

// find opens a FindMatch stream that ends with the test, and returns its
// first event too.
func find(t *testing.T, url string, request *matchmakingv1.FindMatchRequest) (*connect.ServerStreamForClient[matchmakingv1.FindMatchResponse], *matchmakingv1.FindMatchResponse) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stream, err := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), url).FindMatch(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		stream.Close() //nolint:errcheck // cancelled on the line above
	})
	return stream, next(t, stream)
}

func next[M any](t *testing.T, stream *connect.ServerStreamForClient[M]) *M {
	t.Helper()
	if !stream.Receive() {
		t.Fatalf("receive: stream ended: %v", stream.Err())
	}
	return stream.Msg()
}

// meet matches two people, one on each node, and lets each join the room on the
// other node.
func meet(t *testing.T, a, b *program) {
	t.Helper()
	waiting, event := find(t, a.url, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	if event.GetQueued() == nil {
		t.Fatalf("received %v, want queued", event)
	}
	_, matched := find(t, b.url, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	event = next(t, waiting)
	if event.GetMatched() == nil || event.GetMatched().GetRoomId() != matched.GetMatched().GetRoomId() {
		t.Fatalf("matched %v and %v, want one room", event, matched)
	}
	first := join(t, b, event.GetMatched().GetRoomToken())
	if welcome := next(t, first); welcome.GetWelcome() == nil {
		t.Fatalf("received %v, want welcome", welcome)
	}
	join(t, a, matched.GetMatched().GetRoomToken())
	if joined := next(t, first); joined.GetPeerJoined() == nil {
		t.Fatalf("received %v, want that the peer joined", joined)
	}
}

func join(t *testing.T, p *program, roomToken string) *connect.ServerStreamForClient[signalingv1.JoinRoomResponse] {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ctx, call := connect.NewClientContext(ctx)
	call.RequestHeader().Set("Authorization", "Bearer "+roomToken)
	stream, err := signalingv1connect.NewSignalingServiceClient(httpClient(t), p.url).JoinRoom(ctx, &signalingv1.JoinRoomRequest{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		stream.Close() //nolint:errcheck // cancelled on the line above
	})
	return stream
}

func TestNodesShareAStore(t *testing.T) {
	nodes := startNodes(t, 2, redistest.Start(t).URL())
	meet(t, nodes[0], nodes[1])
}

// TestDrainedTicketsWaitElsewhere stops a node. The streams there must end with a
// reason, and their tickets must keep their place on another node, before later
// ones.
func TestDrainedTicketsWaitElsewhere(t *testing.T) {
	nodes := startNodes(t, 2, redistest.Start(t).URL())
	likes := []string{"chess"}
	request := &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: likes, InterestsOnly: true, Attempt: 1}
	stream, _ := find(t, nodes[0].url, request)
	nodes[0].stop()
	if event := next(t, stream); event.GetDetached().GetReason() != matchmakingv1.Detached_REASON_DRAINING {
		t.Fatalf("received %v, want detached for draining", event)
	}
	if err := <-nodes[0].done; err != nil {
		t.Errorf("the node ended with %v", err)
	}
	request.Attempt = 2
	stream, event := find(t, nodes[1].url, request)
	if !event.GetQueued().GetPlaceKept() {
		t.Fatalf("received %v, want queued at the old place", event)
	}
	find(t, nodes[1].url, &matchmakingv1.FindMatchRequest{RequestId: rand.Text(), Interests: likes})
	if event := next(t, stream); event.GetMatched() == nil {
		t.Errorf("received %v, want matched", event)
	}
}

// TestReadinessOfANode stops the store and starts it again. /healthz and open
// streams must not be affected.
func TestReadinessOfANode(t *testing.T) {
	store := redistest.Start(t)
	node := startNodes(t, 1, store.URL(), "--admin-listen", "127.0.0.1:0")[0]
	ready := func() int { return status(t, node.admin+"/readyz") }
	if code := ready(); code != http.StatusOK {
		t.Errorf("/readyz: %d, want 200", code)
	}
	store.Kill()
	eventually(t, "not ready without a store", func() bool { return ready() == http.StatusServiceUnavailable })
	if code := status(t, node.admin+"/healthz"); code != http.StatusOK {
		t.Errorf("/healthz without a store: %d, want 200", code)
	}
	_, err := matchmakingv1connect.NewMatchmakingServiceClient(httpClient(t), node.url).GetPool(t.Context(), &matchmakingv1.GetPoolRequest{})
	if connect.CodeOf(err) != connect.CodeUnavailable {
		t.Errorf("a call without a store: %v, want unavailable", err)
	}
	store.Restart()
	eventually(t, "ready again", func() bool { return ready() == http.StatusOK })
}

// TestDrainWithoutAStore stops the store before the node ends. The node must not
// wait long for it.
func TestDrainWithoutAStore(t *testing.T) {
	store := redistest.Start(t)
	node := startNodes(t, 1, store.URL())[0]
	stream, _ := find(t, node.url, &matchmakingv1.FindMatchRequest{RequestId: rand.Text()})
	store.Stop()
	node.stop()
	if event := next(t, stream); event.GetDetached().GetReason() != matchmakingv1.Detached_REASON_DRAINING {
		t.Errorf("received %v, want detached for draining", event)
	}
	select {
	case err := <-node.done:
		if err != nil {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("did not end")
	}
}

func status(t *testing.T, url string) int {
	t.Helper()
	response, err := httpClient(t).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body) //nolint:errcheck // only the status counts
	return response.StatusCode
}

// TestStoreIsCheckedAtStart also checks that the program does not print the
// password.
func TestStoreIsCheckedAtStart(t *testing.T) {
	server := redistest.Start(t)
	server.Must("ACL", "SETUSER", "chat", "on", ">secret", "~*", "&*", "+@all", "-evalsha")
	for _, test := range []struct{ name, engine, want string }{
		{"a right is missing", "redis://chat:secret@" + server.Address(), "+evalsha"},
		{"wrong password", "redis://chat:secret2@" + server.Address(), "WRONGPASS"},
		{"nobody there", "redis://chat:secret@127.0.0.1:1", "refused"},
		{"no Sentinel there", "redis://chat:secret@127.0.0.1:1?master_set=main", "refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var log bytes.Buffer
			err := run(t.Context(), []string{"--engine", test.engine, "--token-key-file", keyFile(t), "--log-level", "debug"}, &log, &log)
			var usage *usageError
			if err == nil || errors.As(err, &usage) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line about %q", err, test.want)
			}
			if strings.Contains(log.String()+err.Error(), "secret") {
				t.Errorf("tells the password: %v\n%s", err, log.String())
			}
		})
	}
}

// TestUserOfTheOperatorsPage uses the user from docs/many-nodes.md. The store may
// refuse that user only the question whether it is a Cluster.
func TestUserOfTheOperatorsPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/many-nodes.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^ACL SETUSER chat .*$`).FindAllString(string(page), -1)
	if len(lines) != 2 {
		t.Fatalf("the page has %q, want a line for each server and one more for those of a Cluster", lines)
	}
	for _, test := range []struct {
		name  string
		start func(testing.TB) (servers []*redistest.Server, url string)
		lines []string
	}{
		{"alone", func(tb testing.TB) ([]*redistest.Server, string) {
			server := redistest.Start(tb)
			return []*redistest.Server{server}, server.URL()
		}, lines[:1]},
		{"Sentinels", func(tb testing.TB) ([]*redistest.Server, string) {
			group := redistest.StartSentinels(tb)
			return group.Servers, group.URL()
		}, lines[:1]},
		{"Cluster", func(tb testing.TB) ([]*redistest.Server, string) {
			cluster := redistest.StartCluster(tb)
			return cluster.Servers, cluster.URL()
		}, lines},
	} {
		t.Run(test.name, func(t *testing.T) {
			servers, url := test.start(t)
			for _, server := range servers {
				for _, line := range test.lines {
					server.Must(strings.Fields(line)...)
				}
			}
			nodes := startNodes(t, 2, strings.Replace(url, "redis://", "redis://chat:PASSWORD@", 1))
			meet(t, nodes[0], nodes[1])
			for _, node := range nodes {
				node.stop()
				if err := <-node.done; err != nil {
					t.Errorf("the node ended with %v", err)
				}
			}
			for _, server := range servers {
				checkRefused(t, server, len(test.lines) == 1)
			}
		})
	}
}

// checkRefused checks what a server has refused its user.
func checkRefused(t *testing.T, server *redistest.Server, alone bool) {
	t.Helper()
	reply := server.Must("ACL", "LOG")
	refused, err := reply.ToArray()
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range refused {
		facts, _ := entry.AsMap()
		object := facts["object"]
		if what, _ := object.ToString(); !alone || !strings.HasPrefix(what, "cluster") {
			t.Errorf("the store refused %q", what)
		}
	}
}
