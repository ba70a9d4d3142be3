package consult

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- what apps for codes use (RFC 6238); a collision gains nothing there
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"heard/models"
	"heard/models/store"
)

// How long people stay signed in, and how long they count as having just shown
// who they are.
const (
	sessionIdle = 20 * time.Minute
	sessionLife = 8 * time.Hour
	proofLasts  = 5 * time.Minute
)

// MaxSessions is in how many browsers an account is signed in at once: at a
// desk, on a phone, in a meeting room, and the one that was forgotten. The oldest
// ends when there is one more.
const MaxSessions = 4

// wait is how long the next try to sign in waits after so many failures in a
// row. A few slips of the finger cost nothing; it never grows beyond a minute,
// so that nobody can shut somebody else out. A passkey never waits.
func wait(failures int) time.Duration {
	const slips, longest = 3, 60 * time.Second
	if failures <= slips {
		return 0
	}
	return min(longest, time.Second<<min(failures-slips-1, 10))
}

// SignIn returns the account with this address, password and, if it has a
// second factor, code: of its app, or a recovery code. It answers the same,
// after the same work, for an unknown address, a wrong password and a wrong or
// missing code.
func (s *Service) SignIn(ctx context.Context, email, password, code string) (*models.User, error) {
	email = address(email)
	u, err := s.store.UserByEmail(ctx, email)
	if err != nil && models.KindOf(err) != models.KindNotFound {
		return nil, err
	}
	if err != nil || u.Disabled {
		u = &models.User{Email: email}
	}
	if err := s.show(ctx, u, password, code); err != nil {
		return nil, err
	}
	return u, s.record(ctx, s.store, Actor{ID: u.ID}, "sign-in", u.ID, "", "")
}

func address(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// wrong is the one answer to whatever is wrong with a sign-in.
const wrong = "The email address, the password or the code is not right."

// show checks the password and the code of an account. One without an ID is
// nobody's, and takes as long.
func (s *Service) show(ctx context.Context, u *models.User, password, code string) error {
	free, err := s.hashes(ctx) // before anything is written, so that a flood does not write either
	if err != nil {
		return err
	}
	defer free()
	key := s.attemptKey(u.Email)
	left, err := s.store.Attempt(ctx, key, wait)
	if err != nil {
		return err
	}
	if left > 0 {
		return models.NewError(models.KindInvalid, fmt.Sprintf("Somebody was wrong too often with this email address. Wait %d seconds, then try again. A passkey works without waiting.", int(left.Seconds())))
	}
	hash := nobody
	if u.PasswordHash != "" {
		hash = u.PasswordHash
	}
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return fmt.Errorf("compare password: %w", err)
	}
	accept, err := s.checkCode(ctx, u.ID, code)
	if err != nil {
		return err
	}
	right := match && u.PasswordHash != "" && accept != nil
	if right {
		// A code is used up only with the right password, or others could use
		// up somebody's.
		if right, err = accept(); err != nil {
			return err
		}
	}
	if !right {
		if err := s.refuse(ctx); err != nil {
			return err
		}
		return models.NewError(models.KindInvalid, wrong)
	}
	return s.store.ForgetAttempts(ctx, key)
}

// mostRefused is how many refused sign-ins of a minute are on record one by one. The
// record is kept for good, and a flood must not fill the disk with it.
const mostRefused = 60

// refuse puts on record that a sign-in was refused.
func (s *Service) refuse(ctx context.Context) error {
	e := models.AuditEvent{Actor: models.ActorPortal, Action: "sign-in.refused"}
	switch n := s.refused.sent(s.now()); {
	case n > mostRefused:
		return nil
	case n == mostRefused:
		e.Reason = "more in this minute are not listed"
	}
	return s.store.Audit(ctx, e)
}

// attemptKey finds how often an address was tried without keeping the address.
func (s *Service) attemptKey(email string) []byte { return s.keyed("sign-in", email) }

func (s *Service) keyed(purpose string, parts ...string) []byte {
	m := hmac.New(sha256.New, s.pepper)
	for _, p := range append([]string{purpose}, parts...) {
		fmt.Fprintf(m, "%d:%s", len(p), p)
	}
	return m.Sum(nil)
}

