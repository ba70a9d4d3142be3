package models

import (
	"crypto/cipher"
	"crypto/rand"
	"errors"
)

// Seal seals plain under a fresh random nonce, which it puts before it, and binds it
// to a text without which it does not open. The nonces of aead have to be so long
// that none comes twice, as those of XChaCha20-Poly1305.
func Seal(aead cipher.AEAD, plain []byte, bound string) []byte {
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(plain)+aead.Overhead())
	_, _ = rand.Read(nonce) // which never fails
	return aead.Seal(nonce, nonce, plain, []byte(bound))
}

// Unseal opens what Seal sealed.
func Unseal(aead cipher.AEAD, sealed []byte, bound string) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("the sealed text is too short")
	}
	return aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(bound))
}
