package store

import (
	"context"

	"heard/models"
)

type messageRow struct {
	Submission string `gorm:"primaryKey"`
	Position   int    `gorm:"primaryKey;autoIncrement:false"`
	Officer    bool
	Day        string
	Text       string
}

func (messageRow) TableName() string { return "messages" }

// AddMessage puts a message after those that belong to the submission.
func (s *Store) AddMessage(ctx context.Context, submission string, m models.Message) error {
	const doing = "save the message"
	return s.Tx(ctx, func(tx *Store) error {
		var owner submissionRow
		if err := tx.db.WithContext(ctx).Select("consultation").Take(&owner, "id = ?", submission).Error; err != nil {
			return found(err, doing, noSubmission)
		}
		if err := tx.Lock(ctx, owner.Consultation); err != nil { // two at once get places of their own
			return err
		}
		row := messageRow{Submission: submission, Officer: m.Officer, Day: m.Day, Text: m.Text}
		err := tx.db.WithContext(ctx).Model(&messageRow{}).Where("submission = ?", submission).
			Select("COALESCE(MAX(position), -1) + 1").Scan(&row.Position).Error
		if err != nil {
			return failed(err, doing)
		}
		w, err := tx.wordsTo(ctx, submission)
		if err == nil {
			w.sealed(row.places())
			err = tx.db.WithContext(ctx).Create(&row).Error
		}
		return failed(err, doing)
	})
}

// Messages returns the messages that belong to a submission, oldest first.
func (s *Store) Messages(ctx context.Context, submission string) ([]models.Message, error) {
	var rows []messageRow
	if err := s.db.WithContext(ctx).Where("submission = ?", submission).Order("position").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the messages")
	}
	open, err := s.words(ctx, submission)
	list := make([]models.Message, len(rows))
	for i, r := range rows {
		if err == nil {
			err = open[submission].opened(r.places())
			list[i] = models.Message{Officer: r.Officer, Day: r.Day, Text: r.Text}
		}
	}
	if err != nil {
		return nil, failed(err, "read the messages")
	}
	return list, nil
}