// Codes of apps: what every app makes when it is told nothing else (RFC 6238).
const (
	codeStep   = 30 // seconds
	codeDigits = 6
	codeSkew   = 1 // steps that a phone's clock may be off, either way
)

// codeAt is the code of a step.
func codeAt(secret []byte, step int64) string {
	m := hmac.New(sha1.New, secret)
	_ = binary.Write(m, binary.BigEndian, step)
	sum := m.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%0*d", codeDigits, (binary.BigEndian.Uint32(sum[at:at+4])&0x7fffffff)%1_000_000)
}

// stepOf returns the step whose code this is, 0 when it is none of now.
func (s *Service) stepOf(secret []byte, code string) (step int64) {
	now := s.now().Unix() / codeStep
	for at := now - codeSkew; at <= now+codeSkew; at++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, at)), []byte(code)) == 1 {
			step = at
		}
	}
	return step
}

// typedCode takes away what people put between the letters or digits of a code.
func typedCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\t", "").Replace(strings.TrimSpace(code)))
}

// checkCode returns what takes a code as used, and reports whether it was not
// used before; nil when the code is wrong. An account without a second factor
// needs none.
func (s *Service) checkCode(ctx context.Context, account, code string) (accept func() (bool, error), err error) {
	app, err := s.store.CodeApp(ctx, account)
	if err != nil {
		return nil, err
	}
	keys, err := s.store.Passkeys(ctx, account)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, secretBytes) // nobody's, for the same work
	if app != nil {
		if secret, err = s.open(sealCodeApps, app.Sealed); err != nil {
			return nil, err
		}
	}
	code = typedCode(code)
	step := s.stepOf(secret, code)
	switch {
	case app == nil && len(keys) == 0:
		return func() (bool, error) { return true, nil }, nil
	case len(code) == recoveryLetters:
		return func() (bool, error) {
			was, err := s.store.UseRecoveryCode(ctx, account, s.keyed("recovery", account, code))
			if was && err == nil {
				err = s.record(ctx, s.store, Actor{ID: account}, "recovery-code.used", account, "", "")
			}
			return was, err
		}, nil
	case app != nil && step > 0:
		return func() (bool, error) { return s.store.UseStep(ctx, account, step) }, nil
	}
	return nil, nil
}

// Enter keeps that somebody signed in and returns the id of the session. fresh
// says that they have just shown who they are.
func (s *Service) Enter(ctx context.Context, u *models.User, fresh bool) (session string, err error) {
	now := s.now()
	m := models.StaffSession{ID: newID(15), Account: u.ID, Day: s.today(), Idle: now.Add(sessionIdle), Ends: now.Add(sessionLife), Proved: time.Unix(0, 0)}
	if fresh {
		m.Proved = now.Add(proofLasts)
	}
	return m.ID, s.store.AddStaffSession(ctx, m, MaxSessions)
}

// Fresh reports whether somebody who showed who they are at that instant counts
// as having just done so.
func (s *Service) Fresh(shown time.Time) bool { return s.now().Sub(shown) <= proofLasts }

// Presence is somebody who is signed in.
type Presence struct {
	User  *models.User
	Actor Actor
	// Bare says that the account needs a second factor and has none: it does
	// nothing until it has.
	Bare bool
}

