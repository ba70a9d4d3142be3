package consult_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heard/app/consult"
	"heard/models"
	"heard/search"
)

// The codes of RFC 6238, appendix B, six digits of them.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := consult.CodeAt([]byte("12345678901234567890"), at/30); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestWaitGrowsToAMinute(t *testing.T) {
	var got []int
	for n := range 13 {
		got = append(got, int(consult.Wait(n).Seconds()))
	}
	if want := []int{0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60}; !slices.Equal(got, want) {
		t.Errorf("waits %v, want %v", got, want)
	}
	if consult.Wait(1_000_000) != time.Minute {
		t.Error("after a million failures somebody waits longer than a minute, or not at all")
	}
}

func actorOf(u *models.User) consult.Actor { return consult.Actor{ID: u.ID, Role: u.Role} }

// app sets up an app for codes and returns its secret.
func (k *kit) app(t *testing.T, by consult.Actor) []byte {
	t.Helper()
	app := must(k.NewApp(ctx, by))(t)
	secret, err := base32.StdEncoding.DecodeString(app.Secret)
	noError(t, err)
	if again, err := k.ConfirmApp(ctx, by, app.Sealed, "000000"); again == nil || again.Secret != app.Secret || again.Sealed != app.Sealed || models.KindOf(err) != models.KindInvalid {
		t.Errorf("a wrong code answers %v, %v", again, err)
	}
	if again, err := k.ConfirmApp(ctx, by, app.Sealed, k.appCode(secret, 0)); again != nil || err != nil {
		t.Fatalf("the right code answers %v, %v", again, err)
	}
	return secret
}

func (k *kit) appCode(secret []byte, off int64) string {
	return consult.CodeAt(secret, k.clock.Now().Unix()/30+off)
}

func TestSecondFactor(t *testing.T) {
	k := one(t)
	ada, bea := k.account(t, "ada@example.org", models.RoleOfficer), k.account(t, "bea@example.org", models.RoleAnalyst)
	by := actorOf(ada)
	_, err := k.MakeCodes(ctx, by)
	wantKind(t, "recovery codes that stand in for nothing", err, models.KindConflict)
	secret := k.app(t, by)
	foreign := must(k.NewApp(ctx, actorOf(bea)))(t)
	_, err = k.ConfirmApp(ctx, by, foreign.Sealed, "000000")
	wantKind(t, "another account's app", err, models.KindInvalid)
	codes := must(k.MakeCodes(ctx, by))(t)
	theirs := k.app(t, actorOf(bea))

	try := func(what, pass, code string, want bool) {
		t.Helper()
		_, err := k.SignIn(ctx, ada.Email, pass, code)
		if (err == nil) != want {
			t.Errorf("%s: %v, want it to work: %v", what, err, want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "The email address, the password or the code is not right") {
			t.Errorf("%s is told apart: %v", what, err)
		}
		k.clock.Advance(2 * time.Hour) // past any wait
	}
	step := func(off int64) string { return k.appCode(secret, off) }
	try("no code", password, "", false)
	try("the code of another app", password, k.appCode(theirs, 0), false)
	try("two steps behind", password, step(-2), false)
	try("two steps ahead", password, step(2), false)
	try("one step behind", password, step(-1), true)
	try("one step ahead", password, step(1), true)
	now := step(0)
	try("this step, with blanks", password, now[:3]+" "+now[3:], true)
	now = step(0)
	if _, err := k.SignIn(ctx, ada.Email, password+"!", now); err == nil {
		t.Error("a wrong password works with the right code")
	}
	if _, err := k.SignIn(ctx, ada.Email, password, now); err != nil {
		t.Errorf("a wrong password used the code up: %v", err)
	}
	for _, replayed := range []string{now, now[:3] + "-" + now[3:], step(-1)} {
		if _, err := k.SignIn(ctx, ada.Email, password, replayed); err == nil {
			t.Error("a code worked twice, or one from before it")
		}
	}
	k.clock.Advance(2 * time.Hour)
	try("a recovery code", password, codes[0], true)
	try("a recovery code again", password, codes[0], false)
	try("a recovery code in capitals and pieces", password, " "+strings.ToUpper(strings.ReplaceAll(codes[1], "-", " ")), true)
	if _, err := k.SignIn(ctx, bea.Email, password, codes[2]); err == nil {
		t.Error("a recovery code opens another account")
	}
	if a := must(k.Account(ctx, by))(t); a.Codes != 8 || a.App == nil {
		t.Errorf("%d recovery codes left, want 8", a.Codes)
	}
	fresh := must(k.MakeCodes(ctx, by))(t)
	try("a code from before new ones", password, codes[3], false)
	noError(t, k.RemoveApp(ctx, by))
	wantKind(t, "an app that is gone", k.RemoveApp(ctx, by), models.KindNotFound)
	if a := must(k.Account(ctx, by))(t); a.Codes != 0 {
		t.Error("recovery codes outlive what they stand in for")
	}
	try("the password alone", password, fresh[0], true)

	// Nothing of it lies open in the database.
	var all strings.Builder
	write(&all, must(k.store.CodeApp(ctx, bea.ID))(t))
	for _, plain := range []string{string(theirs), base32.StdEncoding.EncodeToString(theirs)} {
		if strings.Contains(all.String(), plain) || slices.ContainsFunc(k.signInRows(t), func(row string) bool { return strings.Contains(row, plain) }) {
			t.Error("the secret of an app lies open")
		}
	}
}

// signInRows is what the tables of signing in hold, as text.
func (k *kit) signInRows(t *testing.T) (rows []string) {
	t.Helper()
	for _, table := range []string{"code_apps", "recovery_codes", "sign_in_attempts", "staff_sessions", "passkeys"} {
		r, err := k.sql(t).Query("SELECT * FROM " + table)
		noError(t, err)
		columns, err := r.Columns()
		noError(t, err)
		for r.Next() {
			values, at := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				at[i] = &values[i]
			}
			noError(t, r.Scan(at...))
			rows = append(rows, fmt.Sprintf("%s", values))
		}
		noError(t, r.Close())
	}
	return rows
}

