package consult_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
)

const password = "a long enough password"

// account makes an account that can sign in.
func (k *kit) account(t *testing.T, email string, role models.Role) *models.User {
	t.Helper()
	token, err := k.Invite(ctx, consult.Portal, email, role)
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
		token, err := k.Invite(ctx, admin, "A@example.org", models.RoleCouncillor) // replaces the first
		noError(t, err)
		for _, dead := range []string{old, "", "x", token[:len(token)-1], token + "A", strings.ToLower(token) + "!"} {
			_, _, err := k.Invited(ctx, dead)
			wantKind(t, "a link that is dead", err, models.KindNotFound)
			_, err = k.Accept(ctx, dead, "", password)
			wantKind(t, "a link that is dead", err, models.KindNotFound)
		}
		u, first, err := k.Invited(ctx, token)
		noError(t, err)
		if first || u.Role != models.RoleCouncillor {
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

// A link that nobody used ends after a week, and is replaced by another.
func TestInvitationsEnd(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		first := must(k.FirstUser(ctx))(t)
		token := must(k.Invite(ctx, admin, "a@example.org", models.RoleAnalyst))(t)
		k.clock.Advance(consult.InviteLasts * 24 * time.Hour)
		for _, works := range []string{first, token} {
			if _, _, err := k.Invited(ctx, works); err != nil {
				t.Errorf("on its last day: %v", err)
			}
		}
		k.clock.Advance(24 * time.Hour)
		for _, ended := range []string{first, token} {
			_, _, err := k.Invited(ctx, ended)
			wantKind(t, "looking at a link that ended", err, models.KindNotFound)
			_, err = k.Accept(ctx, ended, "b@example.org", password)
			wantKind(t, "using a link that ended", err, models.KindNotFound)
			if err != nil && !strings.Contains(err.Error(), "older than 7 days") {
				t.Errorf("whoever comes too late is told %q", err)
			}
		}
		must(k.Accept(ctx, must(k.Invite(ctx, admin, "a@example.org", models.RoleAnalyst))(t), "", password))(t)
	})
}

// One administrator alone makes no officer and no administrator, neither of somebody
// new nor of an account that there is: two do, of whom the second, who has seen what is
// asked for, gets the link.
func TestOfficersAndAdministratorsTakeTwo(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		one, two := actorOf(k.account(t, "one@example.org", models.RoleAdmin)), actorOf(k.account(t, "two@example.org", models.RoleAdmin))
		officer := k.account(t, "there@example.org", models.RoleOfficer)
		for role, takes := range map[models.Role]bool{models.RoleAdmin: true, models.RoleOfficer: true, models.RoleAnalyst: false, models.RoleCouncillor: false, models.RoleAuditor: false} {
			was := models.RoleAnalyst
			if role == was {
				was = models.RoleAuditor
			}
			used := k.account(t, "used-"+string(role)+"@example.org", was).Email
			for name, email := range map[string]string{"somebody new": "new-" + string(role) + "@example.org", "an account in use": used} {
				before, _ := k.store.UserByEmail(ctx, email)
				token := must(k.Invite(ctx, one, email, role))(t)
				u, err := k.store.UserByEmail(ctx, email)
				noError(t, err)
				if !takes {
					if (token == "") != (before != nil) || u.Role != role || u.Disabled {
						t.Errorf("%s as %s: %v, with a link %v", name, role, u, token != "")
					}
					continue
				}
				switch {
				case token != "":
					t.Errorf("one administrator makes %s of %s", role, name)
				case before != nil && (u.Role != before.Role || u.Disabled):
					t.Errorf("%s has another role before a second has confirmed: %v", name, u)
				case before == nil && !u.Disabled:
					t.Errorf("%s has an account that is open before a second has confirmed", name)
				}
				// The organisation's own sign-in lets nobody in before that, either.
				if before == nil {
					_, err := k.SignInFrom(ctx, "https://id.example.org", email, email, true, true)
					wantKind(t, "the organisation's sign-in", err, models.KindForbidden)
				}
				_, err = k.ConfirmRecovery(ctx, one, u.ID, string(role))
				wantKind(t, "confirming it oneself", err, models.KindConflict)
				_, err = k.ConfirmRecovery(ctx, two, u.ID, string(models.RoleAnalyst))
				wantKind(t, "confirming something else", err, models.KindConflict)
				token = must(k.ConfirmRecovery(ctx, two, u.ID, string(role)))(t)
				if before != nil {
					_, err = k.SignIn(ctx, email, password, "")
					wantKind(t, "the password that the first may know", err, models.KindInvalid)
				}
				got := must(k.Accept(ctx, token, "", password))(t)
				if got.Role != role || got.Disabled || got.Email != email {
					t.Errorf("%s accepted as %+v", name, got)
				}
			}
		}
		// What an officer sees is for one to say: it makes nobody an officer.
		c := k.demo(t)
		must(k.Invite(ctx, one, officer.Email, models.RoleOfficer, c.ID))(t)
		if u := must(k.store.User(ctx, officer.ID))(t); !slices.Equal(u.Only, []string{c.ID}) {
			t.Errorf("an officer sees %v", u.Only)
		}
		// An invitation by whoever runs the program takes the place of what waits.
		must(k.Invite(ctx, one, "alone@example.org", models.RoleAdmin))(t)
		must(k.Accept(ctx, must(k.Invite(ctx, consult.Portal, "alone@example.org", models.RoleAdmin))(t), "", password))(t)
		if waits := must(k.Recoveries(ctx, two))(t); len(waits) > 0 {
			t.Errorf("%v waits", waits)
		}
		if acts := k.acts(t, &models.Consultation{}, "user.role-asked"); !slices.Contains(acts, "admin") || !slices.Contains(acts, "officer") {
			t.Errorf("on record: %v", acts)
		}
	})
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
