package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/matchmaking/v1/matchmakingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/gen/go/wasmp2pchat/signaling/v1/signalingv1connect"
	"github.com/wasmp2pchat/wasmp2pchat/services/server"
)

// TestErrorsRepeatLittle sends long rubbish wherever there is a place for it: no
// answer repeats it, or names a Go type.
func TestErrorsRepeatLittle(t *testing.T) {
	t.Parallel()
	url := listen(t, newServer(t, server.Config{Page: pageFiles}), false).URL
	long := strings.Repeat("b", 5000)
	const most = 2000 // with all details, in base64
	for _, path := range []string{
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure, matchmakingv1connect.MatchmakingServiceFindMatchProcedure,
		signalingv1connect.SignalingServiceSendSignalsProcedure, signalingv1connect.SignalingServiceJoinRoomProcedure,
		"/" + matchmakingv1connect.MatchmakingServiceName + "/" + long, "/grpc.health.v1.Health/Check", "/" + long,
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure + "?connect=v1&encoding=json&message=" + long,
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure + "?connect=v1&encoding=" + long + "&message=a",
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure + "?connect=v1&encoding=json&compression=" + long + "&message=a",
		matchmakingv1connect.MatchmakingServiceGetPoolProcedure + "?connect=" + long + "&encoding=json&message=a",
	} {
		for _, kind := range []string{
			"application/json", "application/proto", "application/connect+json", "application/connect+proto",
			"application/grpc", "application/grpc-web+json", "application/" + long,
		} {
			for _, content := range []string{`{"` + long + `":1}`, `{"pool":{"a":1}}`, `{"pool":` + long, `{"signals":[{"description":{"type":"` + long + `"}}]}`, long} {
				body := []byte(content)
				if strings.Contains(kind, "connect") || strings.Contains(kind, "grpc") {
					body = envelope(body)
				}
				for _, header := range []string{"Nothing", "Authorization", "Connect-Timeout-Ms", "Grpc-Timeout", "Content-Encoding", "Grpc-Encoding", "Connect-Content-Encoding", "Connect-Protocol-Version"} {
					method := http.MethodPost
					if strings.Contains(path, "?") {
						method = http.MethodGet
					}
					response, text := do(t, newRequest(t, method, url+path, string(body), "Content-Type", kind, header, long))
					text += fmt.Sprint(response.Header, response.Trailer)
					if len(text) > most || strings.Contains(text, "v1.") && strings.Contains(text, "*") {
						t.Fatalf("%s of %.60s as %.40s with %s, %.20q: %d bytes: %.300s", method, path, kind, header, content, len(text), text)
					}
				}
			}
		}
	}
}