// Whoever guesses waits, for a known address as for an unknown one, and nobody
// is shut out.
func TestGuessingWaits(t *testing.T) {
	k := one(t)
	k.account(t, "ada@example.org", models.RoleAnalyst)
	said := map[string][]string{}
	for _, email := range []string{"ada@example.org", "nobody@example.org"} {
		for range 6 {
			_, err := k.SignIn(ctx, email, "a wrong password", "")
			wantKind(t, "guessing", err, models.KindInvalid)
			said[email] = append(said[email], err.Error())
		}
	}
	known := said["ada@example.org"]
	if !slices.Equal(known, said["nobody@example.org"]) {
		t.Errorf("a known and an unknown address are told apart: %q", said)
	}
	if known[3] != known[0] || known[4] == known[0] || !strings.Contains(known[4], "Wait 1 second") {
		t.Errorf("guesses are answered %q", known)
	}
	if _, err := k.SignIn(ctx, " ADA@example.org", password, ""); err == nil {
		t.Error("the right password does not wait, so guesses need not either")
	}
	for n := 5; n <= 12; n++ { // whoever waits may guess again, ever more slowly
		k.clock.Advance(consult.Wait(n - 1))
		if _, err := k.SignIn(ctx, "ada@example.org", "a wrong password", ""); err == nil || err.Error() != known[0] {
			t.Errorf("guess %d, after its wait: %v", n, err)
		}
		if _, err := k.SignIn(ctx, "ada@example.org", password, ""); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("Wait %d second", int(consult.Wait(n).Seconds()))) {
			t.Errorf("after %d guesses: %v", n, err)
		}
	}
	k.clock.Advance(time.Minute)
	if _, err := k.SignIn(ctx, "ada@example.org", password, ""); err != nil {
		t.Errorf("a minute later the holder is still shut out: %v", err)
	}
	if _, err := k.SignIn(ctx, "ada@example.org", "a wrong password", ""); err == nil || err.Error() != known[0] {
		t.Errorf("failures outlive a success: %v", err)
	}
	for _, row := range k.signInRows(t) {
		if strings.Contains(row, "example.org") {
			t.Errorf("an address is kept: %s", row)
		}
	}
}

