package store_test

import (
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
	"heard/models/storetest"
)

// each runs a benchmark once per database.
func each(b *testing.B, f func(b *testing.B, s *store.Store)) {
	b.Run("sqlite", func(b *testing.B) { f(b, storetest.New(b)) })
	if os.Getenv(storetest.PostgresVariable) != "" {
		b.Run("postgres", func(b *testing.B) { f(b, storetest.OpenURL(b, storetest.PostgresURL(b))) })
	}
}

// BenchmarkCreateSubmission keeps submissions with their jobs, from 8 people
// at a time per processor.
func BenchmarkCreateSubmission(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		c := storetest.Save(b, s, []byte(storetest.Invented))
		var next atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(p *testing.PB) {
			for p.Next() {
				n := storetest.Submission(c.ID, int(next.Add(1)))
				err := s.Tx(b.Context(), func(tx *store.Store) error {
					if _, err := tx.CreateSubmission(b.Context(), n); err != nil {
						return err
					}
					if err := tx.Audit(b.Context(), models.AuditEvent{Actor: models.ActorRespondent, Action: "submission.received", Object: n.Submission.ID}); err != nil {
						return err
					}
					return tx.Enqueue(b.Context(), models.JobIndex, n.Submission.ID, 0)
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	})
}

// BenchmarkJobs claims and finishes jobs, eight at a time.
func BenchmarkJobs(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		err := s.Tx(b.Context(), func(tx *store.Store) error {
			for i := range b.N {
				if err := tx.Enqueue(b.Context(), models.JobIndex, strconv.Itoa(i), 0); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		for done := 0; done < b.N; {
			jobs, err := s.ClaimJobs(b.Context(), 8, time.Minute)
			if err != nil || len(jobs) == 0 {
				b.Fatalf("claimed %d jobs, error %v", len(jobs), err)
			}
			for _, j := range jobs {
				if err := s.FinishJob(b.Context(), j); err != nil {
					b.Fatal(err)
				}
			}
			done += len(jobs)
		}
	})
}

// BenchmarkSubmissions reads 2,000 submissions with their answers.
func BenchmarkSubmissions(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		if err := s.Tx(b.Context(), func(tx *store.Store) error { storetest.Seed(b, tx, 2000); return nil }); err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			for _, err := range s.Submissions(b.Context(), "lantern-square") {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkConsultation reads the same consultation again and again, as every
// page does.
func BenchmarkConsultation(b *testing.B) {
	each(b, func(b *testing.B, s *store.Store) {
		c := storetest.Save(b, s, []byte(storetest.Invented))
		for b.Loop() {
			if _, err := s.Consultation(b.Context(), c.ID); err != nil {
				b.Fatal(err)
			}
		}
	})
}
