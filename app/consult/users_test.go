package consult_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"heard/app/consult"
	"heard/models"
)

const password = "a long enough password"

// account makes an account that can sign in.
func (k *kit) account(t *testing.T, email string, role models.Role) *models.User {
	t.Helper()
	token, err := k.Invite(ctx, admin, email, role)
	noError(t, err)
	u, err := k.Accept(ctx, token, "", password)
	noError(t, err)
	return u
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		u := k.account(t, "Ines.Abara@Example.org", models.RoleOfficer)
		if u.Email != "ines.abara@example.org" {
			t.Errorf("kept as %s", u.Email)
		}
		for _, email := range []string{"ines.abara@example.org", " INES.ABARA@EXAMPLE.ORG\n"} {
			if got, err := k.SignIn(ctx, email, password, ""); err != nil || got.ID != u.ID {
				t.Errorf("%q: %v, %v", email, got, err)
			}
		}
		shut := k.account(t, "shut@example.org", models.RoleAnalyst)
		noError(t, k.Disable(ctx, admin, shut.ID))
		_, err := k.Invite(ctx, admin, "invited@example.org", models.RoleAnalyst)
		noError(t, err)
		var first string
		for name, try := range map[string][2]string{
			"unknown":          {"nobody@example.org", password},
			"wrong password":   {"ines.abara@example.org", password + "!"},
			"other case":       {"ines.abara@example.org", strings.ToUpper(password)},
			"no password":      {"ines.abara@example.org", ""},
			"disabled":         {"shut@example.org", password},
			"not yet accepted": {"invited@example.org", ""},
			"not yet, nobody":  {"invited@example.org", "no account has this password"},
			"nobody's":         {"nobody@example.org", "no account has this password"},
			"empty":            {"", ""},
			"the stand-in":     {"first-officer@invalid", ""},
		} {
			got, err := k.SignIn(ctx, try[0], try[1], "")
			wantKind(t, name, err, models.KindInvalid)
			if got != nil {
				t.Errorf("%s: an account came with the refusal", name)
			}
			if err == nil {
				continue
			}
			if first == "" {
				first = err.Error()
			}
			if err.Error() != first {
				t.Errorf("%s can be told apart: %q and %q", name, err, first)
			}
		}
		trail, err := k.store.AuditTrail(ctx, "", 0)
		noError(t, err)
		refused, in := 0, 0
		for _, e := range trail {
			switch e.Action {
			case "sign-in.refused":
				refused++
				if strings.Contains(fmt.Sprint(e), "example.org") {
					t.Errorf("a refused sign-in records the address: %+v", e)
				}
			case "sign-in":
				in++
			}
		}
		if refused != 10 || in != 2 {
			t.Errorf("%d refusals and %d sign-ins on record, want 10 and 2", refused, in)
		}
		for _, part := range []string{password, "ines"} {
			if strings.Contains(k.log.String(), part) {
				t.Errorf("the log holds %q", part)
			}
		}
	})
}

func TestInvitationsWorkOnce(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		old, err := k.Invite(ctx, admin, "a@example.org", models.RoleAnalyst)
		noError(t, err)
		token, err := k.Invite(ctx, admin, "A@example.org", models.RoleOfficer) // replaces the first
		noError(t, err)
		for _, dead := range []string{old, "", "x", token[:len(token)-1], token + "A", strings.ToLower(token) + "!"} {
			_, _, err := k.Invited(ctx, dead)
			wantKind(t, "a link that is dead", err, models.KindNotFound)
			_, err = k.Accept(ctx, dead, "", password)
			wantKind(t, "a link that is dead", err, models.KindNotFound)
		}
		u, first, err := k.Invited(ctx, token)
		noError(t, err)
		if first || u.Role != models.RoleOfficer {
			t.Errorf("invited as %+v, first %v", u, first)
		}
		for _, short := range []string{"", "elevenchars", strings.Repeat("é", models.MinPasswordLength-1)} {
			_, err := k.Accept(ctx, token, "", short)
			wantKind(t, "a short password", err, models.KindInvalid)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "password" {
				t.Errorf("faults %v", f)
			}
		}
		// Twelve characters are enough whatever they are written with. The address
		// of an invitation is the one it was sent to.
		got, err := k.Accept(ctx, token, "other@example.org", strings.Repeat("é", models.MinPasswordLength))
		noError(t, err)
		if got.Email != "a@example.org" {
			t.Errorf("accepted as %s", got.Email)
		}
		_, err = k.Accept(ctx, token, "", password)
		wantKind(t, "the link again", err, models.KindNotFound)
		if _, err := k.SignIn(ctx, "a@example.org", strings.Repeat("é", models.MinPasswordLength), ""); err != nil {
			t.Errorf("sign in: %v", err)
		}
		if n := len(must(k.Users(ctx, admin))(t)); n != 1 {
			t.Errorf("%d accounts, want 1", n)
		}
		// The token itself is not kept.
		for _, u := range must(k.store.Users(ctx))(t) {
			if strings.Contains(string(u.InviteHash), token) {
				t.Error("the token is in the database")
			}
		}
		for _, bad := range []string{"", "a", "a b@example.org", "Ines <a@example.org>", "a@"} {
			_, err := k.Invite(ctx, admin, bad, models.RoleOfficer)
			wantKind(t, "inviting "+bad, err, models.KindInvalid)
		}
		_, err = k.Invite(ctx, admin, "b@example.org", "mayor")
		wantKind(t, "a role there is not", err, models.KindInvalid)
	})
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		noError(t, err)
		return v
	}
}