func TestStaffSessionsEnd(t *testing.T) {
	k := one(t)
	u := k.account(t, "ada@example.org", models.RoleAnalyst)
	in := func() string { t.Helper(); return must(k.Enter(ctx, u, true))(t) }
	works := func(what, session string, want bool) *consult.Presence {
		t.Helper()
		who, err := k.Resume(ctx, session)
		if (err == nil) != want || err != nil && models.KindOf(err) != models.KindNotFound {
			t.Errorf("%s: %v, want it to work: %v", what, err, want)
		}
		return who
	}
	works("none", "", false)
	works("a guess", "aaaaaaaaaaaaaaaaaaaaaaaa", false)

	idle := in()
	k.clock.Advance(19 * time.Minute)
	works("after 19 idle minutes", idle, true)
	k.clock.Advance(19 * time.Minute)
	works("after 19 more", idle, true)
	k.clock.Advance(20 * time.Minute)
	works("after 20 idle minutes", idle, false)

	busy := in()
	for range 31 {
		k.clock.Advance(15 * time.Minute)
		works("busy", busy, true)
	}
	k.clock.Advance(15 * time.Minute)
	works("busy for eight hours", busy, false)

	// What was proved is stale after five minutes, until it is proved again.
	session := in()
	by := works("fresh", session, true).Actor
	if by.Stale {
		t.Error("who has just signed in has shown nothing")
	}
	k.clock.Advance(5 * time.Minute)
	if by = works("stale", session, true).Actor; !by.Stale {
		t.Error("a proof lasts longer than five minutes")
	}
	wantKind(t, "a stale act", k.RemoveApp(ctx, by), models.KindStale)
	wantKind(t, "a wrong proof", k.Prove(ctx, by, session, "a wrong password", ""), models.KindInvalid)
	if works("after a wrong proof", session, true).Actor.Stale != true {
		t.Error("a wrong password is a proof")
	}
	noError(t, k.Prove(ctx, by, session, password, ""))
	if works("after a proof", session, true).Actor.Stale {
		t.Error("the password is no proof")
	}
	other := k.account(t, "bea@example.org", models.RoleAnalyst)
	wantKind(t, "a proof for another's session", k.Prove(ctx, actorOf(other), session, password, ""), models.KindNotFound)
	wantKind(t, "a name for another's session", k.NameSession(ctx, actorOf(other), session, "Mine"), models.KindNotFound)
	noError(t, k.EndSession(ctx, actorOf(other), session))
	works("after another tried to end it", session, true)
	if who := must(k.Resume(ctx, must(k.Enter(ctx, u, false))(t)))(t); !who.Actor.Stale {
		t.Error("somebody who has shown nothing counts as having done so")
	}

	noError(t, k.NameSession(ctx, by, session, " The \n office "))
	wantKind(t, "a long name", k.NameSession(ctx, by, session, strings.Repeat("é", models.MaxDeviceName+1)), models.KindInvalid)
	list := must(k.Account(ctx, by))(t).Sessions
	if len(list) != 2 || !slices.ContainsFunc(list, func(s models.StaffSession) bool { return s.ID == session && s.Name == "The office" }) {
		t.Errorf("sessions %+v", list)
	}
	noError(t, k.EndOthers(ctx, by, session))
	if list := must(k.Account(ctx, by))(t).Sessions; len(list) != 1 {
		t.Errorf("%d sessions after ending the others", len(list))
	}
	var all []string
	for range consult.MaxSessions {
		k.clock.Advance(time.Minute)
		all = append(all, in())
	}
	works("one too many", session, false)
	for _, s := range all {
		works("those within the limit", s, true)
	}
	noError(t, k.ChangePassword(ctx, actorOf(u), all[0], password+" anew"))
	wantKind(t, "a short password", k.ChangePassword(ctx, actorOf(u), all[0], "short"), models.KindInvalid)
	works("where the password was changed", all[0], true)
	works("elsewhere", all[1], false)
	_, err := k.SignIn(ctx, u.Email, password, "")
	wantKind(t, "the old password", err, models.KindInvalid)

	// A change of role, and closing the account, end them with the next request.
	_, err = k.Invite(ctx, admin, u.Email, models.RoleAnalyst)
	wantKind(t, "inviting somebody who is there", err, models.KindInvalid)
	works("after that", all[0], true)
	if token := must(k.Invite(ctx, admin, u.Email, models.RoleCouncillor))(t); token != "" {
		t.Error("one administrator alone gets into an account by changing its role")
	}
	works("after a change of role", all[0], false)
	if _, err := k.SignIn(ctx, u.Email, password+" anew", ""); err != nil {
		t.Errorf("a change of role took the password: %v", err)
	}
	// So does a change of the consultations that they see.
	seen, c := in(), k.demo(t)
	_, err = k.Invite(ctx, admin, u.Email, models.RoleCouncillor, "no-such")
	wantKind(t, "a consultation that there is not", err, models.KindInvalid)
	_, err = k.Invite(ctx, admin, u.Email, models.RoleAuditor, c.ID)
	wantKind(t, "an auditor of one consultation", err, models.KindInvalid)
	works("after that", seen, true)
	must(k.Invite(ctx, admin, u.Email, models.RoleCouncillor, c.ID))(t)
	works("after a change of what they see", seen, false)
	_, err = k.Invite(ctx, admin, u.Email, models.RoleCouncillor, c.ID, c.ID)
	wantKind(t, "the same once more", err, models.KindInvalid)
	last := in()
	if who := must(k.Resume(ctx, last))(t); !slices.Equal(who.Actor.Only, []string{c.ID}) {
		t.Errorf("signed in as %+v", who.Actor)
	}
	trail, err := k.store.AuditTrail(ctx, "", 0)
	noError(t, err)
	if !slices.ContainsFunc(trail, func(e models.AuditEvent) bool {
		return e.Action == "user.role-changed" && e.Reason == "councillor to councillor of "+c.ID
	}) {
		t.Error("the change is on no record")
	}
	noError(t, k.Disable(ctx, admin, u.ID))
	works("of a closed account", last, false)
	_, err = k.Invite(ctx, admin, u.Email, models.RoleAnalyst)
	wantKind(t, "inviting into a closed account", err, models.KindInvalid)
}

