package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"heard/models"
)

type userRow struct {
	ID           string `gorm:"primaryKey"`
	Email        string
	Role         models.Role
	PasswordHash string
	InviteHash   []byte
	Invited      string
	Disabled     bool
	Only         list `gorm:"column:consultations"`
}

func (userRow) TableName() string { return "users" }

func (r *userRow) model() *models.User {
	return &models.User{ID: r.ID, Email: r.Email, Role: r.Role, PasswordHash: r.PasswordHash, InviteHash: keyOrNull(r.InviteHash), Invited: r.Invited, Disabled: r.Disabled, Only: r.Only}
}

// SaveUser adds a user or replaces the one with the same ID. It is a Conflict
// when another user has the address.
func (s *Store) SaveUser(ctx context.Context, u models.User) error {
	row := userRow{ID: u.ID, Email: u.Email, Role: u.Role, PasswordHash: u.PasswordHash, InviteHash: keyOrNull(u.InviteHash), Invited: u.Invited, Disabled: u.Disabled, Only: u.Only}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&row).Error
	return saved(err, "save the account", "There is already an account with this email address.")
}

// User returns the user with the given ID.
func (s *Store) User(ctx context.Context, id string) (*models.User, error) {
	return s.user(ctx, "id = ?", id)
}

// UserByEmail returns the user with the given address, in lower case.
func (s *Store) UserByEmail(ctx context.Context, email string) (*models.User, error) {
	return s.user(ctx, "email = ?", email)
}

// UserByInvite returns the user whose one-time link has a token with the given
// hash.
func (s *Store) UserByInvite(ctx context.Context, hash []byte) (*models.User, error) {
	if len(hash) == 0 {
		return nil, models.NewError(models.KindNotFound, noUser)
	}
	return s.user(ctx, "invite_hash = ?", hash)
}

func (s *Store) user(ctx context.Context, where string, arg any) (*models.User, error) {
	var row userRow
	if err := s.db.WithContext(ctx).Where(where, arg).Take(&row).Error; err != nil {
		return nil, found(err, "read the account", noUser)
	}
	return row.model(), nil
}

// Users returns every user, by address.
func (s *Store) Users(ctx context.Context) ([]models.User, error) {
	var rows []userRow
	if err := s.db.WithContext(ctx).Order("email").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the accounts")
	}
	users := make([]models.User, len(rows))
	for i := range rows {
		users[i] = *rows[i].model()
	}
	return users, nil
}

// minute returns the whole minute an instant is in, since 1970. Expiries are
// kept no finer, because they follow from when somebody was here: what expires
// is gone up to a minute early, never late.
func minute(t time.Time) int64 { return t.Unix() / 60 }

type sessionRow struct {
	Token   string `gorm:"primaryKey"`
	Data    []byte
	Expires int64 // minutes since 1970
}

func (sessionRow) TableName() string { return "sessions" }

// Sessions keeps sign-in sessions, in the form that scs asks of its stores
// (scs.Store and scs.CtxStore).
type Sessions struct{ store *Store }

// Sessions returns the sessions in this store.
func (s *Store) Sessions() *Sessions { return &Sessions{s} }

// FindCtx returns the data of a session; found is false when there is none or
// it has expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	if !keepable(token) {
		return nil, false, nil // tampered with
	}
	var rows []sessionRow
	err = s.store.db.WithContext(ctx).Where("token = ? AND expires > ?", token, minute(s.store.now())).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, false, failed(err, "read the session")
	}
	return rows[0].Data, true, nil
}

// CommitCtx keeps a session until expiry, replacing what was there, and
// removes the sessions that have expired.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.store.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		err := db.Where("expires <= ?", minute(tx.now())).Delete(&sessionRow{}).Error
		if err == nil {
			err = db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "token"}}, UpdateAll: true}).
				Create(&sessionRow{Token: token, Data: data, Expires: minute(expiry)}).Error
		}
		return failed(err, "save the session")
	})
}

// DeleteCtx removes a session, if it is there.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if !keepable(token) {
		return nil
	}
	return failed(s.store.db.WithContext(ctx).Where("token = ?", token).Delete(&sessionRow{}).Error, "remove the session")
}

// Find is FindCtx without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
