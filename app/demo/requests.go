package demo

import (
	"time"

	"heard/models"
)

// Requests returns what was asked of the invented council about its consultation
// c; none of it is open. now is the moment that c was made for.
func Requests(c *models.Consultation, now time.Time) []models.Request {
	opens, _ := c.Window()
	day := func(after int) string {
		if on := opens.AddDate(0, 0, after); on.Before(now) {
			return on.Format(time.DateOnly)
		}
		return now.Format(time.DateOnly)
	}
	return []models.Request{
		{Kind: models.RequestFOI, Reference: "FOI 2026/114", Received: day(3), Came: "email", State: models.RequestAnswered, Outcome: "The questionnaire and the privacy notice were sent. No response was asked for.", Done: day(9)},
		{Kind: models.RequestErasure, Reference: "DPO 2026/31", Received: day(5), Came: "telephone", State: models.RequestCannotLocate, Outcome: "No receipt code was kept, and nothing that the person remembers stands in any answer. They were told that the code, or some words, would be enough.", Done: day(12)},
	}
}

// Retention is the day on which the original words of c are deleted: twelve months
// after the decision.
func Retention(c *models.Consultation) models.Retention {
	return models.Retention{Version: 1, Day: models.AddMonths(c.Proposal.Decision.When, 12)}
}