// More sign-ins than can be worked on are told to come back, and leave nothing: not
// even a failure that the next try would wait for.
func TestSignInsAtOnce(t *testing.T) {
	k := one(t)
	u := k.account(t, "ada@example.org", models.RoleOfficer)
	before := len(must(k.store.AuditTrail(ctx, "", 0))(t))
	free := k.Crowd()
	for _, email := range []string{u.Email, "nobody@example.org"} {
		_, err := k.SignIn(ctx, email, "a wrong password", "")
		wantKind(t, "one too many", err, models.KindBusy)
	}
	free()
	if n := len(must(k.store.AuditTrail(ctx, "", 0))(t)); n != before {
		t.Errorf("%d acts are on record", n-before)
	}
	if _, err := k.SignIn(ctx, u.Email, password, ""); err != nil {
		t.Errorf("the next: %v", err)
	}
}

// A flood of guesses does not fill the record, which says that there were more.
func TestRefusalsOnRecordAreFew(t *testing.T) {
	k := one(t)
	guess := func(n int) (listed int, last string) {
		for range n {
			_, err := k.SignInByPasskey(ctx, "https://consult.example.org", []byte("{}"), "{}")
			wantKind(t, "a guess", err, models.KindInvalid)
		}
		all := k.acts(t, &models.Consultation{}, "sign-in.refused")
		return len(all), all[0]
	}
	if n, last := guess(consult.MostRefused - 1); n != consult.MostRefused-1 || last != "" {
		t.Errorf("%d on record, the last says %q", n, last)
	}
	if n, last := guess(20); n != consult.MostRefused || last == "" {
		t.Errorf("%d on record, the last says %q", n, last)
	}
	k.clock.Advance(time.Minute)
	if n, last := guess(1); n != consult.MostRefused+1 || last != "" {
		t.Errorf("%d on record a minute later, the last says %q", n, last)
	}
}

