package consult_test

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"
	"testing"

	"heard/app/consult"
	"heard/models"
	"heard/models/storetest"
)

// actsOn returns the actions on record about an object, the newest first.
func (k *kit) actsOn(t testing.TB, c *models.Consultation, object string) (actions []string) {
	t.Helper()
	trail, err := k.store.AuditTrail(ctx, c.ID, 0)
	noError(t, err)
	for _, e := range trail {
		if e.Object == object {
			actions = append(actions, e.Action)
		}
	}
	return actions
}

// An organisation's file: what was read out of it is decided on by people, and
// nothing of it is released or frozen before; councillors read its summary, and
// open the file once an officer has let them.
func TestEvidenceOfAnOrganisation(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	send := func(answers models.Answers, text string) *models.Submission {
		t.Helper()
		key := k.fill(t, c, answers)
		noError(t, k.Attach(ctx, key, c, "points.txt", strings.NewReader(text)))
		noError(t, k.Submit(ctx, key, c, consult.Proof{}))
		code, err := k.receipt(key, c)
		noError(t, err)
		return k.behind(t, strings.Join(code, " "))
	}
	sub := send(organisation("See our points."), "The zeppelin hangs low, says Anna Smith.\nOld bluehat saw it, too.")
	quiet := organisation("See our secret points.")
	quiet["O4"] = models.Given{Options: []string{"confidential"}, Text: "We fear for our lease, says Anna Smith."}
	secret := send(quiet, "The airship is a secret.")
	k.drain(t)
	noError(t, k.Translate(ctx, officer, c, sub.ID, "C6", "", "See the points of Anna Smith."))

	// Confidence: a queue with the reason, and nothing outside the desk.
	queue, err := k.ToLookAt(ctx, officer, c)
	noError(t, err)
	queue = slices.DeleteFunc(queue, func(m *models.Submission) bool {
		return !slices.Contains(m.Attention, models.AttentionConfidence)
	})
	if len(queue) != 1 || queue[0].ID != secret.ID || len(secret.Consents) > 0 {
		t.Fatalf("the queue is %+v, consents %v", queue, secret.Consents)
	}
	if got := consult.ConfidenceReason(c, queue[0]); got != "We fear for our lease, says [name]." {
		t.Errorf("the reason reads %q", got)
	}
	noError(t, k.PassedOn(ctx, officer, c, secret.ID))
	wantKind(t, "passing it on twice", k.PassedOn(ctx, officer, c, secret.ID), models.KindConflict)
	wantKind(t, "passing on what nobody asked", k.PassedOn(ctx, officer, c, sub.ID), models.KindConflict)
	if got := k.acts(t, c, "confidence.passed-on"); len(got) != 1 || strings.Contains(got[0], "lease") {
		t.Errorf("on record: %q", got)
	}

	// What is decided of the file, and of the translation.
	sheet := k.sheet(t, officer, c, sub.ID)
	var names []string
	for _, a := range sheet.Answers {
		names = append(names, consult.TextName(sheet.Of, a.Question))
	}
	if !slices.Equal(names, []string{"answer C6", "the translation of answer C6", "attachment 1"}) {
		t.Fatalf("to decide on are %v", names)
	}
	key := sub.Attachments[0].Key
	mark := []consult.RedactionMark{{Question: sheet.Answers[2].Question, Words: "Old bluehat", Kind: "name", Replacement: "a man"}, {Question: sheet.Answers[1].Question, Words: "points", Kind: "detail"}}
	noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: sheet.Version, Added: mark, AcceptSure: true, LeaveDoubtful: true}))
	now, err := k.store.Submission(ctx, sub.ID)
	noError(t, err)
	if got := now.Attachments[0]; got.Redacted != "The zeppelin hangs low, says [name].\n[a man] saw it, too." || !strings.Contains(got.Text, "Old bluehat") {
		t.Errorf("of the file is read %q, and it says %q", got.Redacted, got.Text)
	}
	if got := now.Answer("C6"); got.Translation != "See the [detail] of [name]." || !strings.Contains(got.Translated, "Anna Smith") {
		t.Errorf("of the translation is read %q, made as %q", got.Translation, got.Translated)
	}

	// Nothing is released that nobody has checked, and nothing frozen.
	noError(t, k.Move(ctx, officer, c, models.StatusClosed))
	c = k.reread(t, c)
	k.drain(t)
	storetest.ReadAll(t, k.store, c.ID, officer.ID)
	gone := func(what string) {
		t.Helper()
		_, err := k.Attached(ctx, councillor, c, sub.ID)
		wantKind(t, what, err, models.KindNotFound)
		if len(k.find(t, councillor, c, "zeppelin")) > 0 {
			t.Errorf("%s: a councillor finds it", what)
		}
	}
	gone("before it is checked")
	err = k.Move(ctx, officer, c, models.StatusFrozen)
	wantKind(t, "freezing", err, models.KindConflict)
	if got := models.FieldsOf(err); len(got) != 1 || got[0].Field != "redactions" || !strings.Contains(got[0].Message, "2 submissions have not been checked") {
		t.Errorf("freezing is refused with %v", got)
	}
	check := func() {
		t.Helper()
		noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: k.sheet(t, officer, c, sub.ID).Version, AcceptSure: true, LeaveDoubtful: true, Checked: true}))
		k.drain(t)
	}
	check()
	gone("before its release")
	_, err = k.Release(ctx, officer, c)
	noError(t, err)
	k.drain(t)
	if len(k.find(t, councillor, c, "zeppelin")) != 1 || len(k.find(t, councillor, c, "bluehat"))+len(k.find(t, officer, c, "bluehat")) > 0 {
		t.Error("a councillor does not find what was decided, or somebody finds what was taken out")
	}

	// The summary, and the file once an officer has let them.
	for _, by := range []consult.Actor{councillor, analyst} {
		all, err := k.Attached(ctx, by, c, sub.ID)
		noError(t, err)
		if len(all) != 1 || all[0].Summary == nil || all[0].MayOpen || all[0].MayLet {
			t.Fatalf("%s is told of %+v", by.Role, all)
		}
		_, _, _, err = k.OpenFile(ctx, by, c, sub.ID, 1)
		wantKind(t, "a file that is not open", err, models.KindForbidden)
	}
	object := sub.ID + " attachment 1"
	noError(t, k.LetOpen(ctx, second, c, sub.ID, 1, true, ""))
	data, mediaType, ending, err := k.OpenFile(ctx, councillor, c, sub.ID, 1)
	noError(t, err)
	if !strings.Contains(string(data), "zeppelin") || !strings.HasPrefix(mediaType, "text/plain") || ending != "txt" {
		t.Errorf("%q is opened as %s (%s)", data, mediaType, ending)
	}
	noError(t, k.LetOpen(ctx, second, c, sub.ID, 1, false, ""))
	_, _, _, err = k.OpenFile(ctx, councillor, c, sub.ID, 1)
	wantKind(t, "a file that was shut", err, models.KindForbidden)
	if got := k.actsOn(t, c, object); !slices.Equal(got, []string{"attachment.shut", "attachment.opened", "attachment.let-open"}) {
		t.Errorf("on record: %v", got)
	}
	_, _, _, err = k.OpenFile(ctx, officer, c, sub.ID, 2)
	wantKind(t, "no such file", err, models.KindNotFound)

	// Of whoever asked for confidence, nothing.
	wantKind(t, "letting others open it", k.LetOpen(ctx, officer, c, secret.ID, 1, true, ""), models.KindConflict)
	_, err = k.Attached(ctx, councillor, c, secret.ID)
	wantKind(t, "confidential", err, models.KindNotFound)
	if all, err := k.Attached(ctx, officer, c, secret.ID); err != nil || len(all) != 1 || !all[0].MayOpen {
		t.Errorf("an officer is told of %+v (%v)", all, err)
	}

	// What was undecided again is hidden until it is checked.
	noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: k.sheet(t, officer, c, sub.ID).Version,
		Added: []consult.RedactionMark{{Question: "file." + key, Words: "too", Kind: "detail"}}}))
	k.drain(t)
	gone("while it is decided on again")
	check()
	if len(k.find(t, councillor, c, "zeppelin")) != 1 {
		t.Error("checked again, it is not found")
	}
	storetest.CheckAll(t, k.store, c.ID, officer.ID, second.ID)
	noError(t, k.Move(ctx, officer, c, models.StatusFrozen))
}

