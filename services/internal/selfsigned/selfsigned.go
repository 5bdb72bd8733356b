// Package selfsigned makes certificates for servers of this machine, in tests
// and measurements.
package selfsigned

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// A Certificate is a self-signed certificate for 127.0.0.1, and other addresses,
// valid for a day.
type Certificate struct {
	// CertFile and KeyFile hold the certificate and its private key in PEM.
	CertFile, KeyFile string
	// Roots trusts it.
	Roots *x509.CertPool
}

// New makes a certificate and writes it, and its key, into a folder.
func New(folder string, others ...net.IP) (Certificate, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Certificate{}, fmt.Errorf("make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: append(others, net.IPv4(127, 0, 0, 1)), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return Certificate{}, fmt.Errorf("sign a certificate: %w", err)
	}
	privateDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Certificate{}, fmt.Errorf("encode a key: %w", err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, fmt.Errorf("parse a certificate: %w", err)
	}
	made := Certificate{filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), x509.NewCertPool()}
	made.Roots.AddCert(parsed)
	for path, block := range map[string]*pem.Block{
		made.CertFile: {Type: "CERTIFICATE", Bytes: der},
		made.KeyFile:  {Type: "PRIVATE KEY", Bytes: privateDER},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			return Certificate{}, fmt.Errorf("write a certificate: %w", err)
		}
	}
	return made, nil
}
