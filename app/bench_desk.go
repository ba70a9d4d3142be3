package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"heard/app/consult"
	"heard/app/measured"
	"heard/models"
	"heard/models/store"
)

// What a page of the desk may take: ms for 5,000 answers, and the same for fewer.
const (
	deskMillis  = 200
	deskAnswers = 5000
)

// desk measures what officers wait for at cmd.N answers, half of which are read and
// a fifth coded: each page from the request to its last byte, as it is served. Each
// is asked for several times. The median has the goal; what the machine's processors
// were busy with it is beside it, which others on the machine do not change.
func (cmd benchCommand) desk(r *run, a *App, c *models.Consultation) error {
	return cmd.table(r, "", func(out func(measured.Row) error) error {
		ctx := r.ctx
		if err := a.Service.Load(ctx, consult.Portal, cmd.submissions(c)); err != nil {
			return err
		}
		if err := a.Drain(ctx); err != nil {
			return err
		}
		officers, err := a.demoOfficers(ctx)
		if err != nil {
			return err
		}
		by := officers[0]
		if err := cmd.work(ctx, a, c, officers); err != nil {
			return err
		}
		id, err := a.Store.NextRedaction(ctx, c.ID, by.ID, models.RedactionOpen, nil, "")
		if err != nil {
			return err
		}
		batch, err := a.Service.OpenBatch(ctx, by, c, models.Batch{Channel: models.ChannelPaper, Received: a.Service.Today(), Expected: 1, Form: 1})
		if err != nil {
			return err
		}
		themes, err := a.Store.Themes(ctx, c.ID)
		if err != nil {
			return err
		}
		if err := a.Start(ctx); err != nil {
			return err
		}
		open, err := a.deskVisitor(ctx, models.RoleOfficer)
		if err != nil {
			return err
		}
		audit, err := a.deskVisitor(ctx, models.RoleAuditor)
		if err != nil {
			return err
		}
		councillor, err := a.deskVisitor(ctx, models.RoleCouncillor)
		if err != nil {
			return err
		}
		// The figures of a page are kept until something is written that they are counted
		// from.
		changed := func(address string) error {
			if err := a.Store.SetAttention(ctx, id, nil); err != nil {
				return err
			}
			return open(address)
		}
		at := "/staff/" + c.ID + "/"
		pages := []struct {
			name, address string
			open          func(address string) error
		}{
			{"reading queue", at + "reading", open},
			{"reading, all", at + "reading?show=all", open},
			{"reading, last page", at + "reading?page=9999", open},
			{"read one", at + "reading/" + id, open},
			{"redaction queue", at + "redactions", open},
			{"what is taken out", at + "submissions/" + id + "/redact", open},
			{"refused", at + "redactions/refused", open},
			{"attention", at + "attention", open},
			{"a submission", at + "submissions/" + id, open},
			{"search", at + "search?q=housing", open},
			{"search, no words", at + "search", open},
			{"kept", at + "kept", open},
			{"keying", at + "keying", open},
			{"a batch", at + "keying/" + batch.ID, open},
			{"a form", at + "keying/" + batch.ID + "/new", open},
			{"import", at + "import", open},
			{"contacts", at + "contacts", open},
			{"themes", at + "themes", open},
			{"code frame", at + "frame", open},
			{"code", at + "code", open},
			{"code one", at + "code?submission=" + id + "&question=C6", open},
			{"code blind", at + "code?way=blind", open},
			{"settle", at + "code?way=settle", open},
			{"findings", at + "findings", open},
			{"findings, counted again", at + "findings", changed},
			{"a finding", at + "findings/new", open},
			{"report", at + "report", open},
			{"report, counted again", at + "report", changed},
			{"points heard once", at + "report/heard-once", open},
			{"where everybody stands", at + "report/ledger.csv", open},
			{"themes, councillor", at + "themes", councillor},
			{"versions", at + "versions", open},
			{"objections", at + "objections", open},
			{"requests", at + "requests", open},
			{"duties", at + "duties", open},
			{"register", at + "register", open},
			{"settings", at + "settings", open},
			{"essentials", at + "essentials", open},
			{"preview", at + "preview", open},
			{"all consultations", "/staff", open},
			{"audit", "/staff/audit", audit},
		}
		if len(themes) > 0 {
			pages = append(pages, pages[0])
			last := &pages[len(pages)-1]
			last.name, last.address = "one theme", at+"themes/"+themes[0].ID
		}
		row, err := measured.Once(measured.Row{ID: "desk", Name: fmt.Sprintf("The desk with %d submissions", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
			for _, page := range pages {
				if !strings.HasPrefix(page.name, cmd.Only) {
					continue
				}
				took := make([]time.Duration, 7)
				used := measured.CPUTime()
				for i := range took {
					start := time.Now()
					if err := page.open(page.address); err != nil {
						return fmt.Errorf("%s: %w", page.name, err)
					}
					took[i] = time.Since(start)
				}
				used = (measured.CPUTime() - used) / time.Duration(len(took))
				slices.Sort(took)
				f := row.Add(page.name, took[len(took)/2].Seconds()*1000, "ms", 0)
				if cmd.N <= deskAnswers {
					f.Judge(measured.Most(page.name, deskMillis))
				}
				row.Add(page.name+", processors", used.Seconds()*1000, "ms", 0)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return out(row)
	})
}

// work has two officers read half of the answers, code a fifth and all of the
// sample blind, and puts four acts for each answer on record.
func (cmd benchCommand) work(ctx context.Context, a *App, c *models.Consultation, officers []consult.Actor) error {
	day := a.Service.Today()
	themes, err := a.Store.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	var ids []string
	for sub, err := range a.Store.Submissions(ctx, c.ID) {
		if err != nil {
			return err
		}
		ids = append(ids, sub.ID)
	}
	err = a.Store.Tx(ctx, func(tx *store.Store) error {
		for i, id := range ids {
			for _, act := range []string{"submission.received", "submission.read", "redaction.checked", "redaction.approved"} {
				if err := tx.Audit(ctx, models.AuditEvent{Actor: officers[0].ID, Action: act, Object: id, Consultation: c.ID}); err != nil {
					return err
				}
			}
			key := models.AnswerKey{Submission: id, Question: "C6"}
			if i%2 == 0 {
				if err := tx.SaveReading(ctx, models.Reading{Submission: id, By: officers[0].ID, Day: day}); err != nil {
					return err
				}
			}
			if i%5 == 0 && len(themes) > 0 {
				err := tx.AddCodings(ctx, []models.Coding{{Theme: themes[i%len(themes)].ID, AnswerKey: key, Belongs: true, By: officers[0].ID, Day: day}})
				if err != nil {
					return err
				}
				if err := tx.SaveCoded(ctx, models.CodedAnswer{AnswerKey: key, By: officers[0].ID, Day: day}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for n, by := range officers {
		for err == nil {
			var next *consult.ToCode
			if next, err = a.Service.NextToCode(ctx, by, c, models.AnswerKey{}, consult.Blind); err != nil || next == nil || len(themes) == 0 || next.Left < 60 {
				break
			}
			err = a.Service.CodeAnswer(ctx, by, c, consult.Decision{Answer: models.AnswerKey{Submission: next.Submission.ID, Question: next.Question},
				Themes: []string{themes[(next.Left+n*(next.Left%3)/2)%len(themes)].ID}, Way: consult.Blind})
		}
	}
	return err
}

// deskVisitor signs somebody in and returns what opens a page for them.
func (a *App) deskVisitor(ctx context.Context, role models.Role) (open func(address string) error, err error) {
	const password = "a long enough password"
	email := string(role) + ".at.the.desk@demo.example"
	token, err := a.Service.Invite(ctx, consult.Portal, email, role)
	if err != nil {
		return nil, err
	}
	if _, err := a.Service.Accept(ctx, token, "", password); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar}
	read := func(answer *http.Response, err error) error {
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusOK || strings.HasSuffix(answer.Request.URL.Path, "/sign-in") {
			err = errors.Join(err, fmt.Errorf("the portal answered %s", answer.Status))
		}
		return errors.Join(err, answer.Body.Close())
	}
	if err := read(client.PostForm(a.URL()+"/staff/sign-in", url.Values{"email": {email}, "password": {password}})); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	return func(address string) error { return read(client.Get(a.URL() + address)) }, nil
}
