package consult_test

import (
	"bytes"
	"io"
	"log/slog"
	"testing"

	"filippo.io/age"

	"heard/app/consult"
	"heard/app/evidence"
	"heard/models"
)

// What is sealed to an officers' key opens with it and with nothing that the portal
// has.
func TestOfficersKey(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	key, err := age.GenerateX25519Identity()
	noError(t, err)
	other, err := age.GenerateX25519Identity()
	noError(t, err)
	officers, err := consult.OfficersKeys(key.Recipient().String() + "\n")
	noError(t, err)
	for _, bad := range []string{key.String(), "age1", key.Recipient().String() + ",x"} {
		if _, err := consult.OfficersKeys(bad); err == nil {
			t.Errorf("%q is taken for a public half", bad)
		}
	}
	plain := k.Service
	k.Service = consult.New(consult.Config{Store: k.store, Search: k.engine, Files: k.files, Reader: evidence.NewReader(""), Log: slog.New(slog.DiscardHandler), Now: k.clock.Now, Pepper: pepper, Officers: officers})

	sent, err := io.ReadAll(picture(t))
	noError(t, err)
	// One was sent before there was a key, one after.
	for _, s := range []*consult.Service{plain, k.Service} {
		draft := k.fill(t, c, organisation("See the picture."))
		noError(t, s.Attach(ctx, draft, c, "steps.png", bytes.NewReader(sent)))
		noError(t, s.Submit(ctx, draft, c, consult.Proof{}))
	}
	if c.OfferResult {
		noError(t, plain.TellResult(ctx, c, "before@quince.example"))
		noError(t, k.TellResult(ctx, c, "after@quince.example"))
		noError(t, k.AskForContacts(ctx, officer, c, "To tell them."))
		noError(t, k.AgreeToContacts(ctx, consult.Actor{ID: "u-other", Role: models.RoleOfficer}, c, "To tell them."))
		for _, with := range []string{"", other.String(), "x"} {
			_, err := plain.Contacts(ctx, officer, c, with)
			wantKind(t, "the list without the key", err, models.KindInvalid)
		}
		if list, err := plain.Contacts(ctx, officer, c, " "+key.String()+"\n"); err != nil || len(list) != 2 {
			t.Errorf("%q, %v", list, err)
		}
	} else {
		t.Error("the demonstration keeps no list of addresses")
	}
	opened := 0
	for sub, err := range k.store.Submissions(ctx, c.ID) {
		noError(t, err)
		if len(sub.Attachments) == 0 {
			continue
		}
		got, kind, err := plain.SentFile(ctx, consult.Portal, c, sub.ID, 1, "")
		if err == nil {
			opened++
		} else if f := models.FieldsOf(err); models.KindOf(err) != models.KindInvalid || len(f) != 1 || f[0].Field != "key" {
			t.Errorf("without the key: %v", err)
		} else {
			_, _, err = plain.SentFile(ctx, consult.Portal, c, sub.ID, 1, other.String())
			wantKind(t, "another key", err, models.KindInvalid)
			got, kind, err = plain.SentFile(ctx, consult.Portal, c, sub.ID, 1, key.String())
			noError(t, err)
		}
		if !bytes.Equal(got, sent) || kind != "png" {
			t.Errorf("%d bytes of %s, want the %d that were sent", len(got), kind, len(sent))
		}
		_, _, err = plain.SentFile(ctx, officer, c, sub.ID, 1, key.String())
		wantKind(t, "on a page", err, models.KindForbidden)
		_, _, err = plain.SentFile(ctx, consult.Portal, c, sub.ID, 2, key.String())
		wantKind(t, "no such file", err, models.KindNotFound)
	}
	if opened != 1 {
		t.Errorf("%d files opened without the key, want the one from before", opened)
	}
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	if e := trail[0]; e.Action != "original.opened" || e.Actor != consult.Portal.ID {
		t.Errorf("recorded %+v", e)
	}
}
