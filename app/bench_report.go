package app

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"heard/app/consult"
	"heard/app/measured"
	"heard/models"
	"heard/views"
)

// reportFormats are the files that a report is written as, besides its page, with
// how figures name them. PDF is made by another program, and not measured.
var reportFormats = []string{"html", "docx", "xlsx", "csv", "json"}

// What a report may take: seconds for each 10,000 answers, whatever the format, MB
// for as many, and how large the page of 5,000 may be.
const (
	reportSeconds = 10
	reportMB      = 1024
	pageKB        = 300
)

// pageAnswers is for how many answers the size of the page has a goal.
const pageAnswers = 5000

// report measures the report of cmd.N made-up answers: storing them, finding themes
// in them, and, which has the goal, building it from the store and writing it in
// every format.
func (cmd benchCommand) report(r *run, a *App, c *models.Consultation) error {
	return cmd.table(r, "", func(out func(measured.Row) error) error {
		row, err := measured.Once(measured.Row{ID: "answers", Name: fmt.Sprintf("%d answers", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
			subs := cmd.answered(c)
			return timed(row, "redacted and stored", 0, func() error { return a.Service.Load(r.ctx, consult.Portal, subs) })
		})
		if err != nil {
			return err
		}
		if err := out(row); err != nil {
			return err
		}
		goal := float64(reportSeconds) * max(1, float64(cmd.N)/madeUpAnswers)
		row, err = measured.Once(measured.Row{ID: "themes", Name: fmt.Sprintf("Themes of %d answers", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
			return timed(row, "found", 0, func() error { return a.Service.RefreshThemes(r.ctx, c.ID) })
		})
		if err != nil {
			return err
		}
		if err := out(row); err != nil {
			return err
		}
		row, err = measured.Once(measured.Row{ID: "report", Name: fmt.Sprintf("Report of %d answers", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
			return cmd.written(r.ctx, row, a, c, goal)
		})
		if err != nil {
			return err
		}
		if f := row.Add("most memory", row.PeakMB, "MB", 0); cmd.N <= madeUpAnswers {
			f.Judge(measured.Most("most memory", reportMB))
		}
		return out(row)
	})
}

// answered are made-up submissions that fill every section of a report: all that
// people like them are asked to choose is chosen, some are in two groups, some do not
// agree to be quoted, and some send one of two letters.
func (cmd benchCommand) answered(c *models.Consultation) []models.Submission {
	random := rand.New(rand.NewPCG(5, 5))
	subs := cmd.submissions(c)
	letters := madeUp(2, 9)
	for i := range subs {
		s := &subs[i]
		if g := c.Groups[random.IntN(len(c.Groups))].ID; random.IntN(6) == 0 && g != s.Groups[0] {
			s.Groups = append(s.Groups, g)
		}
		if random.IntN(4) == 0 {
			s.Consents = nil
		}
		if random.IntN(25) == 0 {
			s.Answers[1].Text = letters[random.IntN(len(letters))]
		}
		given := models.Answers{}
		for _, q := range c.Questions {
			if !q.Closed() || len(q.Options) == 0 || q.Sensitive && !c.Sensitive(s.Groups) || random.IntN(12) == 0 {
				continue
			}
			chosen := q.Options[min(random.IntN(len(q.Options)), random.IntN(len(q.Options)))].ID
			given[q.ID] = models.Given{Options: []string{chosen}}
			if q.ID == "C1" {
				s.Answers[0].Options = []string{chosen}
				continue
			}
			s.Answers = append(s.Answers, models.Answer{Question: q.ID, Options: []string{chosen}})
		}
		s.Stance = c.StanceOf(given)
	}
	return subs
}

func (cmd benchCommand) written(ctx context.Context, row *measured.Row, a *App, c *models.Consultation, goal float64) error {
	var built *models.Report
	err := timed(row, "built", goal, func() (err error) {
		built, err = a.Service.DraftReport(ctx, consult.Portal, c)
		return err
	})
	if err != nil {
		return err
	}
	built.Published = true
	var page bytes.Buffer
	err = timed(row, "page", goal, func() error {
		return a.Views.Render(&page, &views.ReportPage{Report: built, Status: models.StatusPublished})
	})
	if err != nil {
		return err
	}
	f := row.Add("size of the page", float64(page.Len())/1024, "KB", 0)
	if cmd.N <= pageAnswers {
		f.Judge(measured.Most("size of the page", pageKB))
	}
	for _, format := range reportFormats {
		var file bytes.Buffer
		name := strings.ToUpper(format)
		if err := timed(row, name, goal, func() error { return a.writeReport(ctx, &file, c, built, format) }); err != nil {
			return err
		}
		row.Add("size of "+name, float64(file.Len())/1024, "KB", 0)
	}
	row.Add("themes", float64(len(built.Themes)), "", 0)
	return nil
}

// timed adds how many seconds something took, held to a goal if there is one, and
// how many of them the processors worked: others may use the machine too.
func timed(row *measured.Row, name string, goal float64, do func() error) error {
	start, used := time.Now(), measured.CPUTime()
	if err := do(); err != nil {
		return err
	}
	f := row.Add(name, time.Since(start).Seconds(), "s", 2)
	if goal > 0 {
		f.Judge(measured.Most(name, goal))
	}
	row.Add(name+", CPU", (measured.CPUTime() - used).Seconds(), "s", 2)
	return nil
}
