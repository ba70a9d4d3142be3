package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

type passkeyRow struct {
	ID      string `gorm:"primaryKey"`
	Account string
	Name    string
	Day     string
	Sealed  []byte
}

func (passkeyRow) TableName() string { return "passkeys" }

// AddPasskey adds a passkey. It is a Conflict when the device is registered.
func (s *Store) AddPasskey(ctx context.Context, m models.Passkey) error {
	row := passkeyRow(m)
	return saved(s.db.WithContext(ctx).Create(&row).Error, "save the passkey", "This passkey is registered already.")
}

// ChangePasskey keeps what a device said of its key when it was last used.
func (s *Store) ChangePasskey(ctx context.Context, id string, sealed []byte) error {
	return failed(s.db.WithContext(ctx).Model(&passkeyRow{}).Where("id = ?", id).Update("sealed", sealed).Error, "save the passkey")
}

// Passkeys returns the passkeys of an account, by day and id.
func (s *Store) Passkeys(ctx context.Context, account string) ([]models.Passkey, error) {
	var rows []passkeyRow
	if err := s.db.WithContext(ctx).Where("account = ?", account).Order("day, id").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the passkeys")
	}
	keys := make([]models.Passkey, len(rows))
	for i, r := range rows {
		keys[i] = models.Passkey(r)
	}
	return keys, nil
}

// DeletePasskey removes a passkey of an account.
func (s *Store) DeletePasskey(ctx context.Context, account, id string) error {
	return one(s.db.WithContext(ctx).Where("account = ? AND id = ?", account, id).Delete(&passkeyRow{}), "remove the passkey", "There is no such passkey. It may have been removed.")
}

// one turns a change of no row into NotFound.
func one(done *gorm.DB, doing, missing string) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, missing)
	}
	return failed(done.Error, doing)
}

type codeAppRow struct {
	Account string `gorm:"primaryKey"`
	Sealed  []byte
	Step    int64
	Day     string
}

func (codeAppRow) TableName() string { return "code_apps" }

// SaveCodeApp sets up an account's app for codes, in place of the one before.
func (s *Store) SaveCodeApp(ctx context.Context, m models.CodeApp) error {
	row := codeAppRow(m)
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account"}}, UpdateAll: true}).Create(&row).Error
	return failed(err, "save the app for codes")
}

// CodeApp returns an account's app for codes, nil when it has none.
func (s *Store) CodeApp(ctx context.Context, account string) (*models.CodeApp, error) {
	var rows []codeAppRow
	if err := s.db.WithContext(ctx).Where("account = ?", account).Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, failed(err, "read the app for codes")
	}
	m := models.CodeApp(rows[0])
	return &m, nil
}

// UseStep takes the code of a step as used, and reports whether it was the
// first use of it or of a later one. Of many at once, one is the first.
func (s *Store) UseStep(ctx context.Context, account string, step int64) (first bool, err error) {
	done := s.db.WithContext(ctx).Model(&codeAppRow{}).Where("account = ? AND step < ?", account, step).Update("step", step)
	return done.RowsAffected == 1, failed(done.Error, "use the code")
}

// DeleteCodeApp removes an account's app for codes.
func (s *Store) DeleteCodeApp(ctx context.Context, account string) error {
	return one(s.db.WithContext(ctx).Where("account = ?", account).Delete(&codeAppRow{}), "remove the app for codes", "There is no app for codes. It may have been removed.")
}

type recoveryCodeRow struct {
	Account string `gorm:"primaryKey"`
	Hash    []byte `gorm:"primaryKey"`
}

func (recoveryCodeRow) TableName() string { return "recovery_codes" }

// SaveRecoveryCodes gives an account recovery codes in place of those before.
func (s *Store) SaveRecoveryCodes(ctx context.Context, account string, hashes [][]byte) error {
	rows := make([]recoveryCodeRow, len(hashes))
	for i, h := range hashes {
		rows[i] = recoveryCodeRow{Account: account, Hash: h}
	}
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		err := db.Where("account = ?", account).Delete(&recoveryCodeRow{}).Error
		if err == nil && len(rows) > 0 {
			err = db.Create(&rows).Error
		}
		return failed(err, "save the recovery codes")
	})
}

// CountRecoveryCodes returns how many recovery codes of an account are unused.
func (s *Store) CountRecoveryCodes(ctx context.Context, account string) (n int, err error) {
	var count int64
	err = s.db.WithContext(ctx).Model(&recoveryCodeRow{}).Where("account = ?", account).Count(&count).Error
	return int(count), failed(err, "count the recovery codes")
}

// UseRecoveryCode takes a recovery code away, and reports whether it was there.
func (s *Store) UseRecoveryCode(ctx context.Context, account string, hash []byte) (was bool, err error) {
	done := s.db.WithContext(ctx).Where("account = ? AND hash = ?", account, hash).Delete(&recoveryCodeRow{})
	return done.RowsAffected == 1, failed(done.Error, "use the recovery code")
}

