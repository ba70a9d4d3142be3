package ledger

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	bip39 "github.com/tyler-smith/go-bip39"
)

// codeWords is how many words a code has: 16 bytes and 4 bits of check, 11 bits a
// word.
const codeWords = 12

// maxCode is well above the length of twelve words however they are spaced.
const maxCode = 1000

// Code is the secret a person holds to come back to their submission: 128 random
// bits, shown once as twelve English words and never stored. The words are those
// of BIP-39, chosen so that no two are easily confused and each is known by its
// first four letters.
type Code struct{ bits [16]byte }

// NewCode draws a code from random, which should be crypto/rand.Reader.
func NewCode(random io.Reader) (Code, error) {
	var c Code
	if _, err := io.ReadFull(random, c.bits[:]); err != nil {
		return Code{}, fmt.Errorf("draw a receipt code: %w", err)
	}
	return c, nil
}

// ParseCode reads what Words returns, as a person may type it: in any case, with
// numbers, commas, hyphens or line breaks between the words. Its errors name a
// word by its place only, and never repeat what was typed.
func ParseCode(text string) (Code, error) {
	if len(text) > maxCode {
		return Code{}, fmt.Errorf("a receipt code is %d words: this is far longer", codeWords)
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) != codeWords {
		return Code{}, fmt.Errorf("a receipt code is %d words: this has %d", codeWords, len(words))
	}
	for i, word := range words {
		if _, ok := bip39.GetWordIndex(word); !ok {
			return Code{}, fmt.Errorf("word %d is not one that receipt codes use: check its spelling", i+1)
		}
	}
	bits, err := bip39.EntropyFromMnemonic(strings.Join(words, " "))
	if err != nil {
		// The library's error may hold a word, so it goes no further.
		return Code{}, errors.New("these words are not a receipt code: check each of them and their order")
	}
	return Code{[16]byte(bits)}, nil
}

// Words returns the code as twelve words with a space between them.
func (c Code) Words() string {
	words, err := bip39.NewMnemonic(c.bits[:])
	if err != nil {
		panic("ledger: 16 bytes are always a mnemonic: " + err.Error())
	}
	return words
}

// String does not show the code, so that it cannot get into a log by mistake.
// See Words.
func (c Code) String() string { return "receipt code (not shown)" }

// GoString does not show the code either.
func (c Code) GoString() string { return c.String() }

// Derive works out n bytes for one purpose from the code (HKDF-SHA-256, RFC
// 5869). Without the code nobody can.
func (c Code) Derive(purpose string, n int) []byte {
	b, err := hkdf.Key(sha256.New, c.bits[:], nil, "heard/code/v1/"+purpose, n)
	if err != nil {
		panic("ledger: a code derives up to 8160 bytes: " + err.Error())
	}
	return b
}

// Lookup returns what is stored in place of the code to find its submission by:
// HMAC-SHA-256 of its 16 bytes under a pepper kept outside the database.
func (c Code) Lookup(pepper []byte) []byte {
	m := hmac.New(sha256.New, pepper)
	m.Write(c.bits[:])
	return m.Sum(nil)
}
