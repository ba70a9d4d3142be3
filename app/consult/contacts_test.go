package consult_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heard/app/consult"
	"heard/models"
)

// Whoever wants to be told the outcome is on a list of its own that leads to no
// submission and that a stolen database does not show.
func TestContacts(t *testing.T) {
	each(t, func(t *testing.T, k *kit) {
		c := k.demo(t)
		k.send(t, c, resident("The lamps are out.", true))
		before := k.tables(t, "submissions", "answers", "audit", "jobs", "drafts")
		for _, address := range []string{"ada@quince.example", " ADA@Quince.example ", "bea@medlar.example"} {
			noError(t, k.TellResult(ctx, c, address))
		}
		if got := k.tables(t, "contacts"); got["contacts"] != 2 {
			t.Errorf("%d addresses are kept, want each once", got["contacts"])
		}
		if diff := cmp.Diff(before, k.tables(t, "submissions", "answers", "audit", "jobs", "drafts")); diff != "" {
			t.Errorf("an address left something elsewhere (-before +after):\n%s", diff)
		}
		all := bytes.ToLower(databaseBytes(t, k))
		for _, secret := range []string{"ada@quince.example", "quince", "medlar"} {
			if bytes.Contains(all, []byte(secret)) {
				t.Errorf("the database shows %q", secret)
			}
		}
		if strings.Contains(strings.ToLower(k.log.String()), "quince") {
			t.Error("the log shows an address")
		}

		// Nobody opens the list alone, and whoever asks says why.
		other := consult.Actor{ID: "u-other", Role: models.RoleOfficer}
		_, err := k.Contacts(ctx, officer, c, "")
		wantKind(t, "alone", err, models.KindConflict)
		wantKind(t, "for no reason", k.AskForContacts(ctx, officer, c, " "), models.KindInvalid)
		wantKind(t, "to nothing", k.AgreeToContacts(ctx, other, c, ""), models.KindConflict)
		noError(t, k.AskForContacts(ctx, officer, c, "To tell them."))
		wantKind(t, "two at once", k.AskForContacts(ctx, other, c, "To write to them."), models.KindConflict)
		wantKind(t, "to oneself", k.AgreeToContacts(ctx, officer, c, "To tell them."), models.KindConflict)
		wantKind(t, "to something else", k.AgreeToContacts(ctx, other, c, "To ask them."), models.KindConflict)
		for _, who := range []consult.Actor{officer, other} {
			_, err = k.Contacts(ctx, who, c, "")
			wantKind(t, "before another agreed", err, models.KindConflict)
		}
		noError(t, k.AgreeToContacts(ctx, other, c, "To tell them."))
		_, err = k.Contacts(ctx, consult.Actor{ID: "u-third", Role: models.RoleOfficer}, c, "")
		wantKind(t, "a third", err, models.KindConflict)
		for _, days := range []int{2, -2} {
			k.clock.Advance(time.Duration(days) * 24 * time.Hour)
			if o, _, open, err := k.ContactOpening(ctx, officer, c); err != nil || o.AgreedBy != other.ID || open != (days < 0) {
				t.Errorf("%d days on: open %v, %+v (%v)", days, open, o, err)
			}
		}
		got, err := k.Contacts(ctx, officer, c, "")
		noError(t, err)
		if diff := cmp.Diff([]string{"ada@quince.example", "bea@medlar.example"}, got); diff != "" {
			t.Errorf("addresses (-want +got):\n%s", diff)
		}
		trail, err := k.store.AuditTrail(ctx, c.ID, 0)
		noError(t, err)
		if e := trail[0]; e.Action != "contacts.read" || e.Actor != officer.ID || e.Object != c.ID || len(trail) != before["audit"]+3 || trail[1].Action != "contacts.agreed" || trail[2].Action != "contacts.asked" || trail[2].Reason != "To tell them." {
			t.Errorf("recorded %+v", e)
		}
		// Who reads them is on record, or does not read them.
		mend := k.breakTable(t, "audit")
		got, err = k.Contacts(ctx, officer, c, "")
		mend()
		if err == nil || got != nil {
			t.Errorf("read %q without a record", got)
		}
		for _, who := range []consult.Actor{admin, analyst, councillor, auditor} {
			got, err := k.Contacts(ctx, who, c, "")
			wantKind(t, string(who.Role), err, models.KindForbidden)
			if got != nil {
				t.Errorf("%s read %q", who.Role, got)
			}
		}

		// Off the list again, whether it was on it or not.
		noError(t, k.ForgetContact(ctx, c, "Ada@quince.example"))
		noError(t, k.ForgetContact(ctx, c, "nobody@quince.example"))
		got, err = k.Contacts(ctx, officer, c, "")
		if err != nil || !cmp.Equal(got, []string{"bea@medlar.example"}) {
			t.Errorf("addresses %q (%v)", got, err)
		}
		for _, bad := range []string{"", "ada", "Ada <ada@quince.example>", "ada@", "a@b@c", "ada@quince.example, bea@medlar.example", "ada@quince.example\nBcc: x@y.example", strings.Repeat("a", 250) + "@quince.example"} {
			for what, err := range map[string]error{"telling": k.TellResult(ctx, c, bad), "forgetting": k.ForgetContact(ctx, c, bad)} {
				wantKind(t, what, err, models.KindInvalid)
				if f := models.FieldsOf(err); len(f) != 1 || f[0].Field != "email" || f[0].Code != "result.email.wrong" || strings.Contains(err.Error(), "quince") {
					t.Errorf("%s %q: %v", what, bad, err)
				}
			}
		}
	})
}

// The same address is another on another consultation's list, and nothing shows
// that they are one person's.
func TestContactsOfTwoConsultations(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	other := k.open(t, []byte(strings.Replace(invented, "invented: true\n", "invented: true\noffer_result: true\n", 1)))
	noError(t, k.TellResult(ctx, c, "ada@quince.example"))
	noError(t, k.TellResult(ctx, other, "ada@quince.example"))
	rows, err := k.sql(t).Query("SELECT id, sealed FROM contacts")
	noError(t, err)
	defer func() { _ = rows.Close() }()
	var seen [][]byte
	for rows.Next() {
		var id, sealed []byte
		noError(t, rows.Scan(&id, &sealed))
		for _, b := range seen {
			if bytes.Equal(b, id) || bytes.Equal(b, sealed) {
				t.Error("two lists show that they hold the same address")
			}
		}
		seen = append(seen, id, sealed)
	}
	if len(seen) != 4 {
		t.Errorf("%d rows, want 2", len(seen)/2)
	}
	noError(t, k.ForgetContact(ctx, c, "ada@quince.example"))
	noError(t, k.AskForContacts(ctx, officer, other, "To tell them."))
	noError(t, k.AgreeToContacts(ctx, consult.Actor{ID: "u-other", Role: models.RoleOfficer}, other, "To tell them."))
	if got, err := k.Contacts(ctx, officer, other, ""); err != nil || len(got) != 1 {
		t.Errorf("forgotten elsewhere too: %q (%v)", got, err)
	}

	// A consultation that does not offer it keeps no list.
	silent := *c
	silent.OfferResult = false
	wantKind(t, "telling", k.TellResult(ctx, &silent, "ada@quince.example"), models.KindNotFound)
	wantKind(t, "forgetting", k.ForgetContact(ctx, &silent, "ada@quince.example"), models.KindNotFound)
}
