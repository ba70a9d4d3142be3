package ledger

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// Key signs checkpoints and receipts, and works out what blinds the entries of the
// log that are not submissions. It comes from the portal's secret, which is kept
// outside the database: whoever has the database can neither sign nor open.
type Key struct {
	private ed25519.PrivateKey // RFC 8032
	blinds  []byte
}

// NewKey works the key out from the portal's secret.
func NewKey(secret []byte) Key {
	derive := func(purpose string) []byte {
		b, err := hkdf.Key(sha256.New, secret, nil, "heard/log/v1/"+purpose, 32)
		if err != nil {
			panic("ledger: a secret derives up to 8160 bytes: " + err.Error())
		}
		return b
	}
	return Key{ed25519.NewKeyFromSeed(derive("sign")), derive("blind")}
}

// Blind works out what blinds one entry, which differs for every list of parts.
func (k Key) Blind(parts ...string) Salt {
	m := hmac.New(sha256.New, k.blinds)
	for _, part := range parts {
		fmt.Fprintf(m, "%d:%s", len(part), part)
	}
	return Salt(m.Sum(nil))
}

// Verifier returns what the signatures of a consultation's log are checked with: a
// verifier key of golang.org/x/mod/sumdb/note, whose name is the log's origin.
func (k Key) Verifier(consultation string) string {
	text, err := note.NewEd25519VerifierKey(originPrefix+consultation, k.private.Public().(ed25519.PublicKey))
	if err != nil {
		panic("ledger: a consultation's id is a name: " + err.Error())
	}
	return text
}

// sign returns text, which ends its last line, as a signed note.
func (k Key) sign(consultation, text string) ([]byte, error) {
	verifier, err := note.NewVerifier(k.Verifier(consultation))
	if err != nil {
		return nil, err
	}
	return note.Sign(&note.Note{Text: text}, signer{verifier, k.private})
}

// signer is a note.Signer.
type signer struct {
	note.Verifier // for its name and hash
	private       ed25519.PrivateKey
}

// Sign implements note.Signer.
func (s signer) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.private, msg), nil }

// opened returns the text of a note that the verifier key has signed, whoever else
// has, too.
func opened(signed, verifier string) (string, error) {
	v, err := note.NewVerifier(verifier)
	if err != nil {
		return "", fmt.Errorf("the key to check with cannot be read: expected a name, a hash and a key with a plus sign between them")
	}
	n, err := note.Open([]byte(signed), note.VerifierList(v))
	if err != nil {
		return "", fmt.Errorf("it is not signed with the key %s: it was altered, or is another portal's", verifier)
	}
	return n.Text, nil
}
