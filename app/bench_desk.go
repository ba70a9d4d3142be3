package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"heard/app/consult"
	"heard/app/measured"
	"heard/models"
)

// What a page of the desk may take: ms for 5,000 answers, and the same for fewer.
const (
	deskMillis  = 200
	deskAnswers = 5000
)

// desk measures what officers wait for at cmd.N answers: the service's part of each
// page, which is nearly all of it. Each is asked for several times, and the median
// of them has the goal.
func (cmd benchCommand) desk(r *run, a *App, c *models.Consultation) error {
	return cmd.table(r, "", func(out func(measured.Row) error) error {
		ctx := r.ctx
		if err := a.Service.Load(ctx, consult.Portal, cmd.submissions(c)); err != nil {
			return err
		}
		if err := a.Service.RefreshThemes(ctx, c.ID); err != nil {
			return err
		}
		officers, err := a.demoOfficers(ctx)
		if err != nil {
			return err
		}
		by := officers[0]
		id, err := a.Store.NextRedaction(ctx, c.ID, by.ID, models.RedactionOpen, nil)
		if err != nil {
			return err
		}
		batch, err := a.Service.OpenBatch(ctx, by, c, models.Batch{Channel: models.ChannelPaper, Received: a.Service.Today(), Expected: 1, Form: 1})
		if err != nil {
			return err
		}
		answer := models.AnswerKey{Submission: id, Question: "C6"}
		row, err := measured.Once(measured.Row{ID: "desk", Name: fmt.Sprintf("The desk with %d submissions", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
			for _, page := range []struct {
				name string
				open func(context.Context) error
			}{
				{"reading queue", func(ctx context.Context) error {
					_, err := a.Service.ReadingQueue(ctx, by, c, models.ReadingUnread, 1)
					return err
				}},
				{"next to read", func(ctx context.Context) error {
					_, err := a.Service.NextToRead(ctx, by, c, "")
					return err
				}},
				{"redaction queue", func(ctx context.Context) error {
					_, err := a.Service.RedactionProgress(ctx, by, c)
					return err
				}},
				{"next to check", func(ctx context.Context) error {
					_, err := a.Service.NextRedaction(ctx, by, c, false)
					return err
				}},
				{"what is taken out", func(ctx context.Context) error {
					_, err := a.Service.Redactions(ctx, by, c, id)
					return err
				}},
				{"keying", func(ctx context.Context) error {
					_, err := a.Service.Keying(ctx, by, c)
					return err
				}},
				{"a batch", func(ctx context.Context) error {
					_, _, err := a.Service.Batch(ctx, by, c, batch.ID)
					return err
				}},
				{"a submission", func(ctx context.Context) error {
					_, _, err := a.Service.Submission(ctx, by, c, id, false)
					return err
				}},
				{"themes", func(ctx context.Context) error {
					_, err := a.Service.Themes(ctx, by, c)
					return err
				}},
				{"code an answer", func(ctx context.Context) error {
					_, err := a.Service.AnswerToCode(ctx, by, c, answer, consult.Openly)
					return err
				}},
			} {
				took := make([]time.Duration, 5)
				for i := range took {
					start := time.Now()
					if err := page.open(ctx); err != nil {
						return fmt.Errorf("%s: %w", page.name, err)
					}
					took[i] = time.Since(start)
				}
				slices.Sort(took)
				f := row.Add(page.name, took[len(took)/2].Seconds()*1000, "ms", 0)
				if cmd.N <= deskAnswers {
					f.Judge(measured.Most(page.name, deskMillis))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out(row)
	})
}