// A document of which the copy may still tell who made it stays with the officers.
func TestUncleanFilesStay(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	var document bytes.Buffer
	z := zip.NewWriter(&document)
	for _, part := range [][2]string{{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", "<w:document><w:body><w:p><w:r><w:t>The zeppelin hangs low.</w:t></w:r></w:p></w:body></w:document>"}, {"word/media/image1.emf", "drawn by Anna Smith"}} {
		out, err := z.Create(part[0])
		noError(t, err)
		_, err = out.Write([]byte(part[1]))
		noError(t, err)
	}
	noError(t, z.Close())
	key := k.fill(t, c, organisation("See our points."))
	noError(t, k.Attach(ctx, key, c, "points.docx", &document))
	noError(t, k.Submit(ctx, key, c, consult.Proof{}))
	code, err := k.receipt(key, c)
	noError(t, err)
	sub := k.behind(t, strings.Join(code, " "))
	k.drain(t)
	storetest.ReadAll(t, k.store, c.ID, officer.ID)
	wantKind(t, "letting others open it", k.LetOpen(ctx, officer, c, sub.ID, 1, true, ""), models.KindConflict)

	// Nor does it go to them where somebody let them before this was known.
	noError(t, k.store.OpenAttachment(ctx, sub.Attachments[0].Key, officer.ID))
	noError(t, k.Redact(ctx, officer, c, sub.ID, consult.RedactionDecisions{Version: k.sheet(t, officer, c, sub.ID).Version, AcceptSure: true, LeaveDoubtful: true, Checked: true}))
	c = k.release(t, c)
	all, err := k.Attached(ctx, councillor, c, sub.ID)
	noError(t, err)
	if len(all) != 1 || all[0].MayOpen || !all[0].Unclean {
		t.Fatalf("a councillor is told of %+v", all)
	}
	_, _, _, err = k.OpenFile(ctx, councillor, c, sub.ID, 1)
	wantKind(t, "a councillor", err, models.KindForbidden)
	if data, _, _, err := k.OpenFile(ctx, officer, c, sub.ID, 1); err != nil || len(data) == 0 {
		t.Errorf("an officer opens %d bytes (%v)", len(data), err)
	}
}

// No file of people at risk goes to anybody but officers, and a scan only to those
// who key and check.
func TestFilesThatStay(t *testing.T) {
	k := one(t)
	c := k.demo(t)
	b := k.batch(t, c, 1)
	_, err := k.KeyForm(ctx, officer, c, b.ID, consult.FormKeyed{Form: formOf(t, c, "person"), Answers: keyed(resident("The trombone is loud.", true)),
		File: &consult.Upload{Name: "scan.txt", Reader: strings.NewReader("The trombone is loud.")}, Key: consult.NewDraftKey()})
	noError(t, err)
	scan := k.subs(t, c)[0]
	c = k.release(t, c)
	for _, by := range []consult.Actor{councillor, analyst} {
		all, err := k.Attached(ctx, by, c, scan.ID)
		noError(t, err)
		if len(all) > 0 {
			t.Errorf("%s is told of the scan: %+v", by.Role, all)
		}
		_, _, _, err = k.OpenFile(ctx, by, c, scan.ID, 1)
		wantKind(t, "opening the scan", err, models.KindNotFound)
	}
	wantKind(t, "letting others open a scan", k.LetOpen(ctx, officer, c, scan.ID, 1, true, ""), models.KindConflict)
	data, _, _, err := k.OpenFile(ctx, second, c, scan.ID, 1)
	if err != nil || string(data) != "The trombone is loud." || !slices.Contains(k.actsOn(t, c, scan.ID+" attachment 1"), "scan.opened") {
		t.Errorf("an officer opens %q (%v)", data, err)
	}
	// A slip is printed again with a new code, until the batch is finished.
	before, err := k.Slip(ctx, officer, c, b.ID, scan.ID)
	noError(t, err)
	again, err := k.Slip(ctx, officer, c, b.ID, scan.ID)
	noError(t, err)
	_, err = k.Trace(ctx, c, strings.Join(before.Words, " "))
	wantKind(t, "the code before", err, models.KindInvalid)
	if trace, err := k.Trace(ctx, c, strings.Join(again.Words, " ")); err != nil || trace.Status != models.SubmissionLive || again.Number != 1 {
		t.Errorf("the new code leads to %+v (%v)", trace, err)
	}
	_, err = k.FinishBatch(ctx, officer, c, b.ID, 1)
	noError(t, err)
	_, err = k.Slip(ctx, officer, c, b.ID, scan.ID)
	wantKind(t, "a slip of a finished batch", err, models.KindConflict)

	_, _, _, err = k.OpenFile(ctx, admin, c, scan.ID, 1)
	wantKind(t, "an administrator", err, models.KindForbidden)
	other := k.open(t, []byte(storetest.Invented))
	_, _, _, err = k.OpenFile(ctx, officer, other, scan.ID, 1)
	wantKind(t, "of another consultation", err, models.KindNotFound)

	for i, m := range []models.Submission{{Groups: []string{"sex_worker"}, Consents: []models.Consent{models.ConsentQuote}}, {Groups: []string{"resident"}}} {
		n := storetest.Submission(other.ID, i)
		n.Submission.Groups, n.Submission.Consents = m.Groups, m.Consents
		n.Submission.Attachments = []models.Attachment{{Key: "K" + n.Submission.ID, Kind: "PDF", Opened: "u-x"}}
		storetest.Create(t, k.store, n)
		storetest.ReadAll(t, k.store, other.ID, officer.ID)
		wantKind(t, "letting others open it", k.LetOpen(ctx, officer, other, n.Submission.ID, 1, true, ""), models.KindConflict)
	}
	other = k.move(t, other, models.StatusClosed)
	k.drain(t)
	for i := range 2 {
		all, err := k.Attached(ctx, councillor, other, storetest.Submission(other.ID, i).Submission.ID)
		if len(all) > 0 {
			t.Errorf("a councillor is told of %+v (%v)", all, err)
		}
	}
}

// A file that nothing could be read out of is looked at by a person like words, and
// let open for a reason; else it would never leave the desk.
func TestFilesThatNothingIsReadOutOf(t *testing.T) {
	k := one(t)
	c := k.open(t, []byte(storetest.Invented))
	n := storetest.Submission(c.ID, 0)
	n.Submission.Answers = n.Submission.Answers[:2] // chosen only
	n.Submission.Consents = []models.Consent{models.ConsentQuote}
	n.Submission.Attachments = []models.Attachment{{Key: "K0", Kind: "PDF"}}
	storetest.Create(t, k.store, n)
	id := n.Submission.ID
	storetest.ReadAll(t, k.store, c.ID, officer.ID)
	next, err := k.NextRedaction(ctx, officer, c, false, "")
	if err != nil || next != id {
		t.Fatalf("handed out %q (%v)", next, err)
	}
	sheet := k.sheet(t, officer, c, id)
	if !slices.Equal(sheet.Unread, []int{1}) || sheet.Stage != consult.RedactionOpen {
		t.Errorf("the sheet says %v, %s", sheet.Unread, sheet.Stage)
	}
	noError(t, k.Redact(ctx, officer, c, id, consult.RedactionDecisions{Version: sheet.Version, Checked: true}))
	for i := range 20 { // among enough others to be released
		storetest.Create(t, k.store, storetest.Submission(c.ID, i+1))
	}
	storetest.CheckAll(t, k.store, c.ID, officer.ID, "u-second")
	c = k.move(t, c, models.StatusClosed)
	_, err = k.Release(ctx, officer, c)
	noError(t, err)
	k.drain(t)
	noError(t, k.Read(ctx, officer, c, id, consult.ReadingWork{Summaries: []models.Summary{{Attachment: "K0", Text: "A plan of the square, drawn by hand.", Version: 1}}}))
	wantKind(t, "for no reason", k.LetOpen(ctx, officer, c, id, 1, true, " "), models.KindInvalid)
	noError(t, k.LetOpen(ctx, officer, c, id, 1, true, "A plan that names nobody."))
	all, err := k.Attached(ctx, councillor, c, id)
	noError(t, err)
	if len(all) != 1 || !all[0].MayOpen || all[0].Summary == nil {
		t.Errorf("a councillor is told of %+v", all)
	}
	if trail, err := k.store.AuditTrail(ctx, c.ID, 1); err != nil || trail[0].Action != "attachment.let-open" || trail[0].Reason != "A plan that names nobody." {
		t.Errorf("on record is %+v (%v)", trail, err)
	}
}
