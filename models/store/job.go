package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

// jobRow is one piece of work. At most one row per kind and object is pending,
// so two workers never work on the same object at once; again says that it was
// asked for once more while somebody was working on it.
type jobRow struct {
	ID          int64 `gorm:"primaryKey;autoIncrement:false"` // random, so that ids tell no order
	Kind        models.JobKind
	Object      string
	State       models.JobState
	Attempts    int
	RunAt       int64 // milliseconds since 1970
	LeasedUntil int64 // milliseconds since 1970; 0 while nobody works on it
	Again       bool
	LastError   string
}

func (jobRow) TableName() string { return "jobs" }

func (r *jobRow) model() models.Job {
	j := models.Job{
		ID: r.ID, Kind: r.Kind, Object: r.Object, State: r.State, Attempts: r.Attempts,
		RunAt: time.UnixMilli(r.RunAt).UTC(), LastError: r.LastError,
	}
	if r.LeasedUntil != 0 {
		j.LeasedUntil = time.UnixMilli(r.LeasedUntil).UTC()
	}
	return j
}

// Enqueue asks for work on object, no sooner than after from now. In a Tx the
// work is asked for exactly when the transaction is committed. When the same
// work is already waiting, nothing is added, but it may be brought forward;
// when somebody is working on it, it will be done once more afterwards.
func (s *Store) Enqueue(ctx context.Context, kind models.JobKind, object string, after time.Duration) error {
	row := jobRow{
		ID: rand.Int64(), Kind: kind, Object: object, State: models.JobPending,
		RunAt: s.now().Add(after).UnixMilli(),
	}
	err := s.db.WithContext(ctx).Clauses(oncePending).Create(&row).Error
	return failed(err, "ask for background work")
}

// oncePending makes one of two jobs that ask for the same, and due when the first
// of them is. The update also keeps a waiting job from being claimed until this
// transaction ends; otherwise it could be done before the change that asked for it
// can be seen.
var oncePending = clause.OnConflict{
	Columns:     []clause.Column{{Name: "kind"}, {Name: "object"}},
	TargetWhere: clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "state = 'pending'"}}},
	DoUpdates: clause.Assignments(map[string]any{
		"run_at": gorm.Expr("CASE WHEN (jobs.leased_until > 0 AND NOT jobs.again) OR excluded.run_at < jobs.run_at THEN excluded.run_at ELSE jobs.run_at END"),
		"again":  gorm.Expr("jobs.leased_until > 0"),
	}),
}

// farOff is further than anything is ever put off or leased for.
const farOff = 2 * time.Hour

// ClaimJobs returns at most n jobs that are due, longest due first, and keeps
// them from others for the time of the lease. A job whose lease has run out
// can be claimed again, so work must bear being done twice. One that is far off
// was timed by a clock that has been put back since, and does not wait for it.
func (s *Store) ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]models.Job, error) {
	const doing = "claim background work"
	now := s.now()
	due := func(db *gorm.DB) *gorm.DB {
		at, far := now.UnixMilli(), now.Add(farOff).UnixMilli()
		return db.WithContext(ctx).Where("state = ? AND (run_at <= ? OR run_at > ?) AND (leased_until <= ? OR leased_until > ?)", models.JobPending, at, far, at, far)
	}
	// Mostly there is nothing to do, and finding that out takes no lock.
	if err := due(s.db).Select("id").Take(&jobRow{}).Error; n <= 0 || errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, failed(err, doing)
	}
	var jobs []models.Job
	err := s.Tx(ctx, func(tx *Store) error {
		var rows []jobRow
		err := due(tx.db).Clauses(clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).Order("run_at, id").Limit(n).Find(&rows).Error
		if err != nil {
			return err
		}
		until := now.Add(lease).UnixMilli()
		for _, row := range rows {
			row.Attempts, row.LeasedUntil, row.Again = row.Attempts+1, until, false
			done := due(tx.db).Model(&jobRow{}).Where("id = ?", row.ID).Updates(map[string]any{
				"attempts": row.Attempts, "leased_until": row.LeasedUntil, "again": false,
			})
			if done.Error != nil {
				return done.Error
			}
			if done.RowsAffected == 1 {
				jobs = append(jobs, row.model())
			}
		}
		return nil
	})
	if err != nil {
		return nil, failed(err, doing)
	}
	return jobs, nil
}