type attemptRow struct {
	Hash     []byte `gorm:"primaryKey"`
	Failures int
	Until    int64 // seconds since 1970
}

func (attemptRow) TableName() string { return "sign_in_attempts" }

// forgiven is how long after the end of a wait the failures before it are
// forgotten.
const forgiven = time.Hour

// Attempt counts a try to sign in as failed before it is looked at, so that no
// number of tries at once gets round the wait; ForgetAttempts takes that back.
// delay is how long the next try waits after so many failures. A try that comes
// too early is not counted, and wait is what is left.
func (s *Store) Attempt(ctx context.Context, hash []byte, delay func(failures int) time.Duration) (wait time.Duration, err error) {
	now := s.now().Unix()
	err = s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		if err := db.Where("until < ?", now-int64(forgiven/time.Second)).Delete(&attemptRow{}).Error; err != nil {
			return err
		}
		if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&attemptRow{Hash: hash, Until: now}).Error; err != nil {
			return err
		}
		var row attemptRow
		if err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Take(&row, "hash = ?", hash).Error; err != nil {
			return err
		}
		if row.Until > now {
			wait = time.Duration(row.Until-now) * time.Second
			return nil
		}
		row.Failures++
		row.Until = now + int64(delay(row.Failures)/time.Second)
		return db.Select("failures", "until").Where("hash = ?", hash).Updates(&row).Error
	})
	return wait, failed(err, "count the attempt")
}

// ForgetAttempts forgets that somebody was wrong, because they were right.
func (s *Store) ForgetAttempts(ctx context.Context, hash []byte) error {
	return failed(s.db.WithContext(ctx).Where("hash = ?", hash).Delete(&attemptRow{}).Error, "forget the attempts")
}

type staffSessionRow struct {
	ID      string `gorm:"primaryKey"`
	Account string
	Day     string
	Name    string
	Idle    int64 // minutes since 1970, as the two below
	Ends    int64
	Proved  int64
}

func (staffSessionRow) TableName() string { return "staff_sessions" }

func (r staffSessionRow) model() models.StaffSession {
	at := func(m int64) time.Time { return time.Unix(m*60, 0).UTC() }
	return models.StaffSession{ID: r.ID, Account: r.Account, Day: r.Day, Name: r.Name, Idle: at(r.Idle), Ends: at(r.Ends), Proved: at(r.Proved)}
}

// AddStaffSession keeps that somebody signed in, and ends the oldest of the
// account's sessions that are more than most with it.
func (s *Store) AddStaffSession(ctx context.Context, m models.StaffSession, most int) error {
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		// Two who sign in at once are counted one after the other.
		if _, err := tx.LockUser(ctx, m.Account); err != nil {
			return err
		}
		now := minute(tx.now())
		if err := db.Where("idle <= ? OR ends <= ?", now, now).Delete(&staffSessionRow{}).Error; err != nil {
			return failed(err, "remove the sessions that ended")
		}
		var rows []staffSessionRow
		if err := db.Where("account = ?", m.Account).Order("ends, idle, id").Find(&rows).Error; err != nil {
			return failed(err, "read the sessions")
		}
		for _, r := range rows[:max(0, len(rows)-most+1)] {
			if err := db.Delete(&r).Error; err != nil {
				return failed(err, "end a session")
			}
		}
		row := staffSessionRow{ID: m.ID, Account: m.Account, Day: m.Day, Name: m.Name, Idle: minute(m.Idle), Ends: minute(m.Ends), Proved: minute(m.Proved)}
		return failed(db.Create(&row).Error, "save the session")
	})
}

const noStaffSession = "This session has ended."

// StaffSession returns a session that has not ended.
func (s *Store) StaffSession(ctx context.Context, id string) (*models.StaffSession, error) {
	var row staffSessionRow
	now := minute(s.now())
	if err := s.db.WithContext(ctx).Take(&row, "id = ? AND idle > ? AND ends > ?", id, now, now).Error; err != nil {
		return nil, found(err, "read the session", noStaffSession)
	}
	m := row.model()
	return &m, nil
}

// StaffSessions returns the sessions of an account that have not ended, newest
// first.
func (s *Store) StaffSessions(ctx context.Context, account string) ([]models.StaffSession, error) {
	var rows []staffSessionRow
	now := minute(s.now())
	if err := s.db.WithContext(ctx).Where("account = ? AND idle > ? AND ends > ?", account, now, now).Order("ends DESC, idle DESC, id").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the sessions")
	}
	list := make([]models.StaffSession, len(rows))
	for i, r := range rows {
		list[i] = r.model()
	}
	return list, nil
}

// ChangeStaffSession keeps the name of a session, when it ends if nothing is
// done, and until when its holder has shown who they are.
func (s *Store) ChangeStaffSession(ctx context.Context, m models.StaffSession) error {
	return one(s.db.WithContext(ctx).Model(&staffSessionRow{}).Where("id = ? AND account = ?", m.ID, m.Account).
		Updates(map[string]any{"name": m.Name, "idle": minute(m.Idle), "proved": minute(m.Proved)}), "save the session", noStaffSession)
}