// Resume returns who the session belongs to. It is NotFound once the session
// has ended or the account was closed.
func (s *Service) Resume(ctx context.Context, session string) (*Presence, error) {
	m, err := s.store.StaffSession(ctx, session)
	if err != nil {
		return nil, err
	}
	u, err := s.store.User(ctx, m.Account)
	if err != nil {
		return nil, err
	}
	if u.Disabled {
		return nil, models.NewError(models.KindNotFound, "This account is closed.")
	}
	p := &Presence{User: u, Actor: Actor{ID: u.ID, Role: u.Role, Stale: !s.now().Before(m.Proved), Only: u.Only}}
	if s.strict && u.Role.NeedsSecondFactor() {
		n, err := s.factors(ctx, s.store, u.ID)
		if err != nil {
			return nil, err
		}
		p.Bare = n == 0
	}
	// The end moves once a minute at most, so that looking at pages is not all
	// writing.
	if idle := s.now().Add(sessionIdle); idle.Sub(m.Idle) >= time.Minute {
		m.Idle = idle
		if err := s.store.ChangeStaffSession(ctx, *m); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Unsent is a form that somebody sent when their session had ended, or when they had to show
// once more who they are.
type Unsent struct {
	Account string // whose it is
	Address string // to which it was sent
	Form    string // what was in it, encoded as forms are
	File    bool   // a file came with it, which is not kept
}

// SealUnsent seals a form, so that it waits on the page on which its author shows who they
// are: nobody else who comes by reads it there, changes it or sends it.
func (s *Service) SealUnsent(f Unsent) (string, error) {
	plain, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	sealed, err := s.seal(sealUnsent, plain)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// OpenUnsent returns the form that was sealed, to the account whose it is.
// It is Forbidden for every other, and Invalid when it is no such form.
func (s *Service) OpenUnsent(account, sealed string) (*Unsent, error) {
	f := &Unsent{}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		raw, err = s.open(sealUnsent, raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, f)
	}
	switch {
	case err != nil:
		return nil, models.NewError(models.KindInvalid, "What was sent before you signed in could not be read, so nothing was saved. Do it again.")
	case f.Account != account:
		return nil, models.NewError(models.KindForbidden, "What was sent before you signed in was sent by somebody else, so it was not kept and nothing was saved.")
	}
	return f, nil
}

// factors counts what an account has beside its password.
func (s *Service) factors(ctx context.Context, from *store.Store, account string) (n int, err error) {
	keys, err := from.Passkeys(ctx, account)
	if err != nil {
		return 0, err
	}
	app, err := from.CodeApp(ctx, account)
	if app != nil {
		n++
	}
	return n + len(keys), err
}

// Leave ends a session.
func (s *Service) Leave(ctx context.Context, by Actor, session string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	return s.store.EndStaffSession(ctx, by.ID, session)
}

// Prove takes the password, and the code if there is a second factor, as proof
// that it still is the holder of the account who uses the session.
func (s *Service) Prove(ctx context.Context, by Actor, session, password, code string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	if password == "" { // not a guess
		return models.NewError(models.KindInvalid, "Enter your password.")
	}
	u, err := s.store.User(ctx, by.ID)
	if err != nil {
		return err
	}
	if err := s.show(ctx, u, password, code); err != nil {
		return err
	}
	return s.proved(ctx, by, session)
}

func (s *Service) proved(ctx context.Context, by Actor, session string) error {
	return s.changeSession(ctx, by, session, "proved", func(m *models.StaffSession) { m.Proved = s.now().Add(proofLasts) })
}

func (s *Service) changeSession(ctx context.Context, by Actor, session, act string, change func(*models.StaffSession)) error {
	return s.store.Tx(ctx, func(tx *store.Store) error {
		m, err := tx.StaffSession(ctx, session)
		if err == nil && m.Account != by.ID {
			err = models.NewError(models.KindNotFound, "There is no such session. It may have ended.")
		}
		if err != nil {
			return err
		}
		change(m)
		if err := tx.ChangeStaffSession(ctx, *m); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "session."+act, "", "", "")
	})
}

// Account is how somebody signs in and where they are signed in.
type Account struct {
	User     *models.User
	Passkeys []models.Passkey
	App      *models.CodeApp
	Codes    int // recovery codes left
	Sessions []models.StaffSession
	Needs    bool // the role needs a second factor
}

// Account returns how the actor signs in.
func (s *Service) Account(ctx context.Context, by Actor) (*Account, error) {
	if err := by.need(OwnAccount); err != nil {
		return nil, err
	}
	u, err := s.store.User(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	a := &Account{User: u, Needs: s.strict && u.Role.NeedsSecondFactor()}
	if a.Passkeys, err = s.store.Passkeys(ctx, by.ID); err != nil {
		return nil, err
	}
	if a.App, err = s.store.CodeApp(ctx, by.ID); err != nil {
		return nil, err
	}
	if a.Codes, err = s.store.CountRecoveryCodes(ctx, by.ID); err != nil {
		return nil, err
	}
	a.Sessions, err = s.store.StaffSessions(ctx, by.ID)
	return a, err
}

// NameSession gives a session of the actor a name, "" for none.
func (s *Service) NameSession(ctx context.Context, by Actor, session, name string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	name, err := deviceName(name)
	if err != nil {
		return err
	}
	return s.changeSession(ctx, by, session, "named", func(m *models.StaffSession) { m.Name = name })
}

func deviceName(typed string) (string, error) {
	name := strings.Join(strings.Fields(models.CleanText(typed)), " ")
	if utf8.RuneCountInString(name) > models.MaxDeviceName {
		return "", refused("The name was not kept.", "name", fmt.Sprintf("Shorten the name to %d characters", models.MaxDeviceName))
	}
	return name, nil
}

// EndSession ends a session of the actor's account; EndOthers ends all but one.
func (s *Service) EndSession(ctx context.Context, by Actor, session string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.EndStaffSession(ctx, by.ID, session); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "session.ended", by.ID, "", "")
	})
}

