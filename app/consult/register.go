package consult

import (
	"context"
	"strings"

	"heard/models"
	"heard/models/store"
)

// Register returns who was consulted, what was handed in and what was held beside
// the responses, by day.
func (s *Service) Register(ctx context.Context, by Actor, c *models.Consultation) ([]models.RegisterEntry, error) {
	if err := by.need(SeeDuties); err != nil {
		return nil, err
	}
	return s.store.Register(ctx, c.ID)
}

// RegisterEntry returns one entry of the register.
func (s *Service) RegisterEntry(ctx context.Context, by Actor, c *models.Consultation, id string) (*models.RegisterEntry, error) {
	if err := by.need(SeeDuties); err != nil {
		return nil, err
	}
	return s.store.RegisterEntry(ctx, c.ID, id)
}

// KeepEntry keeps a new entry, whose ID is "", or the next version of one;
// e.Version is one more than the version that was seen. A submission that it
// names has to be one of the consultation's.
func (s *Service) KeepEntry(ctx context.Context, by Actor, c *models.Consultation, e models.RegisterEntry) error {
	if err := by.need(KeepDuties); err != nil {
		return err
	}
	e.Consultation, e.By, e.Written = c.ID, by.ID, s.today()
	if err := e.Validate(); err != nil {
		return err
	}
	action := "register.changed"
	if e.ID == "" {
		action, e.ID, e.Version = "register.added", newID(10), 1
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if e.Version > 1 {
			was, err := tx.RegisterEntry(ctx, c.ID, e.ID)
			if err != nil {
				return err
			}
			e.Kind = was.Kind // an event never becomes a petition
		}
		if e.PublicID != "" {
			if _, err := tx.SubmissionByPublicID(ctx, c.ID, e.PublicID); models.KindOf(err) == models.KindNotFound {
				return &models.Error{Kind: models.KindInvalid, Message: "The entry cannot be kept yet.", Fields: []models.FieldError{{Field: "submission", Message: "There is no such submission to this consultation. Enter the id that stands above it, or nothing"}}}
			} else if err != nil {
				return err
			}
		}
		if err := tx.SaveRegisterEntry(ctx, e); err != nil {
			return err
		}
		return s.record(ctx, tx, by, action, e.ID, c.ID, entryText(&e))
	})
}

// TakeOutEntry takes an entry of the version that was seen out of the register.
// The record of acts keeps what it said.
func (s *Service) TakeOutEntry(ctx context.Context, by Actor, c *models.Consultation, id string, version int) error {
	if err := by.need(KeepDuties); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		e, err := tx.RegisterEntry(ctx, c.ID, id)
		if err != nil {
			return err
		}
		if err := tx.DeleteRegisterEntry(ctx, c.ID, id, version); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "register.taken-out", id, c.ID, entryText(e))
	})
}

// entryText is an entry on one line of the record of acts, which keeps the
// versions before.
func entryText(e *models.RegisterEntry) string {
	parts := []string{string(e.Kind)}
	for _, part := range []string{e.Name, e.Body, e.Day, e.Answered, e.Position, e.Place, e.Why, e.Answer} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " · ")
}
