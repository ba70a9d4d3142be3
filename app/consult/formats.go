package consult

import (
	"bytes"
	"context"
	"encoding/csv"

	"heard/app/report"
	"heard/models"
)

// DraftFile returns the draft report as data, in one of the formats of ReportFile.
func (s *Service) DraftFile(ctx context.Context, by Actor, c *models.Consultation, format string) ([]byte, error) {
	r, err := s.DraftDocument(ctx, by, c)
	if err != nil {
		return nil, err
	}
	return reportAs(r, format)
}

// DraftDocument returns the draft report to be taken away as a document.
func (s *Service) DraftDocument(ctx context.Context, by Actor, c *models.Consultation) (*models.Report, error) {
	if err := by.need(TakeDraft); err != nil {
		return nil, err
	}
	return s.DraftReport(ctx, by, c)
}

// spreadsheet is rows as CSV, the first of which names the columns. Words that a
// spreadsheet program would take for a formula are made harmless.
func spreadsheet(rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	for _, row := range rows {
		for i := range row {
			row[i] = report.SafeCell(row[i])
		}
	}
	err := csv.NewWriter(&b).WriteAll(rows)
	return b.Bytes(), err
}

// reportAs is a report as data: csv, json, xlsx, or the dictionary that says what
// the fields of the others mean.
func reportAs(r *models.Report, format string) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch format {
	case "csv":
		err = report.WriteCSV(&b, r)
	case "json":
		err = report.WriteJSON(&b, r)
	case "xlsx":
		err = report.WriteXLSX(&b, r)
	case "dictionary":
		err = report.WriteDictionary(&b)
	default:
		err = models.NewError(models.KindNotFound, "The report is not published in this format.")
	}
	return b.Bytes(), err
}