// EndStaffSession ends a session of an account, if it has not ended.
func (s *Store) EndStaffSession(ctx context.Context, account, id string) error {
	return failed(s.db.WithContext(ctx).Where("account = ? AND id = ?", account, id).Delete(&staffSessionRow{}).Error, "end the session")
}

// EndStaffSessions ends every session of an account but one, "" for none.
func (s *Store) EndStaffSessions(ctx context.Context, account, but string) error {
	return failed(s.db.WithContext(ctx).Where("account = ? AND id <> ?", account, but).Delete(&staffSessionRow{}).Error, "end the sessions")
}

// ForgetFactors takes from an account every way in but its password, and ends
// its sessions.
func (s *Store) ForgetFactors(ctx context.Context, account string) error {
	return s.Tx(ctx, func(tx *Store) error {
		for _, row := range []any{&passkeyRow{}, &codeAppRow{}, &recoveryCodeRow{}, &staffSessionRow{}, &subjectRow{}} {
			if err := tx.db.WithContext(ctx).Where("account = ?", account).Delete(row).Error; err != nil {
				return failed(err, "forget how the account signs in")
			}
		}
		return nil
	})
}

type recoveryRow struct {
	Account string `gorm:"primaryKey"`
	AskedBy string
	Day     string
	Role    models.Role
	Only    list `gorm:"column:consultations"`
}

func (recoveryRow) TableName() string { return "recoveries" }

func (r recoveryRow) model() models.Recovery {
	return models.Recovery{Account: r.Account, AskedBy: r.AskedBy, Day: r.Day, Role: r.Role, Only: r.Only}
}

// SaveRecovery keeps a request to let somebody in anew, in place of the one
// before.
func (s *Store) SaveRecovery(ctx context.Context, m models.Recovery) error {
	row := recoveryRow{Account: m.Account, AskedBy: m.AskedBy, Day: m.Day, Role: m.Role, Only: m.Only}
	err := s.db.WithContext(ctx).Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "account"}}, UpdateAll: true}).Create(&row).Error
	return failed(err, "save the request")
}

// Recoveries returns the requests that nobody has confirmed, by account.
func (s *Store) Recoveries(ctx context.Context) ([]models.Recovery, error) {
	var rows []recoveryRow
	if err := s.db.WithContext(ctx).Order("account").Find(&rows).Error; err != nil {
		return nil, failed(err, "read the requests")
	}
	list := make([]models.Recovery, len(rows))
	for i, r := range rows {
		list[i] = r.model()
	}
	return list, nil
}

// TakeRecovery removes a request and returns it. Of two at once, one gets it.
func (s *Store) TakeRecovery(ctx context.Context, account string) (*models.Recovery, error) {
	var rows []recoveryRow
	err := s.Tx(ctx, func(tx *Store) error {
		done := tx.db.WithContext(ctx).Clauses(clause.Returning{}).Where("account = ?", account).Delete(&rows)
		return one(done, "read the request", "There is no such request. It may have been confirmed or taken back.")
	})
	if err != nil {
		return nil, err
	}
	m := rows[0].model()
	return &m, nil
}

type subjectRow struct {
	Issuer  string `gorm:"primaryKey"`
	Subject string `gorm:"primaryKey"`
	Account string
}

func (subjectRow) TableName() string { return "sso_subjects" }

// BindSubject keeps which account somebody of another sign-in is. It is a
// Conflict when either is bound already.
func (s *Store) BindSubject(ctx context.Context, issuer, subject, account string) error {
	row := subjectRow{Issuer: issuer, Subject: subject, Account: account}
	return saved(s.db.WithContext(ctx).Create(&row).Error, "save the account", "This account belongs to somebody else of your organisation. Ask an administrator.")
}

// SubjectAccount returns the account of somebody of another sign-in, "" when it
// is not known.
func (s *Store) SubjectAccount(ctx context.Context, issuer, subject string) (account string, err error) {
	var rows []subjectRow
	if err := s.db.WithContext(ctx).Where("issuer = ? AND subject = ?", issuer, subject).Find(&rows).Error; err != nil || len(rows) == 0 {
		return "", failed(err, "read the account")
	}
	return rows[0].Account, nil
}

// LockUser returns a user and makes others that lock it wait until this
// transaction ends. It belongs inside Tx.
func (s *Store) LockUser(ctx context.Context, id string) (*models.User, error) {
	var row userRow
	if err := s.db.WithContext(ctx).Clauses(clause.Locking{Strength: "NO KEY UPDATE"}).Take(&row, "id = ?", id).Error; err != nil {
		return nil, found(err, "read the account", noUser)
	}
	return row.model(), nil
}

// HasSubject reports whether an account is bound to somebody of another
// sign-in.
func (s *Store) HasSubject(ctx context.Context, account string) (bool, error) {
	var n int64
	err := s.db.WithContext(ctx).Model(&subjectRow{}).Where("account = ?", account).Count(&n).Error
	return n > 0, failed(err, "read the account")
}
