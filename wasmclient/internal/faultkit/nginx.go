//go:build !js

package faultkit

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/server/servertest"
)

// nginxFrame is the configuration around the documented site. It uses no folder
// of the system.
const nginxFrame = `
daemon off;
user root; # who may read the test's folder; of no meaning for others
worker_processes 2;
pid %[1]s/pid;
error_log %[1]s/error.log warn;
events { worker_connections 1024; }
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	include %[1]s/site.conf;
}
`

// StartNginx starts nginx with the documented configuration in front of three
// nodes, given by host and port, and returns its URL. It ends with the test.
func StartNginx(t testing.TB, nodes ...string) string {
	t.Helper()
	address := servertest.FreeAddress(t)
	folder := t.TempDir()
	for name, text := range map[string]string{
		"site.conf":  nginxSite(t, address, nodes),
		"nginx.conf": fmt.Sprintf(nginxFrame, folder),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	errors := filepath.Join(folder, "error.log")
	command := exec.CommandContext(context.Background(), nginxProgram(t), "-p", folder, "-c", filepath.Join(folder, "nginx.conf"), "-e", errors) //nolint:gosec // a test's own
	if err := command.Start(); err != nil {
		t.Fatalf("start nginx: %v", err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt) // its workers end with it
		_ = command.Wait()
		if log, _ := os.ReadFile(errors); t.Failed() && len(log) > 0 { //nolint:gosec // a test's own
			t.Logf("log of nginx:\n%s", log)
		}
	})
	WaitForPort(t, address)
	return "http://" + address
}

// nginxSite is the documented configuration with the test's addresses.
func nginxSite(t testing.TB, address string, nodes []string) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is of interest
	file := filepath.Join(filepath.Dir(here), "../../../docs/nginx.conf")
	text, err := os.ReadFile(file) //nolint:gosec // of this module
	if err != nil {
		t.Fatal(err)
	}
	site := string(text)
	replace := func(old, now string) {
		if strings.Count(site, old) != 1 {
			t.Fatalf("%s has %q %d times, want it once", file, old, strings.Count(site, old))
		}
		site = strings.Replace(site, old, now, 1)
	}
	replace("listen 8080;", "listen "+address+";")
	for i, node := range nodes {
		replace(fmt.Sprintf("server 127.0.0.1:%d ", 8081+i), "server "+node+" ")
	}
	return site
}

func nginxProgram(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} { // not everybody's PATH has the latter
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no nginx in PATH: make doctor tells what to install")
	return ""
}
