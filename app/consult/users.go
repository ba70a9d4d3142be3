package consult

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"github.com/alexedwards/argon2id"

	"heard/models"
	"heard/models/store"
)

// passwordCost follows OWASP's argon2id recommendation of 19 MiB and two
// passes.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobody is a hash that no password matches; checking against it takes as long
// as checking a real one, so that an unknown address cannot be told apart.
var nobody, _ = argon2id.CreateHash("no account has this password", passwordCost)

// hashWait is how long somebody waits for their turn to have a password worked on.
var hashWait = 10 * time.Second

// hashes waits for one of the few turns to work on a password, which takes a
// processor and much memory, and free gives it back. It is Busy when too many wait.
func (s *Service) hashes(ctx context.Context) (free func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, hashWait)
	defer cancel()
	select {
	case s.hashing <- struct{}{}:
		return func() { <-s.hashing }, nil
	case <-ctx.Done():
		return nil, models.NewError(models.KindBusy, "Very many people are signing in at the moment. Nothing was changed. Try again in half a minute.")
	}
}

// hash returns what is kept of a password.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	free, err := s.hashes(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	hash, err := argon2id.CreateHash(password, passwordCost)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Users returns every account.
func (s *Service) Users(ctx context.Context, by Actor) ([]models.User, error) {
	if err := by.need(SeeUsers); err != nil {
		return nil, err
	}
	return s.store.Users(ctx)
}

// takesTwo reports whether it takes two administrators to give somebody a role: one
// that reads testimony as it was written, or says who does. What two officers or two
// administrators do together would otherwise take one, who invents the other.
func takesTwo(role models.Role) bool {
	a := Actor{Role: role}
	return a.May(ReadOriginal) || a.May(ManageUsers)
}

// Invite creates an account and returns the token of a one-time link with which
// its holder chooses a password. The account sees every consultation, or only those
// that are given. For an account that is in use it changes the role and what it sees,
// which ends its sessions, and returns no token: one administrator alone lets nobody
// into somebody else's account. Nor does it for a role that takes two: it asks another
// administrator, who gets the token by ConfirmRecovery, and until then nothing changes.
// Whoever runs the program gives any account a new start and any role, by the portal's
// own hand.
func (s *Service) Invite(ctx context.Context, by Actor, email string, role models.Role, only ...string) (token string, err error) {
	if err := by.need(ManageUsers); err != nil {
		return "", err
	}
	slices.Sort(only)
	u := models.User{ID: newID(10), Email: address(email), Role: role, Only: slices.Compact(only)}
	if err := u.Validate(); err != nil {
		return "", err
	}
	token, hash := newToken()
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		for _, id := range u.Only {
			if _, err := tx.Consultation(ctx, id); models.KindOf(err) == models.KindNotFound {
				return refused("The account cannot be saved.", "only", "There is no consultation "+id+". Choose from those that there are")
			} else if err != nil {
				return err
			}
		}
		known, err := tx.UserByEmail(ctx, u.Email)
		if err != nil && models.KindOf(err) != models.KindNotFound {
			return err
		}
		inUse := err == nil && known.PasswordHash != ""
		if err == nil && !inUse {
			if inUse, err = tx.HasSubject(ctx, known.ID); err != nil {
				return err
			}
		}
		inUse = inUse && !by.isPortal()
		if inUse {
			if err := changeable(by, known, u); err != nil {
				return err
			}
		}
		switch {
		case takesTwo(u.Role) && !by.isPortal() && !(inUse && known.Role == u.Role):
			token = ""
			return s.askForRole(ctx, tx, by, known, u)
		case inUse:
			token = ""
			return s.changeAccount(ctx, tx, by, known, u)
		case known != nil:
			u.ID = known.ID
			if err := tx.ForgetFactors(ctx, u.ID); err != nil {
				return err
			}
			if _, err := tx.TakeRecovery(ctx, u.ID); err != nil && models.KindOf(err) != models.KindNotFound {
				return err
			}
		}
		u.InviteHash, u.Invited = hash, s.today()
		if err := tx.SaveUser(ctx, u); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "user.invited", u.ID, "", u.May())
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// changeable refuses what cannot be changed of an account in use.
func changeable(by Actor, u *models.User, to models.User) error {
	switch {
	case u.Disabled:
		return refused("The account was not changed.", "email", "This account is closed. To open it again, ask for its recovery")
	case u.Role == to.Role && slices.Equal(u.Only, to.Only):
		return refused("The account was not changed.", "email", "There is already an account with this address and role, which sees these consultations. If its holder cannot sign in, ask for its recovery")
	case u.ID == by.ID:
		return models.NewError(models.KindConflict, "You cannot change your own role. Ask another administrator.")
	}
	return nil
}

// askForRole asks another administrator to give an account a role that takes two; u is
// nil where there is no account yet. One that is made for it stays closed until then.
func (s *Service) askForRole(ctx context.Context, tx *store.Store, by Actor, u *models.User, to models.User) error {
	if u == nil {
		u = &models.User{ID: to.ID, Email: to.Email, Role: to.Role, Only: to.Only, Disabled: true}
		if err := tx.SaveUser(ctx, *u); err != nil {
			return err
		}
	}
	if err := tx.SaveRecovery(ctx, models.Recovery{Account: u.ID, AskedBy: by.ID, Day: s.today(), Role: to.Role, Only: to.Only}); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "user.role-asked", u.ID, "", to.May())
}