// Whatever is fresh is refused to somebody stale by the service itself.
func TestFreshPermissions(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	stale := officer
	stale.Stale = true
	_, err := k.Contacts(ctx, stale, c, "")
	wantKind(t, "contacts", err, models.KindStale)
	wantKind(t, "publishing", k.PublishReport(ctx, stale, c, ""), models.KindStale)
	_, err = k.ExportSearch(ctx, stale, c, search.Query{})
	wantKind(t, "export", err, models.KindStale)
	_, err = k.ExportNotes(ctx, stale, c, "")
	wantKind(t, "notes", err, models.KindStale)
	wantKind(t, "erasing", k.AskErasure(ctx, stale, c, "s1", "r1", "They asked."), models.KindStale)
	admin := admin
	admin.Stale = true
	_, err = k.ConfirmRecovery(ctx, admin, officer.ID, "officer")
	wantKind(t, "recovery", err, models.KindStale)
	_, err = k.Invite(ctx, admin, "a@example.org", models.RoleAnalyst)
	wantKind(t, "inviting", err, models.KindStale)
	wantKind(t, "closing an account", k.Disable(ctx, admin, officer.ID), models.KindStale)
	if _, err := k.Users(ctx, admin); err != nil {
		t.Errorf("somebody stale may not even see who has an account: %v", err)
	}
	wantKind(t, "the day of deletion", k.SetRetention(ctx, stale, c, models.Retention{Version: 1, Day: "2030-01-01"}), models.KindStale)
	_, err = k.Ledger(ctx, stale, c)
	wantKind(t, "a row for each submission", err, models.KindStale)
	_, err = k.DraftFile(ctx, stale, c, "csv")
	wantKind(t, "the draft as data", err, models.KindStale)
	_, err = k.DraftDocument(ctx, stale, c)
	wantKind(t, "the draft as a document", err, models.KindStale)
	if _, err := k.Themes(ctx, stale, c, 1); err != nil {
		t.Errorf("somebody stale may not even read: %v", err)
	}
	for _, p := range consult.Fresh {
		if consult.Portal.May(p) != true || !(officer.May(p) || admin.May(p)) {
			t.Errorf("%s is fresh and nobody's", p)
		}
	}
}

func TestRecoveryTakesTwo(t *testing.T) {
	k := one(t)
	u := k.account(t, "ada@example.org", models.RoleOfficer)
	var admins []consult.Actor
	for _, email := range []string{"one@example.org", "two@example.org", "three@example.org"} {
		admins = append(admins, actorOf(k.account(t, email, models.RoleAdmin)))
	}
	one, two, three := admins[0], admins[1], admins[2]
	k.app(t, actorOf(u))
	must(k.MakeCodes(ctx, actorOf(u)))(t)
	session := must(k.Enter(ctx, u, true))(t)

	_, err := k.ConfirmRecovery(ctx, one, u.ID, "officer")
	wantKind(t, "confirming what nobody asked", err, models.KindNotFound)
	wantKind(t, "one's own account", k.AskRecovery(ctx, one, one.ID), models.KindConflict)
	wantKind(t, "an account there is not", k.AskRecovery(ctx, one, "nobody"), models.KindNotFound)
	noError(t, k.AskRecovery(ctx, one, u.ID))
	_, err = k.ConfirmRecovery(ctx, one, u.ID, "officer")
	wantKind(t, "the same administrator", err, models.KindConflict)
	if list := must(k.Recoveries(ctx, two))(t); len(list) != 1 || list[0].AskedBy != one.ID {
		t.Errorf("requests %v", list)
	}
	if _, err := k.Resume(ctx, session); err != nil {
		t.Errorf("asking alone ended a session: %v", err)
	}
	noError(t, k.DropRecovery(ctx, two, u.ID))
	noError(t, k.AskRecovery(ctx, three, u.ID))
	noError(t, k.Disable(ctx, one, three.ID))
	_, err = k.ConfirmRecovery(ctx, two, u.ID, "officer")
	wantKind(t, "asked by an account that is closed", err, models.KindConflict)
	noError(t, k.AskRecovery(ctx, one, u.ID))
	token := must(k.ConfirmRecovery(ctx, two, u.ID, "officer"))(t)

	_, err = k.Resume(ctx, session)
	wantKind(t, "a session from before", err, models.KindNotFound)
	_, err = k.SignIn(ctx, u.Email, password, "")
	wantKind(t, "the password from before", err, models.KindInvalid)
	// The second step is not undone by a first one that anybody can take alone.
	_, err = k.Invite(ctx, one, u.Email, models.RoleOfficer)
	wantKind(t, "inviting instead", err, models.KindInvalid)
	_, err = k.Accept(ctx, token, "", "another long password")
	noError(t, err)
	_, err = k.Accept(ctx, token, "", "another long password")
	wantKind(t, "the link again", err, models.KindNotFound)
	if _, err := k.SignIn(ctx, u.Email, "another long password", ""); err != nil {
		t.Errorf("the account after its recovery: %v", err)
	}
	if a := must(k.Account(ctx, actorOf(u)))(t); a.App != nil || a.Codes != 0 {
		t.Error("an app or codes from before still work")
	}
	trail := must(k.store.AuditTrail(ctx, "", 0))(t)
	var acts []string
	for _, e := range trail {
		if strings.HasPrefix(e.Action, "user.recover") && e.Object == u.ID && !e.Undone {
			acts = append(acts, e.Action)
		}
	}
	slices.Sort(acts)
	if want := []string{"user.recovered", "user.recovery-asked", "user.recovery-asked", "user.recovery-asked", "user.recovery-dropped"}; !slices.Equal(acts, want) {
		t.Errorf("on record is %v", acts)
	}
}