// Two people with one link: one of them gets the account.
func TestInvitationInManyHands(t *testing.T) {
	k := one(t)
	token, err := k.Invite(ctx, admin, "a@example.org", models.RoleAnalyst)
	noError(t, err)
	var hands sync.WaitGroup
	var taken atomic.Int32
	for i := range 4 {
		hands.Go(func() {
			_, err := k.Accept(ctx, token, "", fmt.Sprintf("%s %d", password, i))
			switch {
			case err == nil:
				taken.Add(1)
			case models.KindOf(err) != models.KindNotFound:
				t.Error(err)
			}
		})
	}
	hands.Wait()
	if taken.Load() != 1 {
		t.Errorf("the link worked %d times", taken.Load())
	}
}

func TestFirstUser(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		old := must(k.FirstUser(ctx))(t)
		token := must(k.FirstUser(ctx))(t)
		if old == "" || token == "" || old == token {
			t.Fatal("a portal without accounts gives no fresh link")
		}
		_, err := k.Accept(ctx, old, "a@example.org", password)
		wantKind(t, "a link that was replaced", err, models.KindNotFound)
		if _, first, err := k.Invited(ctx, token); err != nil || !first {
			t.Errorf("first %v, %v", first, err)
		}
		for _, bad := range []string{"", "nobody", "first-officer@invalid"} {
			_, err := k.Accept(ctx, token, bad, password)
			wantKind(t, "the address "+bad, err, models.KindInvalid)
			if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "email" {
				t.Errorf("%q: faults %v", bad, f)
			}
		}
		u, err := k.Accept(ctx, token, " First@Example.org", password)
		noError(t, err)
		if u.Email != "first@example.org" || u.Role != models.RoleOfficer {
			t.Errorf("the first account is %+v", u)
		}
		if again := must(k.FirstUser(ctx))(t); again != "" {
			t.Error("there is somebody, and yet a link for the first officer")
		}
		_, err = k.Accept(ctx, token, "thief@example.org", password)
		wantKind(t, "the first link again", err, models.KindNotFound)
		// Not even when that account is closed: whoever starts the program
		// would get in.
		noError(t, k.Disable(ctx, admin, u.ID))
		if again := must(k.FirstUser(ctx))(t); again != "" {
			t.Error("a closed account opens the door for another first officer")
		}
	})
}

func TestDisable(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		u := k.account(t, "a@example.org", models.RoleAnalyst)
		session := must(k.Enter(ctx, u, true))(t)
		if _, err := k.Resume(ctx, session); err != nil {
			t.Fatal(err)
		}
		token, err := k.Invite(ctx, admin, "b@example.org", models.RoleAnalyst)
		noError(t, err)
		invited, _, err := k.Invited(ctx, token)
		noError(t, err)
		for _, id := range []string{u.ID, invited.ID} {
			noError(t, k.Disable(ctx, admin, id))
		}
		_, err = k.Resume(ctx, session)
		wantKind(t, "the session of a closed account", err, models.KindNotFound)
		_, err = k.Accept(ctx, token, "", password)
		wantKind(t, "the link of a closed account", err, models.KindNotFound)
		wantKind(t, "an account there is not", k.Disable(ctx, admin, "nobody"), models.KindNotFound)
		self := k.account(t, "admin@example.org", models.RoleAdmin)
		wantKind(t, "one's own account", k.Disable(ctx, consult.Actor{ID: self.ID, Role: models.RoleAdmin}, self.ID), models.KindConflict)
	})
}
