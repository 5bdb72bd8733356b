package server

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"

	conformancev1 "github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1"
	"github.com/wasmp2pchat/wasmp2pchat/gen/conformance/connectrpc/conformance/v1/conformancev1connect"
)

// conformanceServer is set in the environment of a process that is the server which
// the suite tests.
const conformanceServer = "WASMP2PCHAT_CONFORMANCE_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(conformanceServer) != "" {
		fmt.Fprintln(os.Stderr, "serve the conformance suite:", serveConformance(context.Background()))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// TestConformance runs the Connect conformance suite against this server. Left out:
// streams of requests, which a page cannot send; client certificates; and a limit of
// messages that the suite sets, because ours is fixed and its error is the contract's
// (TestCompressedRequests).
func TestConformance(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "sh", ".ci/conformance", "run", "--conf", "services/server/testdata/conformance.yaml", "--mode", "server", "--", program)
	run.Dir = "../.."
	run.Env = append(os.Environ(), conformanceServer+"=yes")
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// serveConformance serves what the suite asks for on the standard input, until it is
// killed.
func serveConformance(ctx context.Context) error {
	request := new(conformancev1.ServerCompatRequest)
	if err := readMessage(os.Stdin, request); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	s, err := New(Config{}) //nolint:contextcheck // the server outlives the call
	if err != nil {
		return err
	}
	_, handler := conformancev1connect.NewConformanceServiceHandler(conformance{}, handlerOptions(""))
	mountService(s.mux, conformancev1.File_connectrpc_conformance_v1_service_proto, handler)
	listener, err := Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return err
	}
	response := &conformancev1.ServerCompatResponse{Host: "127.0.0.1", Port: uint32(listener.Addr().(*net.TCPAddr).Port)}
	server := s.HTTPServer()
	serve := server.Serve
	if request.GetUseTls() {
		response.PemCert = request.GetServerCreds().GetCert()
		certificate, err := tls.X509KeyPair(request.GetServerCreds().GetCert(), request.GetServerCreds().GetKey())
		if err != nil {
			return err
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		serve = func(listener net.Listener) error { return server.ServeTLS(listener, "", "") }
	}
	if err := writeMessage(os.Stdout, response); err != nil {
		return fmt.Errorf("write response: %w", err)
	}
	return serve(listener)
}

// readMessage reads a message that follows its length.
func readMessage(in io.Reader, message proto.Message) error {
	var length uint32
	if err := binary.Read(in, binary.BigEndian, &length); err != nil {
		return err
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(in, data); err != nil {
		return err
	}
	return proto.Unmarshal(data, message)
}

func writeMessage(out io.Writer, message proto.Message) error {
	data, err := proto.Marshal(message)
	if err != nil {
		return err
	}
	_, err = out.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...))
	return err
}