// Accounts of some roles do nothing without a second factor, and do not lose
// the last.
func TestRolesThatNeedMore(t *testing.T) {
	k := one(t)
	strict := consult.New(consult.Config{Store: k.store, Now: k.clock.Now, Pepper: pepper, SecondFactor: true})
	for _, role := range models.Roles {
		u := k.account(t, string(role)+"@example.org", role)
		session := must(strict.Enter(ctx, u, true))(t)
		who := must(strict.Resume(ctx, session))(t)
		if who.Bare != (role == models.RoleAdmin || role == models.RoleOfficer || role == models.RoleAuditor) {
			t.Errorf("%s is held up: %v", role, who.Bare)
		}
		if must(k.Resume(ctx, session))(t).Bare {
			t.Errorf("%s is held up where it is not asked for", role)
		}
		k.app(t, who.Actor)
		if must(strict.Resume(ctx, session))(t).Bare {
			t.Errorf("%s is held up with an app", role)
		}
		if err := strict.RemoveApp(ctx, who.Actor); (models.KindOf(err) == models.KindConflict && err != nil) != who.Bare {
			t.Errorf("%s removes the last: %v", role, err)
		}
	}
}

func TestSignInFromAnOrganisation(t *testing.T) {
	k := one(t)
	ada, bea := k.account(t, "ada@example.org", models.RoleOfficer), k.account(t, "bea@example.org", models.RoleAnalyst)
	const at = "https://id.example.org"
	from := func(s *consult.Service, subject, email string, verified, strong bool) (string, error) {
		u, err := s.SignInFrom(ctx, at, subject, email, verified, strong)
		if u == nil {
			return "", err
		}
		return u.ID, err
	}
	for what, err := range map[string]error{
		"an address nobody verified": func() error { _, err := from(k.Service, "s1", ada.Email, false, true); return err }(),
		"an account there is not":    func() error { _, err := from(k.Service, "s1", "nobody@example.org", true, true); return err }(),
		"no address":                 func() error { _, err := from(k.Service, "s1", "", true, true); return err }(),
	} {
		wantKind(t, what, err, models.KindForbidden)
	}
	if id, err := from(k.Service, "s1", "ADA@example.org", true, false); id != ada.ID || err != nil {
		t.Errorf("the first time: %q, %v", id, err)
	}
	// The address has moved to somebody else there: they are not Ada.
	_, err := from(k.Service, "s2", ada.Email, true, true)
	wantKind(t, "another with the same address", err, models.KindConflict)
	if id, err := from(k.Service, "s1", bea.Email, true, false); id != ada.ID || err != nil {
		t.Errorf("with another address: %q, %v", id, err)
	}
	strict := consult.New(consult.Config{Store: k.store, Now: k.clock.Now, Pepper: pepper, SecondFactor: true})
	_, err = from(strict, "s1", ada.Email, true, false)
	wantKind(t, "a password alone", err, models.KindForbidden)
	if id, err := from(strict, "s1", ada.Email, true, true); id != ada.ID || err != nil {
		t.Errorf("with more than a password: %q, %v", id, err)
	}
	noError(t, k.Disable(ctx, admin, ada.ID))
	_, err = from(k.Service, "s1", ada.Email, true, true)
	wantKind(t, "a closed account", err, models.KindForbidden)
}

// device is an authenticator in software: one resident key for one account.
type device struct {
	key     *ecdsa.PrivateKey
	id      []byte
	account []byte
	origin  string
	count   uint32
	careful bool // it asked for a fingerprint or a PIN
}

const origin = "https://consult.example.org"

