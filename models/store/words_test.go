package store_test

import (
	"context"
	"testing"

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