// EndOthers ends every session of the actor's account but the one in hand.
func (s *Service) EndOthers(ctx context.Context, by Actor, session string) error {
	if err := by.need(OwnAccount); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.EndStaffSessions(ctx, by.ID, session); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "session.ended", by.ID, "", "")
	})
}

// ChangePassword gives the actor another password, and ends every session but
// the one in hand.
func (s *Service) ChangePassword(ctx context.Context, by Actor, session, password string) error {
	if err := by.need(ChangeSignIn); err != nil {
		return err
	}
	if fault := passwordFault(password); fault != nil {
		return &models.Error{Kind: models.KindInvalid, Message: "The password was not changed.", Fields: []models.FieldError{*fault}}
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		u, err := tx.User(ctx, by.ID)
		if err != nil {
			return err
		}
		u.PasswordHash = hash
		if err := tx.SaveUser(ctx, *u); err != nil {
			return err
		}
		if err := tx.EndStaffSessions(ctx, by.ID, session); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "password.changed", by.ID, "", "")
	})
}

func passwordFault(password string) *models.FieldError {
	if utf8.RuneCountInString(password) >= models.MinPasswordLength {
		return nil
	}
	return &models.FieldError{Field: "password", Message: fmt.Sprintf("Choose a password of at least %d characters; four or more words are easy to remember", models.MinPasswordLength)}
}

// secretBytes is how long the secret of an app is; RFC 4226 asks for 20.
const secretBytes = 20

var secretText = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewApp is an app for codes that is not set up yet.
type NewApp struct {
	Secret string // to type in, base32
	URI    string // the same for a QR code
	Sealed string // for ConfirmApp, which knows it again
}

// NewApp makes a secret for the actor's app for codes. Nothing is kept until
// ConfirmApp is told a code of it.
func (s *Service) NewApp(ctx context.Context, by Actor) (*NewApp, error) {
	if err := by.need(ChangeSignIn); err != nil {
		return nil, err
	}
	u, err := s.store.User(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, secretBytes)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	sealed, err := s.seal(sealCodeApps, append(secret[:secretBytes:secretBytes], by.ID...))
	if err != nil {
		return nil, err
	}
	return describe(u, secret, sealed), nil
}

func describe(u *models.User, secret, sealed []byte) *NewApp {
	text := secretText.EncodeToString(secret)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/Heard:" + u.Email, RawQuery: "secret=" + text + "&issuer=Heard"}
	return &NewApp{Secret: text, URI: uri.String(), Sealed: base64.RawURLEncoding.EncodeToString(sealed)}
}

