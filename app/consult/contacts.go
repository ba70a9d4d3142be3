package consult

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/mail"
	"slices"
	"strings"

	"heard/models"
)

// TellResult puts an e-mail address on the list of those who want to be told
// what was decided. The list leads to no submission, keeps no day, and is
// sealed.
func (s *Service) TellResult(ctx context.Context, c *models.Consultation, email string) error {
	address, err := contactAddress(c, email)
	if err != nil {
		return err
	}
	sealed, err := s.toOfficers([]byte(address))
	if err == nil {
		sealed, err = s.seal(sealContacts, sealed)
	}
	if err != nil {
		return err
	}
	return s.store.SaveContact(ctx, c.ID, s.contactID(c, address), sealed)
}

// ForgetContact takes an address off the list. Whether it was on it is not told.
func (s *Service) ForgetContact(ctx context.Context, c *models.Consultation, email string) error {
	address, err := contactAddress(c, email)
	if err != nil {
		return err
	}
	return s.store.DeleteContact(ctx, c.ID, s.contactID(c, address))
}

// Contacts returns the addresses on the list, sorted. That they were read is put
// on record. key is the officers', "" where the list is not sealed to one.
func (s *Service) Contacts(ctx context.Context, by Actor, c *models.Consultation, key string) ([]string, error) {
	if err := by.need(ReadContacts); err != nil {
		return nil, err
	}
	sealed, err := s.store.Contacts(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, b := range sealed {
		address, err := s.open(sealContacts, b)
		if err == nil {
			address, err = fromOfficers(address, key)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, string(address))
	}
	slices.Sort(list)
	if err := s.record(ctx, s.store, by, "contacts.read", c.ID, c.ID, ""); err != nil {
		return nil, err
	}
	return list, nil
}

func contactAddress(c *models.Consultation, email string) (string, error) {
	if !c.OfferResult {
		return "", models.NewError(models.KindNotFound, "This consultation keeps no list of addresses.")
	}
	a, err := mail.ParseAddress(strings.TrimSpace(email))
	if err != nil || a.Address != strings.TrimSpace(email) || len(a.Address) > 254 {
		return "", &models.Error{Kind: models.KindInvalid, Message: "There is a problem with the address.",
			Fields: []models.FieldError{{Field: "email", Code: "result.email.wrong", Message: "Enter an email address, like name@example.org"}}}
	}
	return strings.ToLower(a.Address), nil
}

// contactID finds an address on the list without showing it to whoever has the
// database alone.
func (s *Service) contactID(c *models.Consultation, address string) []byte {
	m := hmac.New(sha256.New, s.pepper)
	m.Write([]byte("contact\x00" + c.ID + "\x00" + address))
	return m.Sum(nil)
}