func newDevice(t *testing.T) *device {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	noError(t, err)
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{key: key, id: id, origin: origin, careful: true}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// data is what the device signs: whose page, that somebody was there, how often.
func (d *device) data(attested bool) []byte {
	d.count++
	rp := sha256.Sum256([]byte("consult.example.org"))
	flags := byte(0x01)
	if d.careful {
		flags |= 0x04
	}
	if attested {
		flags |= 0x40
	}
	return binary.BigEndian.AppendUint32(append(rp[:], flags), d.count)
}

func (d *device) client(kind string, options []byte) []byte {
	var asked struct {
		PublicKey struct {
			Challenge string
			User      struct{ ID string }
		} `json:"publicKey"`
	}
	if err := json.Unmarshal(options, &asked); err != nil {
		panic(err)
	}
	if kind == "webauthn.create" {
		d.account, _ = base64.RawURLEncoding.DecodeString(asked.PublicKey.User.ID)
	}
	b, _ := json.Marshal(map[string]any{"type": kind, "challenge": asked.PublicKey.Challenge, "origin": d.origin})
	return b
}

// create answers a request for a new key; its parts are CBOR (RFC 8949).
func (d *device) create(options []byte) string {
	client := d.client("webauthn.create", options)
	point, err := d.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		panic(err)
	}
	data := append(d.data(true), make([]byte, 16)...) // no model
	data = binary.BigEndian.AppendUint16(data, uint16(len(d.id)))
	data = append(data, d.id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32) // EC2, ES256, P-256, x
	data = append(append(data, point[1:33]...), 0x22, 0x58, 32)       // y
	data = append(data, point[33:]...)
	object := append([]byte{0xa3, 0x63}, "fmt"...)
	object = append(append(object, 0x64), "none"...)
	object = append(append(object, 0x67), "attStmt"...)
	object = append(append(object, 0xa0, 0x68), "authData"...)
	object = append(append(object, 0x58, byte(len(data))), data...)
	return d.answer(map[string]string{"clientDataJSON": b64(client), "attestationObject": b64(object)})
}

