package consult

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"heard/app/evidence"
	"heard/models"
)

// What only officers open: e-mail addresses and files as they were sent. Where
// the portal is told officers' keys it seals these to them with age
// (age-encryption.org/v1), and cannot open what it has sealed: neither can whoever
// has the whole machine. Where it is told none, it seals them with its secret.

// ageIntro begins everything that is sealed with age.
const ageIntro = "age-encryption.org/v1\n"

// OfficersKeys reads the public halves of officers' keys, one a line or parted by
// spaces, as heard officers-key prints them.
func OfficersKeys(text string) ([]age.Recipient, error) {
	var keys []age.Recipient
	for _, field := range strings.Fields(text) {
		key, err := age.ParseX25519Recipient(field)
		if err != nil {
			return nil, errors.New("an officers' key is wrong: expected age1 and 58 letters and digits, as heard officers-key prints it")
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// toOfficers seals something to officers' keys; where there are none it stays as it
// is.
func (s *Service) toOfficers(plain []byte) ([]byte, error) {
	if len(s.officers) == 0 {
		return plain, nil
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, s.officers...)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plain); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// ErrNeedsKey says that an officer has to bring their key.
var ErrNeedsKey = &models.Error{Kind: models.KindInvalid, Message: "This is sealed for officers and does not open without their key.",
	Fields: []models.FieldError{{Field: "key", Message: "Enter the officers' key, which begins with AGE-SECRET-KEY-1"}}}

// fromOfficers opens what toOfficers sealed. The key, "" for none, is used and
// forgotten.
func fromOfficers(sealed []byte, key string) ([]byte, error) {
	if !bytes.HasPrefix(sealed, []byte(ageIntro)) {
		return sealed, nil
	}
	identity, err := age.ParseX25519Identity(strings.ToUpper(strings.TrimSpace(key)))
	if err != nil {
		return nil, ErrNeedsKey
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), identity)
	if err != nil {
		return nil, ErrNeedsKey
	}
	return io.ReadAll(r)
}

// SealedToOfficers reports whether the portal seals to officers' keys.
func (s *Service) SealedToOfficers() bool { return len(s.officers) > 0 }

// SentFile returns an attachment as it was sent, with all that is hidden in it, for
// whoever has to show that it is genuine: no page offers it. That it was opened goes
// on record.
func (s *Service) SentFile(ctx context.Context, by Actor, c *models.Consultation, id string, number int, key string) (data []byte, ending string, err error) {
	if err := by.need(OpenHeld); err != nil {
		return nil, "", err
	}
	sub, err := s.store.Submission(ctx, id)
	if err != nil {
		return nil, "", err
	}
	if sub.Consultation != c.ID || number < 1 || number > len(sub.Attachments) || sub.Attachments[number-1].Original == "" {
		return nil, "", models.NewError(models.KindNotFound, "There is no such file, or it was kept only without what is hidden in it.")
	}
	a := sub.Attachments[number-1]
	sealed, err := s.files.Get(ctx, a.Original)
	if errors.Is(err, evidence.ErrNotFound) {
		return nil, "", models.NewError(models.KindNotFound, "The file is not there any more.")
	}
	if err != nil {
		return nil, "", err
	}
	if a.Secret == "" { // from before files had a secret of their own
		data, err = s.open(sealOriginals, sealed)
	} else {
		data, err = s.unsealFile(a.Secret, sealed)
	}
	if err == nil {
		data, err = fromOfficers(data, key)
	}
	if err != nil {
		return nil, "", err
	}
	return data, strings.ToLower(strings.TrimPrefix(a.Kind, scanned)), s.record(ctx, s.store, by, "original.opened", fmt.Sprintf("%s attachment %d", id, number), c.ID, "")
}
