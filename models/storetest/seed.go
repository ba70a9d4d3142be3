package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"heard/models"
	"heard/models/store"
)

// Invented is a small valid consultation about an invented place: two groups,
// one of them sensitive, a position question, a themed question, consent and
// an equality question.
const Invented = `heard: 1
id: lantern-square
version: 1
title: Renewing the Lantern Square order
council:
  name: Penrow Borough Council
  email: consultation@penrow.example
  phone: 020 7946 0123
languages: [en]
opens: 2026-10-05
closes: 2026-12-14 23:59
invented: true
proposal:
  acts: [extend]
  summary: The council proposes to keep the order for three more years.
restrictions:
  - {id: R1, text: Nobody may drink alcohol in the square after dark., paraphrase: true}
groups:
  - {id: resident, name: Residents, when: A1 is live_here}
  - {id: sex_worker, name: Sex workers, sensitive: true, when: A1 is sex_work}
  - {id: other, name: Other people}
questions:
  - id: A1
    type: ticks
    text: What brings you to the square?
    about_you: true
    options:
      - {id: live_here, text: I live near it}
      - {id: sex_work, text: I do sex work near it}
      - {id: visit, text: I visit it}
  - id: C1
    type: choice
    text: Should the order be kept?
    position: true
    restriction: R1
    options:
      - {id: yes_keep, text: "Yes", stance: for}
      - {id: no_keep, text: "No", stance: against}
      - {id: unsure, text: I am not sure, stance: unsure}
  - {id: C2, type: long_text, text: What do you want the council to know?, themed: true}
  - id: K1
    type: choice
    text: May the council quote your words?
    about_you: true
    options:
      - {id: quote, text: "Yes", grants: [quote]}
      - {id: count, text: "No, only count them"}
paths:
  - {id: everybody, name: Everybody, ask: [A1, C1, C2, K1]}
equality:
  - id: E1
    type: choice
    text: How old are you?
    options:
      - {id: under_25, text: Under 25}
      - {id: over_24, text: 25 or older}
`

// Version returns the invented consultation's source with another id and
// version.
func Version(id string, version int) []byte {
	source := strings.Replace(Invented, "id: lantern-square", "id: "+id, 1)
	return []byte(strings.Replace(source, "version: 1", fmt.Sprintf("version: %d", version), 1))
}

// Save saves a consultation from its source and returns it.
func Save(t testing.TB, s *store.Store, source []byte) *models.Consultation {
	t.Helper()
	c, err := models.ParseConsultation("seed.yaml", source)
	if err != nil {
		t.Fatalf("the seed: %v", err)
	}
	if err := s.SaveConsultation(context.Background(), c, source); err != nil {
		t.Fatalf("save the seed: %v", err)
	}
	c, err = s.Consultation(context.Background(), c.ID)
	if err != nil {
		t.Fatalf("read the seed: %v", err)
	}
	return c
}

// Seed saves the invented consultation, as a draft, with n submissions and
// returns the submissions.
func Seed(t testing.TB, s *store.Store, n int) []*models.Submission {
	t.Helper()
	c := Save(t, s, []byte(Invented))
	submissions := make([]*models.Submission, n)
	for i := range n {
		sub := Submission(c.ID, i)
		Create(t, s, sub)
		submissions[i] = &sub.Submission
	}
	return submissions
}

// Create saves a submission that is not there yet.
func Create(t testing.TB, s *store.Store, n store.NewSubmission) {
	t.Helper()
	created, err := s.CreateSubmission(context.Background(), n)
	if err != nil || !created {
		t.Fatalf("create submission %s: created %v, error %v", n.Submission.ID, created, err)
	}
}

// Submission returns the ith submission to the invented consultation. Every
// third is from a sex worker, every other allows quotes, and each says
// something of its own.
func Submission(consultation string, i int) store.NewSubmission {
	group, why, stance, keep := "resident", "live_here", models.StanceFor, "yes_keep"
	if i%3 == 2 {
		group, why, stance, keep = "sex_worker", "sex_work", models.StanceAgainst, "no_keep"
	}
	consent, consents := "count", []models.Consent(nil)
	if i%2 == 0 {
		consent, consents = "quote", []models.Consent{models.ConsentQuote}
	}
	words := fmt.Sprintf("The lamps on the north side go out at night, and I counted %d broken ones.", i+2)
	return store.NewSubmission{
		Submission: models.Submission{
			ID: fmt.Sprintf("%s-s%05d", consultation, i), PublicID: fmt.Sprintf("P%05d", i),
			Consultation: consultation, FormVersion: 1, Day: "2026-11-02",
			Channel: models.ChannelWeb, Language: "en", Path: "everybody",
			Groups: []string{group}, Consents: consents, Stance: stance, Status: models.SubmissionLive,
			Answers: []models.Answer{
				{Question: "A1", Options: []string{why}},
				{Question: "C1", Options: []string{keep}},
				{Question: "C2", Text: words, Redacted: words},
				{Question: "K1", Options: []string{consent}},
			},
		},
		Receipt: Hash(consultation, "receipt", i), Nonce: Hash(consultation, "nonce", i),
		Leaf: Hash(consultation, "leaf", i), Salt: Hash(consultation, "salt", i),
	}
}

// Hash returns 32 bytes that stand for the ith thing of a kind.
func Hash(consultation, kind string, i int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", consultation, kind, i))
	return sum[:]
}