// changeAccount gives an account in use the role, and what it sees, of another.
func (s *Service) changeAccount(ctx context.Context, tx *store.Store, by Actor, u *models.User, to models.User) error {
	was := u.May()
	u.Role, u.Only = to.Role, to.Only
	if err := tx.SaveUser(ctx, *u); err != nil {
		return err
	}
	if err := tx.EndStaffSessions(ctx, u.ID, ""); err != nil {
		return err
	}
	return s.record(ctx, tx, by, "user.role-changed", u.ID, "", was+" to "+u.May())
}

// FirstUser returns the token of a one-time link for the portal's first
// officer, "" when there already is an account that can sign in. A fresh link
// replaces the one before.
func (s *Service) FirstUser(ctx context.Context) (token string, err error) {
	users, err := s.store.Users(ctx)
	if err != nil {
		return "", err
	}
	first := models.User{ID: newID(10), Email: firstUserEmail, Role: models.RoleOfficer}
	for _, u := range users {
		if u.Email != firstUserEmail {
			return "", nil
		}
		first = u
	}
	token, hash := newToken()
	first.InviteHash, first.Invited = hash, s.today()
	return token, s.store.SaveUser(ctx, first)
}

// firstUserEmail stands in until the first officer types an address.
const firstUserEmail = "first-officer@invalid"

// Invited returns the account a one-time link belongs to, and whether it is
// the first of the portal, which still needs an address.
func (s *Service) Invited(ctx context.Context, token string) (u *models.User, first bool, err error) {
	if u, err = s.invited(ctx, s.store, token); err != nil {
		return nil, false, err
	}
	return u, u.Email == firstUserEmail, nil
}

// InviteLasts is for how many days a one-time link works after the one on which it was
// made. One that lies in a mailbox is anybody's who reads it.
const InviteLasts = 7

func (s *Service) invited(ctx context.Context, from *store.Store, token string) (*models.User, error) {
	sum := sha256.Sum256([]byte(token))
	u, err := from.UserByInvite(ctx, sum[:])
	if err == nil && u.Invited < s.now().UTC().AddDate(0, 0, -InviteLasts).Format(time.DateOnly) || models.KindOf(err) == models.KindNotFound {
		return nil, models.NewError(models.KindNotFound, fmt.Sprintf("This link has been used or replaced, or is older than %d days. Ask whoever gave it to you for a new one.", InviteLasts))
	}
	return u, err
}

// Accept sets the password of an invited account; the link works once. email is
// used only for the first account of the portal.
func (s *Service) Accept(ctx context.Context, token, email, password string) (*models.User, error) {
	u, first, err := s.Invited(ctx, token)
	if err != nil {
		return nil, err
	}
	if first {
		u.Email = address(email)
		if u.Email == firstUserEmail {
			u.Email = "" // it is nobody's address
		}
	}
	fault := &models.Error{Kind: models.KindInvalid, Message: "The account was not set up."}
	if err := u.Validate(); err != nil {
		fault.Fields = append(fault.Fields, models.FieldsOf(err)...)
	}
	if short := passwordFault(password); short != nil {
		fault.Fields = append(fault.Fields, *short)
	}
	if len(fault.Fields) > 0 {
		return nil, fault
	}
	if u.PasswordHash, err = s.hash(ctx, password); err != nil {
		return nil, err
	}
	u.InviteHash, u.Invited = nil, ""
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		// Working out the hash takes a while in which somebody else may have used
		// the link.
		if _, err := s.invited(ctx, tx, token); err != nil {
			return err
		}
		if err := tx.SaveUser(ctx, *u); err != nil {
			return err
		}
		return s.record(ctx, tx, Actor{ID: u.ID}, "user.accepted", u.ID, "", string(u.Role))
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// Disable closes an account; its sessions stop working with the next request.
func (s *Service) Disable(ctx context.Context, by Actor, id string) error {
	if err := by.need(ManageUsers); err != nil {
		return err
	}
	if id == by.ID {
		return models.NewError(models.KindConflict, "You cannot close your own account. Ask another administrator.")
	}
	return s.store.Tx(ctx, func(tx *store.Store) error {
		u, err := tx.User(ctx, id)
		if err != nil {
			return err
		}
		u.Disabled, u.InviteHash, u.Invited = true, nil, ""
		if err := tx.SaveUser(ctx, *u); err != nil {
			return err
		}
		if err := tx.EndStaffSessions(ctx, id, ""); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "user.disabled", id, "", "")
	})
}

func newToken() (token string, hash []byte) {
	b := make([]byte, 24)
	if _, err := rand.Read(b); err != nil {
		panic(fmt.Sprintf("no random numbers: %v", err))
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	sum := sha256.Sum256([]byte(token))
	return token, sum[:]
}
