package storetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heard/models"
	"heard/models/store"
)

// testSignIn keeps how people sign in, how often they were wrong, and who is
// signed in.
func testSignIn(t *testing.T, url string) {
	clock := NewClock("2026-11-23T09:30:10Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	for _, id := range []string{"u1", "u2"} {
		noError(t, s.SaveUser(ctx, models.User{ID: id, Email: id + "@penrow.example", Role: models.RoleAdmin}))
	}

	first := models.Passkey{ID: "AbC-_", Account: "u1", Name: "Blue “key”", Day: "2026-11-23", Sealed: []byte{1, 0, 2}}
	second := models.Passkey{ID: "abc-_", Account: "u1", Day: "2026-11-23", Sealed: []byte{3}}
	noError(t, s.AddPasskey(ctx, second))
	noError(t, s.AddPasskey(ctx, first))
	taken := first
	taken.Account = "u2"
	wantKind(t, s.AddPasskey(ctx, taken), models.KindConflict)
	noError(t, s.ChangePasskey(ctx, first.ID, []byte{9}))
	first.Sealed = []byte{9}
	wantSame(t, "passkeys", must[[]models.Passkey](t)(s.Passkeys(ctx, "u1")), []models.Passkey{first, second})
	wantKind(t, s.DeletePasskey(ctx, "u2", first.ID), models.KindNotFound)
	noError(t, s.DeletePasskey(ctx, "u1", first.ID))
	wantKind(t, s.DeletePasskey(ctx, "u1", first.ID), models.KindNotFound)

	if app := must[*models.CodeApp](t)(s.CodeApp(ctx, "u1")); app != nil {
		t.Errorf("an app there is not: %v", app)
	}
	app := models.CodeApp{Account: "u1", Sealed: []byte{7}, Step: 100, Day: "2026-11-23"}
	noError(t, s.SaveCodeApp(ctx, models.CodeApp{Account: "u1", Sealed: []byte{1}, Day: "2026-11-22"}))
	noError(t, s.SaveCodeApp(ctx, app))
	wantSame(t, "app", must[*models.CodeApp](t)(s.CodeApp(ctx, "u1")), &app)
	for _, try := range []struct {
		step int64
		want bool
	}{{100, false}, {99, false}, {101, true}, {101, false}, {103, true}, {102, false}} {
		if got := must[bool](t)(s.UseStep(ctx, "u1", try.step)); got != try.want {
			t.Errorf("step %d is used for the first time: %v", try.step, got)
		}
	}
	if must[bool](t)(s.UseStep(ctx, "u2", 500)) {
		t.Error("a code of an account without an app was used")
	}

	noError(t, s.SaveRecoveryCodes(ctx, "u1", [][]byte{{1}, {2}}))
	noError(t, s.SaveRecoveryCodes(ctx, "u1", [][]byte{{3}, {4}, {5}}))
	noError(t, s.SaveRecoveryCodes(ctx, "u2", [][]byte{{3}}))
	for _, try := range []struct {
		code byte
		want bool
	}{{1, false}, {3, true}, {3, false}, {4, true}} {
		if got := must[bool](t)(s.UseRecoveryCode(ctx, "u1", []byte{try.code})); got != try.want {
			t.Errorf("recovery code %d works: %v", try.code, got)
		}
	}
	wantSame(t, "codes left", must[int](t)(s.CountRecoveryCodes(ctx, "u1")), 1)

	// Of many who use one code at once, one does.
	var all sync.WaitGroup
	var used, tried atomic.Int32
	for range 24 {
		all.Go(func() {
			for _, use := range []func() (bool, error){
				func() (bool, error) { return s.UseStep(ctx, "u1", 200) },
				func() (bool, error) { return s.UseRecoveryCode(ctx, "u1", []byte{5}) },
			} {
				ok, err := use()
				if err != nil {
					t.Error(err)
				}
				if ok {
					used.Add(1)
				}
			}
			wait, err := s.Attempt(ctx, []byte("flood"), func(n int) time.Duration { return time.Duration(n/3) * time.Minute })
			if err != nil {
				t.Error(err)
			}
			if wait == 0 {
				tried.Add(1)
			}
		})
	}
	all.Wait()
	if used.Load() != 2 || tried.Load() != 3 {
		t.Errorf("two codes were used %d times, and of 24 at once %d tried; expected 2 and 3", used.Load(), tried.Load())
	}

	key, delay := []byte{0, 255}, func(n int) time.Duration { return time.Duration(n-1) * time.Second }
	attempt := func(want time.Duration) {
		t.Helper()
		wantSame(t, "wait", must[time.Duration](t)(s.Attempt(ctx, key, delay)), want)
	}
	attempt(0)
	attempt(0)
	attempt(time.Second)
	attempt(time.Second) // which is not counted
	clock.Advance(time.Second)
	attempt(0)
	attempt(2 * time.Second)
	noError(t, s.ForgetAttempts(ctx, key))
	attempt(0)
	attempt(0)
	clock.Advance(time.Hour + 2*time.Second)
	attempt(0) // the ones before are forgotten
	attempt(0)

	in := func(id, account string, ends time.Duration) models.StaffSession {
		now := clock.Now().Truncate(time.Minute)
		return models.StaffSession{ID: id, Account: account, Day: "2026-11-23", Idle: now.Add(20 * time.Minute), Ends: now.Add(ends), Proved: now.Add(5 * time.Minute)}
	}
	a, b, c, d := in("a", "u1", time.Hour), in("b", "u1", 2*time.Hour), in("c", "u1", 3*time.Hour), in("d", "u2", time.Hour)
	for _, m := range []models.StaffSession{a, b, d, c} {
		noError(t, s.AddStaffSession(ctx, m, 2))
	}
	wantSame(t, "sessions", must[[]models.StaffSession](t)(s.StaffSessions(ctx, "u1")), []models.StaffSession{c, b})
	_, err := s.StaffSession(ctx, "a")
	wantKind(t, err, models.KindNotFound)
	wantKind(t, s.AddStaffSession(ctx, in("x", "nobody", time.Hour), 2), models.KindNotFound)
	b.Name, b.Idle, b.Proved = "At “home”", b.Idle.Add(10*time.Minute), time.Unix(0, 0).UTC()
	noError(t, s.ChangeStaffSession(ctx, b))
	wantSame(t, "changed", must[*models.StaffSession](t)(s.StaffSession(ctx, "b")), &b)
	stolen := b
	stolen.Account = "u2"
	wantKind(t, s.ChangeStaffSession(ctx, stolen), models.KindNotFound)
	noError(t, s.EndStaffSession(ctx, "u2", "b"))
	clock.Advance(21 * time.Minute) // c and d were left
	wantSame(t, "after a while", must[[]models.StaffSession](t)(s.StaffSessions(ctx, "u1")), []models.StaffSession{b})
	_, err = s.StaffSession(ctx, "c")
	wantKind(t, err, models.KindNotFound)
	noError(t, s.AddStaffSession(ctx, in("e", "u1", time.Hour), 2))
	if got := count(t, raw(t, url), "staff_sessions"); got != 2 {
		t.Errorf("%d sessions are kept, want those that ended purged", got)
	}
	noError(t, s.EndStaffSessions(ctx, "u1", "e"))
	_, err = s.StaffSession(ctx, "b")
	wantKind(t, err, models.KindNotFound)
	noError(t, s.EndStaffSession(ctx, "u1", "e"))
	_, err = s.StaffSession(ctx, "e")
	wantKind(t, err, models.KindNotFound)

	noError(t, s.SaveRecovery(ctx, models.Recovery{Account: "u1", AskedBy: "u1", Day: "2026-11-22"}))
	asked := models.Recovery{Account: "u1", AskedBy: "u2", Day: "2026-11-23", Role: models.RoleOfficer, Only: []string{"canal-road"}}
	noError(t, s.SaveRecovery(ctx, asked))
	wantSame(t, "requests", must[[]models.Recovery](t)(s.Recoveries(ctx)), []models.Recovery{asked})
	wantSame(t, "request", must[*models.Recovery](t)(s.TakeRecovery(ctx, "u1")), &asked)
	_, err = s.TakeRecovery(ctx, "u1")
	wantKind(t, err, models.KindNotFound)

	const issuer = "https://id.penrow.example"
	noError(t, s.BindSubject(ctx, issuer, "s1", "u1"))
	wantKind(t, s.BindSubject(ctx, issuer, "s1", "u2"), models.KindConflict)
	wantKind(t, s.BindSubject(ctx, issuer, "s2", "u1"), models.KindConflict)
	noError(t, s.BindSubject(ctx, issuer+"/other", "s1", "u2"))
	for subject, want := range map[string]string{"s1": "u1", "S1": "", "s2": ""} {
		wantSame(t, "account of "+subject, must[string](t)(s.SubjectAccount(ctx, issuer, subject)), want)
	}

	noError(t, s.AddStaffSession(ctx, in("f", "u1", time.Hour), 2))
	noError(t, s.ForgetFactors(ctx, "u1"))
	for _, table := range []string{"passkeys", "code_apps", "recovery_codes", "staff_sessions", "sso_subjects"} {
		want := map[string]int{"recovery_codes": 1, "sso_subjects": 1}[table] // the other account's
		if got := count(t, raw(t, url), table); got != want {
			t.Errorf("%d rows in %s, want %d", got, table, want)
		}
	}
}
