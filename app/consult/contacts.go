package consult

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/mail"
	"slices"
	"strings"

	"heard/models"
	"heard/models/store"
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

// ContactOpening returns who asked last to open the list, and who agreed, by
// address of their accounts; asked and open tell whether it is for others than the
// actor to agree, and whether the actor may open the list today.
func (s *Service) ContactOpening(ctx context.Context, by Actor, c *models.Consultation) (o models.ContactOpening, asked, open bool, err error) {
	if err := by.need(SeeContacts); err != nil {
		return o, false, false, err
	}
	if o, err = s.store.ContactOpening(ctx, c.ID); err != nil {
		return o, false, false, err
	}
	asked, open = o.Waits() && o.By == by.ID, mayRead(o, by, s.today())
	names, err := s.names(ctx)
	o.By = named(names, o.By)
	if o.AgreedBy != "" {
		o.AgreedBy = named(names, o.AgreedBy)
	}
	return o, asked, open, err
}

func mayRead(o models.ContactOpening, by Actor, day string) bool {
	return o.Open(day) && (by.ID == o.By || by.ID == o.AgreedBy)
}

// AskForContacts asks other officers to agree that the actor opens the list. What
// was asked or agreed before is void.
func (s *Service) AskForContacts(ctx context.Context, by Actor, c *models.Consultation, reason string) error {
	if err := by.need(ReadContacts); err != nil {
		return err
	}
	const not = "Nobody was asked."
	reason, err := cleanWords(not, "reason", reason, MaxReason)
	if err != nil {
		return err
	}
	if reason == "" {
		return refused(not, "reason", "Say what the addresses are needed for")
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Lock(ctx, c.ID); err != nil {
			return err
		}
		was, err := tx.ContactOpening(ctx, c.ID)
		if err != nil {
			return err
		}
		if was.Waits() && was.By != by.ID && was.Day == s.today() {
			return models.NewError(models.KindConflict, "Another officer asked for it today. Agree to that, and both of you can open the list.")
		}
		if err := tx.SaveContactOpening(ctx, models.ContactOpening{Consultation: c.ID, By: by.ID, Reason: reason, Day: s.today()}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "contacts.asked", c.ID, c.ID, reason)
	})
}

// AgreeToContacts agrees to what another officer asked for, as it was seen: with
// this reason.
func (s *Service) AgreeToContacts(ctx context.Context, by Actor, c *models.Consultation, reason string) error {
	if err := by.need(ReadContacts); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Lock(ctx, c.ID); err != nil {
			return err
		}
		o, err := tx.ContactOpening(ctx, c.ID)
		if err != nil {
			return err
		}
		switch {
		case !o.Waits() || o.Reason != reason:
			return models.NewError(models.KindConflict, "What was asked for has changed since you opened the page. Look at it as it is now.")
		case o.By == by.ID:
			return models.NewError(models.KindConflict, "You asked for it yourself, so another officer has to agree.")
		}
		o.AgreedBy, o.Agreed = by.ID, s.today()
		if err := tx.SaveContactOpening(ctx, o); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "contacts.agreed", c.ID, c.ID, "")
	})
}

// Contacts returns the addresses on the list, sorted, to either of the two officers
// who agreed that it is opened. key is the officers', "" where the list is not
// sealed to one. That they were read is put on record.
func (s *Service) Contacts(ctx context.Context, by Actor, c *models.Consultation, key string) ([]string, error) {
	if err := by.need(ReadContacts); err != nil {
		return nil, err
	}
	opening, err := s.store.ContactOpening(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	if !mayRead(opening, by, s.today()) {
		return nil, models.NewError(models.KindConflict, "Two officers open the list together. Say what it is needed for, and have another officer agree.")
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
