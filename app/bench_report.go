package app

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"heard/app/consult"
	"heard/app/measured"
	"heard/app/report"
	"heard/models"
	"heard/views"
)

// reportFormats are the files that a report is written as, besides its page.
var reportFormats = []struct {
	name  string
	write func(io.Writer, *models.Report) error
}{
	{"JSON", report.WriteJSON},
	{"CSV", report.WriteCSV},
}

// What a report may take: seconds for each 10,000 answers, whatever the format,
// and MB; and how large the page of 5,000 may be.
const (
	reportSeconds = 10
	reportMB      = 1024
	pageKB        = 300
)

// pageAnswers is for how many answers the size of the page has a goal.
const pageAnswers = 5000

// report measures the report of cmd.N made-up answers: building it from the
// store, once themes are found, and writing it in every format.
func (cmd benchCommand) report(r *run, a *App, c *models.Consultation) error {
	return cmd.table(r, "", func(out func(measured.Row) error) error {
		if err := a.Service.Load(r.ctx, consult.Portal, cmd.submissions(c)); err != nil {
			return err
		}
		goal := float64(reportSeconds) * max(1, float64(cmd.N)/madeUpAnswers)
		row, err := measured.Once(measured.Row{ID: "themes", Name: fmt.Sprintf("Themes of %d answers", cmd.N), Answers: cmd.N}, func(row *measured.Row) error {
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
		row.Add("most memory", row.PeakMB, "MB", 0).Judge(measured.Most("most memory", reportMB))
		return out(row)
	})
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
	renderer, err := views.New()
	if err != nil {
		return err
	}
	built.Published = true
	var page bytes.Buffer
	err = timed(row, "page", goal, func() error {
		return renderer.Render(&page, &views.ReportPage{Report: built, Status: models.StatusPublished})
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
		if err := timed(row, format.name, goal, func() error { return format.write(&file, built) }); err != nil {
			return err
		}
		row.Add("size of "+format.name, float64(file.Len())/1024, "KB", 0)
	}
	row.Add("themes", float64(len(built.Themes)), "", 0)
	return nil
}

// timed adds how many seconds something took, held to a goal if there is one.
func timed(row *measured.Row, name string, goal float64, do func() error) error {
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	f := row.Add(name, time.Since(start).Seconds(), "s", 2)
	if goal > 0 {
		f.Judge(measured.Most(name, goal))
	}
	return nil
}