// ConfirmApp sets up the app that NewApp described, in place of the one before,
// once a code shows that it works. On a wrong code it returns the app to show
// again.
func (s *Service) ConfirmApp(ctx context.Context, by Actor, sealed, code string) (*NewApp, error) {
	if err := by.need(ChangeSignIn); err != nil {
		return nil, err
	}
	u, err := s.store.User(ctx, by.ID)
	if err != nil {
		return nil, err
	}
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err == nil {
		raw, err = s.open(sealCodeApps, raw)
	}
	if err != nil || len(raw) != secretBytes+len(by.ID) || string(raw[secretBytes:]) != by.ID {
		return nil, models.NewError(models.KindInvalid, "This page is too old. Open it again from your account.")
	}
	secret := raw[:secretBytes]
	step := s.stepOf(secret, typedCode(code))
	if step == 0 {
		kept, err := base64.RawURLEncoding.DecodeString(sealed)
		return describe(u, secret, kept), errors.Join(err, refused("The app was not set up.", "code", "Enter the code that the app shows now, six digits. If it stays wrong, check the clock of the phone"))
	}
	kept, err := s.seal(sealCodeApps, secret)
	if err != nil {
		return nil, err
	}
	return nil, s.store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.SaveCodeApp(ctx, models.CodeApp{Account: by.ID, Sealed: kept, Step: step, Day: s.today()}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "code-app.added", by.ID, "", "")
	})
}

// RemoveApp takes the actor's app for codes away.
func (s *Service) RemoveApp(ctx context.Context, by Actor) error {
	return s.removeFactor(ctx, by, "code-app.removed", func(tx *store.Store) error { return tx.DeleteCodeApp(ctx, by.ID) })
}

// RemovePasskey takes a passkey of the actor's away.
func (s *Service) RemovePasskey(ctx context.Context, by Actor, id string) error {
	return s.removeFactor(ctx, by, "passkey.removed", func(tx *store.Store) error { return tx.DeletePasskey(ctx, by.ID, id) })
}

// removeFactor removes a second factor, unless it is the last of an account
// that needs one. Without any, recovery codes are good for nothing and go too.
func (s *Service) removeFactor(ctx context.Context, by Actor, act string, remove func(tx *store.Store) error) error {
	if err := by.need(ChangeSignIn); err != nil {
		return err
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		// Of two that are removed at once, the second sees that it is the last.
		u, err := tx.LockUser(ctx, by.ID)
		if err != nil {
			return err
		}
		if err := remove(tx); err != nil {
			return err
		}
		left, err := s.factors(ctx, tx, by.ID)
		if err != nil {
			return err
		}
		if left == 0 {
			if s.strict && u.Role.NeedsSecondFactor() || u.PasswordHash == "" {
				return models.NewError(models.KindConflict, "This is the last way in beside the password, and your account needs one. Add another first, then remove this one.")
			}
			if err := tx.SaveRecoveryCodes(ctx, by.ID, nil); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by, act, by.ID, "", "")
	})
}

// Recovery codes: letters and digits, 80 bits, so that a keyed hash without
// stretching keeps them.
const (
	recoveryCodes   = 10
	recoveryLetters = 16
)

