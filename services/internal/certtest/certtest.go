// Package certtest makes certificates for servers that tests start.
package certtest

import (
	"crypto/x509"
	"testing"

	"github.com/wasmp2pchat/wasmp2pchat/services/internal/selfsigned"
)

// Files writes a self-signed certificate for 127.0.0.1 and its key. roots trusts
// it.
func Files(t testing.TB) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	made, err := selfsigned.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return made.CertFile, made.KeyFile, made.Roots
}