// get answers a request to show the key.
func (d *device) get(options []byte) string {
	client, data := d.client("webauthn.get", options), d.data(false)
	sum := sha256.Sum256(client)
	digest := sha256.Sum256(append(slices.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, d.key, digest[:])
	if err != nil {
		panic(err)
	}
	return d.answer(map[string]string{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(d.account)})
}

func (d *device) answer(response map[string]string) string {
	b, _ := json.Marshal(map[string]any{"id": b64(d.id), "rawId": b64(d.id), "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	return string(b)
}

func TestPasskeys(t *testing.T) {
	k := one(t)
	ada, bea := k.account(t, "ada@example.org", models.RoleOfficer), k.account(t, "bea@example.org", models.RoleOfficer)
	add := func(u *models.User, d *device, name string) error {
		t.Helper()
		c := must(k.BeginPasskey(ctx, actorOf(u), origin))(t)
		return k.AddPasskey(ctx, actorOf(u), origin, c.Session, d.create(c.Options), name)
	}
	first, second, theirs := newDevice(t), newDevice(t), newDevice(t)
	careless, elsewhere := newDevice(t), newDevice(t)
	careless.careful = false
	elsewhere.origin = "https://consult.example.org.evil.example"
	wantKind(t, "a device that asked for no PIN", add(ada, careless, ""), models.KindInvalid)
	wantKind(t, "a device at another website", add(ada, elsewhere, ""), models.KindInvalid)
	wantKind(t, "a long name", add(ada, first, strings.Repeat("x", models.MaxDeviceName+1)), models.KindInvalid)
	noError(t, add(ada, first, "Blue key"))
	noError(t, add(ada, second, ""))
	noError(t, add(bea, theirs, ""))
	wantKind(t, "the same device for another", add(bea, first, ""), models.KindConflict)
	first.account = []byte(ada.ID)
	wantKind(t, "an answer that is none", k.AddPasskey(ctx, actorOf(ada), origin, nil, "{}", ""), models.KindInvalid)

	in := func(d *device) (*models.User, error) {
		t.Helper()
		c := must(k.AskPasskey(origin))(t)
		return k.SignInByPasskey(ctx, origin, c.Session, d.get(c.Options))
	}
	for d, want := range map[*device]*models.User{first: ada, second: ada, theirs: bea} {
		if u, err := in(d); err != nil || u.ID != want.ID {
			t.Errorf("a passkey of %s opens %v: %v", want.Email, u, err)
		}
	}
	refused := func(what string, d *device, change func(d *device)) {
		t.Helper()
		other := *d
		change(&other)
		u, err := in(&other)
		wantKind(t, what, err, models.KindInvalid)
		if u != nil {
			t.Errorf("%s: an account came with the refusal", what)
		}
	}
	refused("at another website", first, func(d *device) { d.origin = elsewhere.origin })
	refused("without a PIN", first, func(d *device) { d.careful = false })
	refused("for another's account", first, func(d *device) { d.account = []byte(bea.ID) })
	refused("for no account", first, func(d *device) { d.account = []byte("nobody") })
	refused("with another key", first, func(d *device) { d.key = newDevice(t).key })
	refused("a copy that lags behind", first, func(d *device) { d.count = 0 })
	c, other := must(k.AskPasskey(origin))(t), must(k.AskPasskey(origin))(t)
	_, err := k.SignInByPasskey(ctx, origin, other.Session, first.get(c.Options))
	wantKind(t, "an answer to another question", err, models.KindInvalid)
	for _, nonsense := range []string{"", "{}", "[]", "x"} {
		_, err := k.SignInByPasskey(ctx, origin, c.Session, nonsense)
		wantKind(t, "nonsense", err, models.KindInvalid)
		_, err = k.SignInByPasskey(ctx, origin, []byte(nonsense), first.get(c.Options))
		wantKind(t, "asked nothing", err, models.KindInvalid)
	}

	// A passkey is a second factor, and a proof.
	if _, err := k.SignIn(ctx, ada.Email, password, ""); err == nil {
		t.Error("the password alone opens an account with a passkey")
	}
	codes := must(k.MakeCodes(ctx, actorOf(ada)))(t)
	if _, err := k.SignIn(ctx, ada.Email, password, codes[0]); err != nil {
		t.Errorf("a recovery code in place of the passkey: %v", err)
	}
	session := must(k.Enter(ctx, ada, false))(t)
	stale := must(k.Resume(ctx, session))(t).Actor
	prove := func(d *device) error {
		c := must(k.AskPasskey(origin))(t)
		return k.ProveByPasskey(ctx, stale, session, origin, c.Session, d.get(c.Options))
	}
	wantKind(t, "another's passkey as a proof", prove(theirs), models.KindInvalid)
	noError(t, prove(second))
	if must(k.Resume(ctx, session))(t).Actor.Stale {
		t.Error("a passkey is no proof")
	}

	// Whoever can write into the database gains nothing: not by a row of theirs
	// under another account.
	k.exec(t, "UPDATE passkeys SET account = '"+ada.ID+"' WHERE account = '"+bea.ID+"'")
	theirs.account = []byte(ada.ID)
	if u, err := in(theirs); err == nil {
		t.Errorf("a passkey that was moved opens %s", u.Email)
	}
	k.exec(t, "DELETE FROM passkeys WHERE id = '"+b64(theirs.id)+"'")

	a := must(k.Account(ctx, actorOf(ada)))(t)
	if len(a.Passkeys) != 2 || !slices.ContainsFunc(a.Passkeys, func(p models.Passkey) bool { return p.Name == "Blue key" }) {
		t.Errorf("passkeys %v", a.Passkeys)
	}
	wantKind(t, "removing another's", k.RemovePasskey(ctx, actorOf(bea), b64(first.id)), models.KindNotFound)
	noError(t, k.RemovePasskey(ctx, actorOf(ada), b64(first.id)))
	_, err = in(first)
	wantKind(t, "a passkey that was removed", err, models.KindInvalid)
	noError(t, k.Disable(ctx, admin, ada.ID))
	_, err = in(second)
	wantKind(t, "a closed account", err, models.KindInvalid)
}

func TestPasskeyOrigin(t *testing.T) {
	for address, want := range map[string]string{"https://consult.example.org": "https://consult.example.org", "https://consult.example.org/": "https://consult.example.org",
		"http://127.0.0.1:8080": "http://localhost:8080", "http://[::1]:8080": "http://localhost:8080", "": "http://localhost"} {
		if got := consult.PasskeyOrigin(address); got != want {
			t.Errorf("at %q they work at %q, want %q", address, got, want)
		}
	}
}