// MakeCodes gives the actor new recovery codes, in place of those before. Each
// stands in for a code of the app once. They are shown only now.
func (s *Service) MakeCodes(ctx context.Context, by Actor) ([]string, error) {
	if err := by.need(ChangeSignIn); err != nil {
		return nil, err
	}
	codes, hashes := make([]string, recoveryCodes), make([][]byte, recoveryCodes)
	for i := range codes {
		code := newID(recoveryLetters * 5 / 8)
		hashes[i] = s.keyed("recovery", by.ID, code)
		codes[i] = strings.Join([]string{code[:4], code[4:8], code[8:12], code[12:]}, "-")
	}
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		n, err := s.factors(ctx, tx, by.ID)
		if err == nil && n == 0 {
			err = models.NewError(models.KindConflict, "Recovery codes stand in for a passkey or an app. Add one of them first.")
		}
		if err != nil {
			return err
		}
		if err := tx.SaveRecoveryCodes(ctx, by.ID, hashes); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "recovery-codes.made", by.ID, "", strconv.Itoa(recoveryCodes))
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// SignInFrom returns the account of somebody whom the organisation's own
// sign-in vouches for. The first time the address, which it must have verified,
// says which account; from then on only the issuer and its subject do. The
// account must be there, and its role is what it is here. strong says that they
// were asked for more than a password there.
func (s *Service) SignInFrom(ctx context.Context, issuer, subject, email string, verified, strong bool) (*models.User, error) {
	var u *models.User
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		account, err := tx.SubjectAccount(ctx, issuer, subject)
		switch {
		case err != nil:
			return err
		case account != "":
			u, err = tx.User(ctx, account)
		case !verified:
			return unknownHere
		default:
			if u, err = tx.UserByEmail(ctx, address(email)); err == nil && !u.Disabled {
				err = tx.BindSubject(ctx, issuer, subject, u.ID)
			}
		}
		if models.KindOf(err) == models.KindNotFound || err == nil && u.Disabled {
			return unknownHere
		}
		if err != nil {
			return err
		}
		if s.strict && u.Role.NeedsSecondFactor() && !strong {
			return models.NewError(models.KindForbidden, "Your organisation’s sign-in asked for a password alone, which is too little for your role. Sign in here with a passkey, or with your password and a code.")
		}
		return s.record(ctx, tx, Actor{ID: u.ID}, "sign-in", u.ID, "", "organisation")
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

var unknownHere = models.NewError(models.KindForbidden, "You were signed in to your organisation, but there is no account for you here. Ask an administrator of this portal for one.")

// AskRecovery asks another administrator to let the holder of an account in
// anew, who has lost every way in.
func (s *Service) AskRecovery(ctx context.Context, by Actor, account string) error {
	return s.recovering(ctx, by, account, "user.recovery-asked", func(tx *store.Store, u *models.User) error {
		return tx.SaveRecovery(ctx, models.Recovery{Account: u.ID, AskedBy: by.ID, Day: s.today(), Role: u.Role, Only: u.Only})
	})
}

// DropRecovery takes such a request back.
func (s *Service) DropRecovery(ctx context.Context, by Actor, account string) error {
	return s.recovering(ctx, by, account, "user.recovery-dropped", func(tx *store.Store, u *models.User) error {
		_, err := tx.TakeRecovery(ctx, u.ID)
		return err
	})
}

// ConfirmRecovery confirms the request of another administrator, as it was seen: with
// what the account may do then, as models.Recovery.May says it. It returns the token of
// a one-time link with which the holder starts, or starts anew. Whatever let them in
// until now, no longer does.
func (s *Service) ConfirmRecovery(ctx context.Context, by Actor, account, as string) (token string, err error) {
	if err := by.need(ManageUsers); err != nil {
		return "", err
	}
	// The account stays one that is in use, with a password that nobody knows, or
	// the next administrator could invite it alone.
	unknown, _ := newToken()
	locked, err := s.hash(ctx, unknown)
	if err != nil {
		return "", err
	}
	err = s.recovering(ctx, by, account, "user.recovered", func(tx *store.Store, u *models.User) error {
		asked, err := tx.TakeRecovery(ctx, u.ID)
		if err != nil {
			return err
		}
		first, err := tx.User(ctx, asked.AskedBy)
		if err != nil {
			return err
		}
		switch {
		case asked.AskedBy == by.ID || first.Disabled || !(Actor{ID: first.ID, Role: first.Role}).May(ManageUsers):
			return models.NewError(models.KindConflict, "It takes two administrators: another than the one who asked confirms.")
		case asked.May() != as:
			return models.NewError(models.KindConflict, "What was asked for has changed since you opened the page. Look at it as it is now.")
		}
		var hash []byte
		token, hash = newToken()
		u.PasswordHash, u.InviteHash, u.Invited, u.Disabled = locked, hash, s.today(), false
		u.Role, u.Only = asked.Role, asked.Only
		if err := tx.SaveUser(ctx, *u); err != nil {
			return err
		}
		return tx.ForgetFactors(ctx, u.ID)
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

func (s *Service) recovering(ctx context.Context, by Actor, account, act string, do func(tx *store.Store, u *models.User) error) error {
	if err := by.need(ManageUsers); err != nil {
		return err
	}
	if account == by.ID {
		return models.NewError(models.KindConflict, "You cannot do this for your own account. Ask two other administrators.")
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		u, err := tx.LockUser(ctx, account)
		if err != nil {
			return err
		}
		if err := do(tx, u); err != nil {
			return err
		}
		return s.record(ctx, tx, by, act, u.ID, "", u.May())
	})
}

// Recoveries returns the requests that wait for a second administrator.
func (s *Service) Recoveries(ctx context.Context, by Actor) ([]models.Recovery, error) {
	if err := by.need(SeeUsers); err != nil {
		return nil, err
	}
	return s.store.Recoveries(ctx)
}