// FinishJob removes a job that is done, together with dead jobs that had
// failed at the same work. A job that was asked for again meanwhile goes back
// to waiting. It is a Conflict when somebody else has claimed the job since.
func (s *Store) FinishJob(ctx context.Context, job models.Job) error {
	const doing = "finish background work"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := ours(db, job).Where("NOT again").Delete(&jobRow{})
		if done.Error == nil && done.RowsAffected == 0 {
			done = ours(db, job).Model(&jobRow{}).Updates(map[string]any{"attempts": 0, "leased_until": 0, "again": false, "last_error": ""})
		}
		if done.Error != nil {
			return failed(done.Error, doing)
		}
		if done.RowsAffected == 0 {
			return leaseLost
		}
		err := db.Where("kind = ? AND object = ? AND state = ?", job.Kind, job.Object, models.JobDead).Delete(&jobRow{}).Error
		return failed(err, doing)
	})
}

// FailJob gives a job back after a failure, to be tried again after
// retryAfter, or sets it aside as dead. message must not repeat what somebody
// answered. A job that was asked for again meanwhile starts over instead of
// dying. It is a Conflict when somebody else has claimed the job since.
func (s *Store) FailJob(ctx context.Context, job models.Job, message string, retryAfter time.Duration, dead bool) error {
	const doing = "give back background work"
	now := s.now().UTC()
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		again := ours(db, job).Where("again").Model(&jobRow{}).
			Updates(map[string]any{"attempts": 0, "leased_until": 0, "again": false, "last_error": message})
		if again.Error != nil || again.RowsAffected == 1 {
			return failed(again.Error, doing)
		}
		change := map[string]any{"leased_until": 0, "last_error": message, "run_at": now.Add(retryAfter).UnixMilli()}
		if dead {
			// It stays for long, so it keeps the day only.
			change["state"], change["run_at"] = models.JobDead, now.Truncate(24*time.Hour).UnixMilli()
		}
		done := ours(db, job).Model(&jobRow{}).Updates(change)
		if done.Error == nil && done.RowsAffected == 0 {
			return leaseLost
		}
		return failed(done.Error, doing)
	})
}

// ours finds the job as long as nobody else has claimed it since.
func ours(db *gorm.DB, job models.Job) *gorm.DB {
	return db.Where("id = ? AND state = ? AND attempts = ? AND leased_until = ?", job.ID, models.JobPending, job.Attempts, job.LeasedUntil.UnixMilli())
}

var leaseLost = models.NewError(models.KindConflict, "Somebody else has taken over this background work.")

// CountJobs returns how many jobs are in each state; a state that none is in
// is left out.
func (s *Store) CountJobs(ctx context.Context) (map[models.JobState]int, error) {
	var rows []struct {
		State  models.JobState
		Number int
	}
	err := s.db.WithContext(ctx).Model(&jobRow{}).Select("state, COUNT(*) AS number").Group("state").Scan(&rows).Error
	if err != nil {
		return nil, failed(err, "count background work")
	}
	counts := make(map[models.JobState]int, len(rows))
	for _, r := range rows {
		counts[r.State] = r.Number
	}
	return counts, nil
}

// JobWaits reports whether a job of a kind on an object waits or is being worked
// on.
func (s *Store) JobWaits(ctx context.Context, kind models.JobKind, object string) (bool, error) {
	var n int64
	err := s.db.WithContext(ctx).Model(&jobRow{}).Where("kind = ? AND object = ? AND state = ?", kind, object, models.JobPending).Count(&n).Error
	if err != nil {
		return false, failed(err, "look for background work")
	}
	return n > 0, nil
}

// DeadJobs returns the jobs that failed too often, by kind and object. Their
// RunAt is the day on which they were set aside.
func (s *Store) DeadJobs(ctx context.Context) ([]models.Job, error) {
	var rows []jobRow
	err := s.db.WithContext(ctx).Where("state = ?", models.JobDead).Order("kind, object, id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, "read background work")
	}
	jobs := make([]models.Job, len(rows))
	for i := range rows {
		jobs[i] = rows[i].model()
	}
	return jobs, nil
}
