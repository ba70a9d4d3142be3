package storetest

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"

	"heard/models"
	"heard/models/store"
)

func testKeying(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 5)
	Save(t, s, Version("a-park", 1))

	batch := models.Batch{ID: "b1", Consultation: square, Channel: models.ChannelPaper, Received: "2026-11-20", Posted: "2026-11-18", Expected: 3, Form: 1, By: "u1", Day: "2026-11-21"}
	for i, id := range []string{"b1", "b2"} {
		b := batch
		b.ID, b.Number = id, 9
		if got := must[int](t)(s.AddBatch(ctx, b)); got != i+1 {
			t.Errorf("batch %s has the number %d, want %d", id, got, i+1)
		}
	}
	apart := batch
	apart.ID, apart.Consultation = "b3", "a-park"
	if got := must[int](t)(s.AddBatch(ctx, apart)); got != 1 {
		t.Errorf("the first batch of another consultation has the number %d", got)
	}
	batch.Number = 1
	wantSame(t, "a batch", must[*models.Batch](t)(s.Batch(ctx, square, "b1")), &batch)
	if list := must[[]models.Batch](t)(s.Batches(ctx, square)); len(list) != 2 || list[0].ID != "b2" || list[1] != batch {
		t.Errorf("batches: %+v", list)
	}
	for _, where := range [][2]string{{"a-park", "b1"}, {square, "b3"}, {square, "none"}} {
		_, err := s.Batch(ctx, where[0], where[1])
		wantKind(t, err, models.KindNotFound)
	}

	// Forms keyed at the same time get numbers of their own.
	const canary = "canary-testimony"
	first := models.KeyedAnswers{"C2": {Given: models.Given{Text: strings.Repeat(canary+" ", 300)}}, "C1": {Given: models.Given{Options: []string{"yes_keep"}}, Mark: models.MarkIllegible}}
	var group sync.WaitGroup
	for _, m := range submissions[:3] {
		group.Go(func() {
			_, err := s.AddKeyed(ctx, square, models.Keyed{Submission: m.ID, Batch: "b1", Form: 1, By: "u1", Day: "2026-11-21"}, first)
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	letter := models.Keyed{Submission: submissions[3].ID, Batch: "b2", Number: 1, Form: 1, Letter: "C2", By: "u2", Day: "2026-11-22", Version: 1}
	if got := must[int](t)(s.AddKeyed(ctx, square, letter, nil)); got != 1 {
		t.Errorf("the first of another batch has the number %d", got)
	}
	forms := must[[]models.Keyed](t)(s.Keyed(ctx, square, "b1"))
	for i, k := range forms {
		if k.Number != i+1 || k.Version != 1 || k.By != "u1" {
			t.Errorf("form %d: %+v", i, k)
		}
	}
	if all := must[[]models.Keyed](t)(s.Keyed(ctx, square, "")); len(forms) != 3 || len(all) != 4 || all[3] != letter {
		t.Errorf("%d forms in the batch, %d in all: %+v", len(forms), len(all), all)
	}
	if none := must[[]models.Keyed](t)(s.Keyed(ctx, "a-park", "b1")); len(none) > 0 {
		t.Errorf("forms of a batch of another consultation: %v", none)
	}
	_, err := s.KeyedForm(ctx, "b2", forms[0].Submission)
	wantKind(t, err, models.KindNotFound)

	// Days are corrected while the batch is open, those of its submissions with them.
	before := must[*models.Submission](t)(s.Submission(ctx, letter.Submission)).Day
	noError(t, s.CorrectBatch(ctx, "b1", "2026-11-19", ""))
	batch.Received, batch.Posted = "2026-11-19", ""
	wantSame(t, "a corrected batch", must[*models.Batch](t)(s.Batch(ctx, square, "b1")), &batch)
	for _, k := range forms {
		wantSame(t, "the day of its form", must[*models.Submission](t)(s.Submission(ctx, k.Submission)).Day, "2026-11-19")
	}
	wantSame(t, "the day of a form of another batch", must[*models.Submission](t)(s.Submission(ctx, letter.Submission)).Day, before)

	// The sample is drawn once.
	one := forms[0]
	noError(t, s.FinishBatch(ctx, "b1", 3, "2026-11-22", []string{one.Submission, letter.Submission}))
	wantKind(t, s.FinishBatch(ctx, "b1", 4, "2026-11-23", []string{forms[1].Submission}), models.KindConflict)
	wantKind(t, s.CorrectBatch(ctx, "b1", "2026-11-18", ""), models.KindConflict)
	batch.Finished = "2026-11-22"
	wantSame(t, "a finished batch", must[*models.Batch](t)(s.Batch(ctx, square, "b1")), &batch)
	for _, k := range must[[]models.Keyed](t)(s.Keyed(ctx, square, "")) {
		if k.Sampled != (k.Submission == one.Submission) {
			t.Errorf("form %d of %s is sampled: %v", k.Number, k.Batch, k.Sampled)
		}
	}

	// Versions follow what was seen, and are never changed.
	second := models.KeyedAnswers{"C2": {Given: models.Given{Text: canary + " again"}}}
	again := models.KeyedVersion{Submission: one.Submission, Version: 2, Kind: models.VersionChecked, By: "u2", Day: "2026-11-22", Answers: second}
	if got := must[int](t)(s.AddKeyedVersion(ctx, again, 1)); got != 2 {
		t.Errorf("version %d, want 2", got)
	}
	_, err = s.AddKeyedVersion(ctx, again, 1)
	wantKind(t, err, models.KindConflict)
	wantSame(t, "versions", must[[]models.KeyedVersion](t)(s.KeyedVersions(ctx, one.Submission)), []models.KeyedVersion{
		{Submission: one.Submission, Version: 1, Kind: models.VersionKeyed, By: "u1", Day: "2026-11-21", Answers: first}, again})
	one.Sampled, one.Version, one.Checker, one.Checked, one.Fields, one.Differ = true, 2, "u2", "2026-11-22", 2, 1
	noError(t, s.SetChecked(ctx, one))
	wantSame(t, "a checked form", must[*models.Keyed](t)(s.KeyedForm(ctx, "b1", one.Submission)), &one)

	// A correction changes what counts; what was decided on other words stays.
	m := *must[*models.Submission](t)(s.Submission(ctx, one.Submission))
	theme := models.Theme{ID: "t1", Consultation: square, Label: "Lamps", MachineLabel: "Lamps", Status: models.ThemeCandidate}
	noError(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: square, Documents: 1, Themes: []models.Theme{theme},
		Placements: []models.Placement{{Theme: "t1", Submission: m.ID, Question: "C2", Score: 1}, {Theme: "t1", Submission: submissions[4].ID, Question: "C2", Score: 1}}}))
	for _, q := range []string{"C1", "C2"} {
		noError(t, s.AddCodings(ctx, []models.Coding{{Theme: "t1", AnswerKey: models.AnswerKey{Submission: m.ID, Question: q}, Belongs: true, By: "u1", Day: "2026-11-22"}}))
		noError(t, s.SaveCoded(ctx, models.CodedAnswer{AnswerKey: models.AnswerKey{Submission: m.ID, Question: q}, By: "u1", Day: "2026-11-22"}))
	}
	m.Answers = []models.Answer{m.Answers[0], {Question: "C2", Text: canary + " at last", Redacted: "at last", Language: "en"}}
	m.Groups, m.Consents, m.Stance, m.Path = []string{"other"}, nil, models.StanceUnsure, "everybody"
	noError(t, s.CorrectAnswers(ctx, &m, []string{"C2"}))
	wantSame(t, "a corrected submission", must[*models.Submission](t)(s.Submission(ctx, m.ID)), &m)
	if left := must[[]models.Coding](t)(s.CodingsOf(ctx, []string{m.ID})); len(left) != 1 || left[0].Question != "C1" {
		t.Errorf("codings after a correction: %+v", left)
	}
	if left := must[[]models.CodedAnswer](t)(s.CodedAnswersOf(ctx, []string{m.ID})); len(left) != 1 || left[0].Question != "C1" {
		t.Errorf("answers gone through after a correction: %+v", left)
	}
	if left := must[[]models.Placement](t)(s.Placements(ctx, square)); len(left) != 1 || left[0].Submission != submissions[4].ID {
		t.Errorf("placements after a correction: %+v", left)
	}
	if leaf, salt, _, err := s.Leaf(ctx, m.ID); err != nil || len(leaf) == 0 || len(salt) == 0 {
		t.Errorf("the leaf after a correction: %x, %x, %v", leaf, salt, err)
	}

	// One that is set aside is corrected, too, and stays so.
	noError(t, s.MoveSubmission(ctx, m.ID, models.SubmissionLive, models.SubmissionVoid))
	m.Answers[1].Text, m.Status = canary+" at last, set aside", models.SubmissionVoid
	noError(t, s.CorrectAnswers(ctx, &m, []string{"C2"}))
	wantSame(t, "a corrected submission that is set aside", must[*models.Submission](t)(s.Submission(ctx, m.ID)), &m)
	noError(t, s.MoveSubmission(ctx, m.ID, models.SubmissionVoid, models.SubmissionLive))

	// Who withdraws takes every version along.
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		if err := tx.MoveSubmission(ctx, m.ID, models.SubmissionLive, models.SubmissionWithdrawn); err != nil {
			return err
		}
		return tx.EraseAnswers(ctx, m.ID)
	}))
	if left := must[[]models.KeyedVersion](t)(s.KeyedVersions(ctx, m.ID)); len(left) > 0 {
		t.Errorf("versions of what was withdrawn: %v", left)
	}
	wantSame(t, "the form of what was withdrawn", must[*models.Keyed](t)(s.KeyedForm(ctx, "b1", m.ID)), &one)
	wantKind(t, s.CorrectAnswers(ctx, &m, nil), models.KindConflict)
	for _, k := range forms[1:] { // the others say the same
		noError(t, s.EraseAnswers(ctx, k.Submission))
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok { // what is gone is not on the disk either
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			noError(t, err)
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s still holds what was erased", name)
			}
		}
	}
}

func testMappings(t *testing.T, url string) {
	s := OpenURL(t, url)
	Seed(t, s, 0)
	Save(t, s, Version("a-park", 1))
	first := models.Mapping{ID: "m1", Consultation: square, Name: "Survey", By: "u1", Day: "2026-11-20", Columns: map[string]string{"C2": "Comment", models.ColumnID: "Ref"}}
	again := models.Mapping{ID: "m2", Consultation: square, Name: "Survey", By: "u2", Day: "2026-11-21", Columns: map[string]string{"C2": "Words"}}
	early := models.Mapping{ID: "m3", Consultation: square, Name: "Map", By: "u1", Day: "2026-11-20"}
	for _, m := range []models.Mapping{first, again, early} {
		noError(t, s.SaveMapping(ctx, m))
	}
	again.ID = first.ID // the name leads to what was kept last
	wantSame(t, "mappings", must[[]models.Mapping](t)(s.Mappings(ctx, square)), []models.Mapping{early, again})
	if none := must[[]models.Mapping](t)(s.Mappings(ctx, "a-park")); len(none) > 0 {
		t.Errorf("mappings of another consultation: %v", none)
	}
}
