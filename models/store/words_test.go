package store_test

import (
	"context"
	"errors"
	"testing"

	"heard/models"
	"heard/models/storetest"
)

// Two processes that start at once on a database from before words were sealed
// seal them once: nothing is lost under a key that the other has replaced.
func TestSealedByTwo(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		const words = "what somebody wrote before"
		one, two := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
		seeded := storetest.Seed(t, one, 40)
		if err := one.LayBare(t.Context(), words, make([]byte, 32)); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- two.SealEarlier(context.WithoutCancel(t.Context())) }()
		if err := one.SealEarlier(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		for _, m := range seeded {
			sub, err := two.Submission(t.Context(), m.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range sub.Answers {
				if a.Text != words || a.Redacted != words {
					t.Fatalf("an answer reads %q, redacted %q", a.Text, a.Redacted)
				}
			}
			if _, salt, _, err := two.Leaf(t.Context(), m.ID); err != nil || len(salt) != 32 {
				t.Fatalf("the salt has %d bytes, %v", len(salt), err)
			}
		}
	})
}

// The same of what came to be sealed later, under keys that stay.
func TestSealedLaterByTwo(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		const words = "what somebody wrote before"
		one, two := storetest.OpenURL(t, url), storetest.OpenURL(t, url)
		seeded := storetest.Seed(t, one, 20)
		themes := models.ThemeRun{Consultation: seeded[0].Consultation}
		for i, m := range seeded {
			themes.Campaigns = append(themes.Campaigns, models.Campaign{ID: m.ID, Consultation: m.Consultation, Template: "other"})
			err := errors.Join(
				one.SaveObjection(t.Context(), models.Objection{Submission: m.ID, Day: "2026-12-04", Text: "other", Version: 1}),
				one.HoldWords(t.Context(), models.HeldWords{Submission: m.ID, Consultation: m.Consultation, Day: "2026-12-04", Sealed: []byte{byte(i)}}))
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(one.SaveThemes(t.Context(), themes), one.LayBareLater(t.Context(), words)); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- two.SealEarlier(context.WithoutCancel(t.Context())) }()
		if err := errors.Join(one.SealEarlier(t.Context()), <-done); err != nil {
			t.Fatal(err)
		}
		c := seeded[0].Consultation
		objections, err := two.Objections(t.Context(), c)
		letters, err2 := one.Campaigns(t.Context(), c)
		held, err3 := two.HeldWords(t.Context(), c)
		if err := errors.Join(err, err2, err3); err != nil || len(objections) != len(seeded) || len(letters) != len(seeded) || len(held) != len(seeded) {
			t.Fatalf("%d objections, %d letters, %d held, %v", len(objections), len(letters), len(held), err)
		}
		for i := range seeded {
			if objections[i].Text != words || letters[i].Template != words || string(held[i].Sealed) != words {
				t.Errorf("%q, %q, %q", objections[i].Text, letters[i].Template, held[i].Sealed)
			}
		}
	})
}
