package consult

import (
	"crypto/hkdf"
	"crypto/sha256"

	"golang.org/x/crypto/chacha20poly1305"

	"heard/models"
)

// Purposes that the portal's secret seals for. The secret is kept outside the
// database, so a stolen database opens nothing.
const (
	sealContacts  = "contacts"
	sealOriginals = "originals"
	sealHeld      = "held"
	sealCodeApps  = "code-apps"
	sealPasskeys  = "passkeys"
	sealUnsent    = "unsent"
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

// sealWith seals with XChaCha20-Poly1305; see models.Seal.
func sealWith(key, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return models.Seal(aead, plain, ""), nil
}

func openWith(key, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return models.Unseal(aead, sealed, "")
}
