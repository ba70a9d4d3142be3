package consult

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// Purposes that the portal's secret seals for. The secret is kept outside the
// database, so a stolen database opens nothing.
const (
	sealContacts = "contacts"
	sealHeld     = "held"
	sealCodeApps = "code-apps"
	sealPasskeys = "passkeys"
)

// sealKey is how long a key to seal with is, in bytes.
const sealKey = chacha20poly1305.KeySize

func (s *Service) keyFor(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, s.pepper, nil, "heard/seal/v1/"+purpose, sealKey)
}

func (s *Service) seal(purpose string, plain []byte) ([]byte, error) {
	key, err := s.keyFor(purpose)
	if err != nil {
		return nil, err
	}
	return sealWith(key, plain)
}

func (s *Service) open(purpose string, sealed []byte) ([]byte, error) {
	key, err := s.keyFor(purpose)
	if err != nil {
		return nil, err
	}
	return openWith(key, sealed)
}

// sealWith seals with XChaCha20-Poly1305 and puts the fresh random nonce before
// what it seals.
func sealWith(key, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, plain, nil), nil
}

func openWith(key, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("the sealed text is too short")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
}
