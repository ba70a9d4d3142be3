package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"heard/models"
	"heard/models/store"
)

// Run tests that the store keeps its contract on every database.
func Run(t *testing.T) {
	for _, part := range []struct {
		name string
		test func(t *testing.T, url string)
	}{
		{"migrations", testMigrations},
		{"a database of the version before", testUpgrade},
		{"words that came to be sealed later", testSealedLater},
		{"columns", testColumns},
		{"snapshots", testSnapshot},
		{"settings", testSettings},
		{"consultations", testConsultations},
		{"pausing", testPaused},
		{"submissions", testSubmissions},
		{"submissions are kept as they were sent", testRoundTrip},
		{"submissions are created once", testCreateOnce},
		{"submissions are erased", testErase},
		{"submissions are replaced", testReplace},
		{"submissions to look at", testAttention},
		{"piles", testPile},
		{"messages", testMessages},
		{"messages at the same time", testMessagesConcurrently},
		{"translations and texts of files", testLaterTexts},
		{"submissions are read in batches", testBatches},
		{"submissions at the same time", testSubmissionsConcurrently},
		{"answers in words", testAnswersInWords},
		{"revision", testRevision},
		{"a version that was taken back", testTakenBackVersion},
		{"transactions", testTransactions},
		{"lock", testLock},
		{"themes", testThemes},
		{"merging themes", testMovePlacements},
		{"what people decided on answers", testCodings},
		{"who is coding which answer", testCodingClaims},
		{"versions of the code frame", testFrame},
		{"approved drafts", testApprovedDrafts},
		{"releases", testReleases},
		{"jobs", testJobs},
		{"jobs asked for again", testJobsAgain},
		{"jobs in a transaction", testJobsInTransaction},
		{"jobs and a clock that jumps", testJobsAndClock},
		{"jobs at the same time", testJobsConcurrently},
		{"jobs are never lost", testJobsNeverLost},
		{"users", testUsers},
		{"sessions", testSessions},
		{"ways to sign in", testSignIn},
		{"drafts", testDrafts},
		{"drafts at the same time", testDraftsConcurrently},
		{"contacts", testContacts},
		{"what people keep for themselves", testDesk},
		{"the reading queue", testReading},
		{"readers at the same time", testReadingConcurrently},
		{"what people take out of answers", testRedactions},
		{"how far people have checked", testEvidence},
		{"duties, dates and the register", testDuties},
		{"findings, sections and figures of a population", testFindings},
		{"requests about rights and for information", testRequests},
		{"words that are erased while totals stay", testEraseWords},
		{"keyed forms", testKeying},
		{"which column is what", testMappings},
		{"answers listed without a search engine", testListAnswers},
		{"equality", testEquality},
		{"audit", testAudit},
		{"audit chain", testAuditChain},
		{"audit of respondents", testAuditOfRespondents},
		{"reports", testReports},
		{"versions of reports", testVersions},
		{"text that cannot be kept", testUnkeepable},
		{"nothing leaks into errors and logs", testNoLeaks},
		{"cancelled", testCancelled},
	} {
		t.Run(part.name, func(t *testing.T) { EachURL(t, part.test) })
	}
}

var ctx = context.Background()

const square = "lantern-square"

// must returns a function that fails the test on an error, for lines such as
// must(t)(s.Theme(ctx, id)).
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

func wantKind(t testing.TB, err error, want models.Kind) {
	t.Helper()
	if err == nil || models.KindOf(err) != want {
		t.Errorf("error %v is of kind %d, want %d", err, models.KindOf(err), want)
	}
}

func wantSame(t testing.TB, what string, got, want any, opts ...cmp.Option) {
	t.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// count counts the rows of a table.
func count(t testing.TB, db *sql.DB, table string) (n int) {
	t.Helper()
	noError(t, db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n))
	return n
}

func testMigrations(t *testing.T, url string) {
	var fresh sync.WaitGroup
	for range 5 { // replicas that start together on a fresh database
		fresh.Go(func() {
			s, err := store.Open(ctx, url, store.Options{Secret: Secret})
			if err != nil {
				t.Errorf("open a fresh database: %v", err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	fresh.Wait()
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	again := OpenURL(t, url)
	if got := len(must[[]*models.Consultation](t)(again.Consultations(ctx))); got != 1 {
		t.Errorf("opening twice: %d consultations, want 1", got)
	}
	if _, err := raw(t, url).Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)"); err != nil {
		t.Fatal(err)
	}
	newer, err := store.Open(ctx, url, store.Options{Secret: Secret})
	if err == nil {
		_ = newer.Close()
		t.Fatal("a database of a newer version was opened")
	}
	for _, part := range []string{"newer version of this program", "9999", "restore a backup"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the refusal %q does not say %q", err, part)
		}
	}
}

// testColumns compares the tables with one list, so that both databases have
// the same.
func testColumns(t *testing.T, url string) {
	OpenURL(t, url)
	query := "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
	if strings.HasPrefix(url, "sqlite:") {
		query = "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
	}
	rows, err := raw(t, url).Query(query)
	noError(t, err)
	defer func() { _ = rows.Close() }()
	var got []string
	for rows.Next() {
		var table, column string
		noError(t, rows.Scan(&table, &column))
		if table != "goose_db_version" && table != "sqlite_sequence" {
			got = append(got, table+"."+column)
		}
	}
	noError(t, rows.Err())
	slices.Sort(got)
	wantSame(t, "columns", got, columns)
}

// columns are the tables' columns, the same on every database.
var columns = strings.Fields(`
	answers.language answers.options answers.position answers.question answers.redacted answers.submission answers.text answers.translated answers.translation
	approved_drafts.account approved_drafts.consultation approved_drafts.day approved_drafts.sentences approved_drafts.theme
	attachments.key attachments.kind attachments.opened attachments.original attachments.position attachments.redacted attachments.secret attachments.sha256 attachments.size attachments.submission attachments.text attachments.unclean
	audit.action audit.actor audit.consultation audit.day audit.hash audit.object audit.reason audit.sequence audit.time audit.undone
	audit_head.hash audit_head.id audit_head.sequence
	audit_pending.action audit_pending.consultation audit_pending.day audit_pending.id audit_pending.object audit_pending.reason
	calendar_links.account calendar_links.consultation calendar_links.day calendar_links.hash
	campaign_members.campaign campaign_members.consultation campaign_members.position campaign_members.submission
	campaigns.consultation campaigns.id campaigns.position campaigns.template
	code_apps.account code_apps.day code_apps.sealed code_apps.step
	coded_answers.account coded_answers.blind coded_answers.day coded_answers.frame coded_answers.question coded_answers.settles coded_answers.submission
	coding_claims.account coding_claims.question coding_claims.submission coding_claims.until
	codings.account codings.belongs codings.blind codings.day codings.ends codings.id codings.question codings.sha256 codings.starts codings.submission codings.theme
	consultation_versions.consultation consultation_versions.source consultation_versions.version
	consultations.closed consultations.id consultations.paused consultations.status consultations.version
	contact_openings.account contact_openings.agreed contact_openings.agreed_by contact_openings.consultation contact_openings.day contact_openings.reason
	contacts.consultation contacts.id contacts.sealed
	draft_files.expires draft_files.key
	drafts.expires drafts.id drafts.sealed
	duty_records.account duty_records.consultation duty_records.day duty_records.done duty_records.duty duty_records.evidence duty_records.owner duty_records.state duty_records.url duty_records.version
	equality.answer equality.consultation equality.people equality.question
	evidence_rich.account evidence_rich.day evidence_rich.submission
	findings.account findings.consultation findings.day findings.id findings.version findings.written
	frame_versions.account frame_versions.consultation frame_versions.day frame_versions.number frame_versions.themes
	held_words.apart held_words.consultation held_words.day held_words.files held_words.sealed held_words.submission
	import_mappings.account import_mappings.columns import_mappings.consultation import_mappings.day import_mappings.id import_mappings.name
	jobs.again jobs.attempts jobs.id jobs.kind jobs.last_error jobs.leased_until jobs.object jobs.run_at jobs.state
	keyed_forms.account keyed_forms.batch keyed_forms.checked keyed_forms.checker keyed_forms.day keyed_forms.differ keyed_forms.fields keyed_forms.form
	keyed_forms.letter keyed_forms.number keyed_forms.sampled keyed_forms.settled keyed_forms.submission keyed_forms.version
	keyed_versions.account keyed_versions.answers keyed_versions.day keyed_versions.kind keyed_versions.reason keyed_versions.submission keyed_versions.version
	keying_batches.account keying_batches.channel keying_batches.consultation keying_batches.day keying_batches.expected keying_batches.finished keying_batches.form
	keying_batches.id keying_batches.number keying_batches.posted keying_batches.received
	leaves.consultation leaves.leaf leaves.position leaves.salt leaves.submission
	log_entries.consultation log_entries.day log_entries.detail log_entries.hash log_entries.kind log_entries.position log_entries.roll log_entries.submission
	messages.day messages.officer messages.position messages.submission messages.text
	notes.account notes.day notes.id notes.shared notes.submission notes.text
	objections.account objections.day objections.decided objections.reason objections.state objections.submission objections.text objections.version
	pack_reads.consultation pack_reads.part pack_reads.reader pack_reads.version
	passkeys.account passkeys.day passkeys.id passkeys.name passkeys.sealed
	placements.question placements.score placements.submission placements.theme
	population.account population.consultation population.day population.entered population.figure population.id population.label population.respondent_group population.source population.version
	portal.erasures portal.id portal.secret
	quotes.consultation quotes.ends quotes.position quotes.question quotes.respondent_group quotes.sha256 quotes.starts quotes.submission quotes.theme
	reading_claims.account reading_claims.submission reading_claims.until
	reading_list.account reading_list.day reading_list.is_read reading_list.submission
	readings.account readings.day readings.revision readings.submission
	recoveries.account recoveries.asked_by recoveries.consultations recoveries.day recoveries.role recovery_codes.account recovery_codes.hash
	redaction_sheets.approved redaction_sheets.approved_by redaction_sheets.checked redaction_sheets.checked_by redaction_sheets.open_until redaction_sheets.opened_by
	redaction_sheets.rewrites redaction_sheets.second redaction_sheets.submission redaction_sheets.version
	redactions.account redactions.day redactions.ends redactions.kind redactions.note redactions.of_ends redactions.of_starts redactions.question redactions.reason
	redactions.replacement redactions.sha256 redactions.starts redactions.state redactions.submission redactions.version
	register.account register.answer register.answered register.body register.consultation register.day register.id register.kind register.name register.number register.place register.position
	register.public_id register.version register.why register.written
	released.consultation released.labels released.number released.submission
	releases.account releases.consultation releases.day releases.number
	report_members.consultation report_members.submission report_members.version
	report_proposals.account report_proposals.consultation report_proposals.data report_proposals.day report_proposals.hash report_proposals.members report_proposals.number
	report_proposals.pack report_proposals.reason report_proposals.returned_by report_proposals.returned_day
	reports.consultation reports.data reports.day reports.hash reports.pack reports.proposed_by reports.published_by reports.struck reports.version
	request_acts.account request_acts.consultation request_acts.day request_acts.frozen request_acts.id request_acts.kind request_acts.reason request_acts.request request_acts.second request_acts.second_day
	request_acts.state request_acts.submission
	requests.account requests.came requests.consultation requests.done requests.extended requests.id requests.kind requests.outcome requests.received requests.reference requests.state requests.version requests.written
	retentions.account retentions.consultation retentions.day retentions.done retentions.version retentions.written
	revision.number
	saved_searches.account saved_searches.consultation saved_searches.day saved_searches.id saved_searches.name saved_searches.query
	sections.account sections.consultation sections.day sections.section sections.version sections.written
	sessions.data sessions.expires sessions.token
	sign_in_attempts.failures sign_in_attempts.hash sign_in_attempts.until
	sso_subjects.account sso_subjects.issuer sso_subjects.subject
	staff_sessions.account staff_sessions.day staff_sessions.ends staff_sessions.id staff_sessions.idle staff_sessions.name staff_sessions.proved
	submission_keys.sealed submission_keys.submission
	submissions.attention submissions.channel submissions.consents submissions.consultation submissions.day submissions.erased submissions.form_version submissions.groups
	submissions.id submissions.language submissions.nonce submissions.path submissions.public_id submissions.receipt
	submissions.revision submissions.source submissions.stance submissions.status
	summaries.account summaries.attachment summaries.day summaries.submission summaries.text summaries.version
	theme_runs.consultation theme_runs.documents theme_runs.method theme_runs.seed
	themes.consultation themes.definition themes.distinctive_for themes.draft themes.id themes.keywords themes.label themes.machine_label themes.made_by themes.merged_into themes.name_from
	themes.parent themes.position themes.reason themes.renamed themes.status themes.suggested_label themes.version
	timelines.account timelines.call_in timelines.consultation timelines.day timelines.decision timelines.expires timelines.in_force timelines.meeting timelines.notice timelines.ordered timelines.papers
	timelines.record timelines.version
	users.consultations users.disabled users.email users.id users.invite_hash users.invited users.password_hash users.role
`)

func testSettings(t *testing.T, url string) {
	s := OpenURL(t, url)
	noError(t, s.Ping(ctx))
	t.Log(s.Backend())
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if !strings.HasPrefix(s.Backend(), "SQLite 3.") {
			t.Errorf("backend %q", s.Backend())
		}
		Save(t, s, []byte(Invented))
		for _, name := range []string{path, path + "-wal"} { // the log is only there when it is written ahead
			info, err := os.Stat(name)
			noError(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s can be read by others: %v", filepath.Base(name), info.Mode().Perm())
			}
		}
		for _, bad := range []string{"sqlite:", "sqlite::memory:", "sqlite:" + filepath.Join(path, "no", "folder"), "mysql://x", ""} {
			if s, err := store.Open(ctx, bad, store.Options{Secret: Secret}); err == nil {
				_ = s.Close()
				t.Errorf("opened %q", bad)
			}
		}
		odd := filepath.Join(filepath.Dir(path), "a?b#c%41 d.db")
		OpenURL(t, "sqlite:"+odd)
		if _, err := os.Stat(odd); err != nil {
			t.Errorf("a path with odd characters: %v", err)
		}
		return
	}
	if !strings.HasPrefix(s.Backend(), "PostgreSQL 1") || strings.Contains(s.Backend(), "Debian") {
		t.Errorf("backend %q", s.Backend())
	}
	if s, err := store.Open(ctx, url+"&log_error_verbosity=default", store.Options{Secret: Secret}); err == nil || !strings.Contains(err.Error(), "ALTER SYSTEM SET log_error_verbosity = 'terse'") {
		t.Errorf("a server that logs rows: %v, %v", s, err)
	}
	if _, err := store.Open(ctx, "postgres://someone:secret-word@127.0.0.1:1/x?sslmode=disable", store.Options{Secret: Secret}); models.KindOf(err) != models.KindUnavailable || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("a server that is not there: %v", err)
	}
	if _, err := store.Open(ctx, "postgres://someone:secret-word@127.0.0.1:nonsense/x", store.Options{Secret: Secret}); err == nil || strings.Contains(err.Error(), "secret-word") {
		t.Errorf("an address that cannot be read: %v", err)
	}
}

func testConsultations(t *testing.T, url string) {
	s := OpenURL(t, url)
	_, err := s.Consultation(ctx, square)
	wantKind(t, err, models.KindNotFound)
	_, err = s.ConsultationSource(ctx, square)
	wantKind(t, err, models.KindNotFound)
	wantKind(t, s.MoveStatus(ctx, square, models.StatusDraft, models.StatusOpen), models.KindNotFound)

	one := Save(t, s, []byte(Invented))
	if one.Status != models.StatusDraft || one.Version != 1 {
		t.Errorf("a new consultation is %s at version %d", one.Status, one.Version)
	}
	noError(t, s.SaveConsultation(ctx, one, []byte(Invented))) // the same again

	wantKind(t, s.SaveConsultation(ctx, one, []byte(Invented+"# other bytes\n")), models.KindConflict)

	noError(t, s.MoveStatus(ctx, square, models.StatusDraft, models.StatusOpen))
	wantKind(t, s.MoveStatus(ctx, square, models.StatusDraft, models.StatusOpen), models.KindConflict)

	three := Save(t, s, Version(square, 3))
	if three.Version != 3 || three.Status != models.StatusOpen {
		t.Errorf("after version 3: version %d, %s", three.Version, three.Status)
	}
	source := must[[]byte](t)(s.ConsultationSource(ctx, square))
	wantSame(t, "source", string(source), string(Version(square, 3)))
	two, err := models.ParseConsultation("two.yaml", Version(square, 2))
	noError(t, err)
	wantKind(t, s.SaveConsultation(ctx, two, Version(square, 2)), models.KindConflict)
	if got := count(t, raw(t, url), "consultation_versions"); got != 2 {
		t.Errorf("%d versions are kept, want 2", got)
	}
	if err := s.SaveConsultation(ctx, two, []byte(Invented)); err == nil {
		t.Error("saved a consultation whose source is of another version")
	}

	Save(t, s, Version("a-park", 1))
	Save(t, s, Version("z-park", 1))
	var ids []string
	for _, c := range must[[]*models.Consultation](t)(s.Consultations(ctx)) {
		ids = append(ids, c.ID+" "+string(c.Status))
	}
	wantSame(t, "consultations", ids, []string{"a-park draft", "lantern-square open", "z-park draft"})
}

func testSubmissions(t *testing.T, url string) {
	s := OpenURL(t, url)
	want := Seed(t, s, 5)
	n := Submission(square, 2)

	wantSame(t, "by id", must[*models.Submission](t)(s.Submission(ctx, n.Submission.ID)), want[2])
	wantSame(t, "by receipt", must[*models.Submission](t)(s.SubmissionByReceipt(ctx, n.Receipt)), want[2])
	wantSame(t, "by public id", must[*models.Submission](t)(s.SubmissionByPublicID(ctx, square, n.Submission.PublicID)), want[2])
	for _, receipt := range [][]byte{nil, {}, []byte("nothing")} {
		_, err := s.SubmissionByReceipt(ctx, receipt)
		wantKind(t, err, models.KindNotFound)
	}
	_, err := s.Submission(ctx, "nobody")
	wantKind(t, err, models.KindNotFound)
	_, err = s.SubmissionByPublicID(ctx, "elsewhere", n.Submission.PublicID)
	wantKind(t, err, models.KindNotFound)

	leaf, salt, position, err := s.Leaf(ctx, n.Submission.ID)
	noError(t, err)
	if !bytes.Equal(leaf, n.Leaf) || !bytes.Equal(salt, n.Salt) || position != 2 {
		t.Errorf("leaf %x, salt %x at %d: want those of submission 2", leaf, salt, position)
	}
	_, _, _, err = s.Leaf(ctx, "nobody")
	wantKind(t, err, models.KindNotFound)
	leaves := must[[][]byte](t)(s.Leaves(ctx, square))
	wantSame(t, "leaves", leaves, [][]byte{
		Hash(square, "leaf", 0), Hash(square, "leaf", 1), Hash(square, "leaf", 2), Hash(square, "leaf", 3), Hash(square, "leaf", 4),
	})

	noError(t, s.MoveSubmission(ctx, want[2].ID, models.SubmissionLive, models.SubmissionWithdrawn))
	wantKind(t, s.MoveSubmission(ctx, want[2].ID, models.SubmissionLive, models.SubmissionVoid), models.KindConflict)
	wantKind(t, s.MoveSubmission(ctx, "nobody", models.SubmissionLive, models.SubmissionVoid), models.KindNotFound)
	if got := must[*models.Submission](t)(s.Submission(ctx, want[2].ID)); got.Status != models.SubmissionWithdrawn {
		t.Errorf("status %s, want withdrawn", got.Status)
	}
	wantSame(t, "counts", must[map[models.SubmissionStatus]int](t)(s.CountSubmissions(ctx, square)),
		map[models.SubmissionStatus]int{models.SubmissionLive: 4, models.SubmissionWithdrawn: 1})
	wantSame(t, "live", read(t, s, square), []string{want[0].ID, want[1].ID, want[3].ID, want[4].ID})
	if got := len(must[[][]byte](t)(s.Leaves(ctx, square))); got != 5 {
		t.Errorf("%d leaves after a withdrawal, want 5", got)
	}

	// Another consultation has a log of its own.
	Save(t, s, Version("a-park", 1))
	Create(t, s, Submission("a-park", 0))
	if _, _, position, err := s.Leaf(ctx, Submission("a-park", 0).Submission.ID); err != nil || position != 0 {
		t.Errorf("the first leaf of another log is at %d, error %v", position, err)
	}
	wantSame(t, "live of the other", read(t, s, "a-park"), []string{"a-park-s00000"})
}

func read(t testing.TB, s *store.Store, consultation string) (ids []string) {
	t.Helper()
	for m, err := range s.Submissions(ctx, consultation) {
		noError(t, err)
		ids = append(ids, m.ID)
	}
	return ids
}

// testRoundTrip keeps what anybody may write and reads it back unchanged.
func testRoundTrip(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	text := rapid.StringOfN(rapid.Rune().Filter(func(r rune) bool { return r != 0 }), 0, 300, -1)
	words := rapid.SliceOfN(text, 0, 4)
	i := 0
	rapid.Check(t, func(r *rapid.T) {
		i++
		n := Submission(square, i)
		m := &n.Submission
		m.Groups = words.Draw(r, "groups")
		m.Path = text.Draw(r, "path")
		m.Answers = nil
		for j := range rapid.IntRange(0, 5).Draw(r, "answers") {
			m.Answers = append(m.Answers, models.Answer{
				Question: fmt.Sprintf("Q%d", 9-j), Options: words.Draw(r, "options"), Text: text.Draw(r, "text"), Redacted: text.Draw(r, "redacted"),
				Language: text.Draw(r, "language"), Translation: text.Draw(r, "translation"),
			})
		}
		for j := range rapid.IntRange(0, 3).Draw(r, "attachments") {
			m.Attachments = append(m.Attachments, models.Attachment{
				Key: fmt.Sprintf("key-%d-%d", i, j), Kind: "PDF", Size: rapid.Int64Range(0, math.MaxInt64).Draw(r, "size"), SHA256: "aa", Text: text.Draw(r, "read"), Original: text.Draw(r, "original"), Secret: text.Draw(r, "secret"), Unclean: rapid.Bool().Draw(r, "unclean"),
			})
		}
		for _, a := range words.Draw(r, "attention") {
			m.Attention = append(m.Attention, models.Attention(a))
		}
		if created, err := s.CreateSubmission(ctx, n); err != nil || !created {
			r.Fatalf("created %v, error %v", created, err)
		}
		got, err := s.Submission(ctx, m.ID)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(m, got, cmpopts.EquateEmpty()); diff != "" {
			r.Fatalf("(-sent +kept):\n%s", diff)
		}
	})
}

func testCreateOnce(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))
	first := Submission(square, 0)
	first.Submission.Source = "file.csv:7"
	Create(t, s, first)

	sameNonce := Submission(square, 1)
	sameNonce.Nonce = first.Nonce
	sameSource := Submission(square, 2)
	sameSource.Submission.Source = first.Submission.Source
	for name, n := range map[string]store.NewSubmission{"nonce": sameNonce, "source": sameSource} {
		created, err := s.CreateSubmission(ctx, n)
		if created || err != nil {
			t.Errorf("the same %s again: created %v, error %v", name, created, err)
		}
		// The job is asked for by whoever created something.
		err = s.Tx(ctx, func(tx *store.Store) error {
			created, err := tx.CreateSubmission(ctx, n)
			if created {
				return tx.Enqueue(ctx, models.JobIndex, n.Submission.ID, 0)
			}
			return err
		})
		noError(t, err)
	}
	sameReceipt := Submission(square, 3)
	sameReceipt.Receipt = first.Receipt
	sameID := Submission(square, 4)
	sameID.Submission.ID = first.Submission.ID
	samePublicID := Submission(square, 5)
	samePublicID.Submission.PublicID = first.Submission.PublicID
	for name, n := range map[string]store.NewSubmission{"receipt": sameReceipt, "id": sameID, "public id": samePublicID} {
		created, err := s.CreateSubmission(ctx, n)
		if created {
			t.Errorf("created a second submission with the same %s", name)
		}
		wantKind(t, err, models.KindConflict)
	}
	twice := Submission(square, 6)
	twice.Submission.Answers = append(twice.Submission.Answers, twice.Submission.Answers[0])
	if created, err := s.CreateSubmission(ctx, twice); created || err == nil {
		t.Errorf("two answers to one question: created %v, error %v", created, err)
	}
	nowhere := Submission("nowhere", 0)
	created, err := s.CreateSubmission(ctx, nowhere)
	if created {
		t.Error("created a submission to no consultation")
	}
	wantKind(t, err, models.KindNotFound)
	unlogged := Submission(square, 7)
	unlogged.Leaf = nil
	if created, err := s.CreateSubmission(ctx, unlogged); created || err == nil {
		t.Errorf("without a leaf: created %v, error %v", created, err)
	}
	db := raw(t, url)
	for table, want := range map[string]int{"submissions": 1, "answers": 4, "leaves": 1, "jobs": 0} {
		if got := count(t, db, table); got != want {
			t.Errorf("%s: %d rows, want %d", table, got, want)
		}
	}

	// Imports have no receipt and no nonce; several may have neither, and the
	// same source in another consultation is another one.
	for i, consultation := range []string{square, square, "a-park"} {
		n := Submission(consultation, 20+i)
		n.Receipt, n.Nonce = nil, []byte{}
		if consultation == "a-park" {
			n.Submission.Source = first.Submission.Source
		}
		Create(t, s, n)
	}
}

func testErase(t *testing.T, url string) {
	const canary = "canary-testimony"
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	n := Submission(square, 3)
	m := &n.Submission
	m.Answers[2].Text, m.Answers[2].Redacted = strings.Repeat(canary+" ", 900), canary
	m.Answers[2].Language, m.Answers[2].Translation = "ro", canary
	m.Attachments = []models.Attachment{{Key: "key", Kind: "PDF", Text: canary, Original: "sealed"}}
	m.Attention = []models.Attention{models.AttentionMisread}
	Create(t, s, n)
	noError(t, s.AddMessage(ctx, m.ID, models.Message{Day: "2026-11-02", Text: canary}))
	must[int](t)(s.AddRelease(ctx, models.Release{Consultation: square, Day: "2026-12-15", By: "portal"},
		[]models.Released{{Submission: m.ID, Labels: map[string][]string{"groups": {canary}}}}))
	noError(t, s.SaveObjection(ctx, models.Objection{Submission: m.ID, Day: "2026-12-04", Text: canary, Version: 1}))
	noError(t, s.SaveRedactions(ctx, m.ID, []models.Redaction{{AnswerKey: models.AnswerKey{Submission: m.ID, Question: "C2"}, OfEnd: 6, End: 6, Kind: "name", Replacement: canary, State: models.RedactionAdded, SHA256: canary, By: "u1", Day: "2026-11-23", Version: 1}}))
	readable(t, s, canary, "released") // labels are public

	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		if err := tx.MoveSubmission(ctx, m.ID, models.SubmissionLive, models.SubmissionWithdrawn); err != nil {
			return err
		}
		return tx.EraseAnswers(ctx, m.ID)
	}))
	if got := must[[]models.Message](t)(s.Messages(ctx, m.ID)); len(got) > 0 {
		t.Errorf("the messages stay: %v", got)
	}
	if got := must[map[string]models.Released](t)(s.ReleasedOf(ctx, m.ID)); len(got) > 0 {
		t.Errorf("its labels stay released: %v", got)
	}
	m.Status, m.Answers, m.Attachments, m.Groups, m.Consents, m.Stance, m.Attention = models.SubmissionWithdrawn, nil, nil, nil, nil, "", nil
	wantSame(t, "erased", must[*models.Submission](t)(s.SubmissionByReceipt(ctx, n.Receipt)), m)
	wantSame(t, "another", must[*models.Submission](t)(s.Submission(ctx, submissions[1].ID)), submissions[1])
	if got := len(must[[][]byte](t)(s.Leaves(ctx, square))); got != 4 {
		t.Errorf("%d leaves, want all 4", got)
	}
	if leaf, salt, position, err := s.Leaf(ctx, m.ID); err != nil || !bytes.Equal(leaf, n.Leaf) || len(salt) != 0 || position != 3 {
		t.Errorf("leaf %x with salt %x at %d, error %v: want the leaf without its salt", leaf, salt, position, err)
	}
	if o := must[*models.Objection](t)(s.Objection(ctx, m.ID)); o != nil {
		t.Errorf("the objection stays: %+v", o)
	}
	if left := must[[]models.Redaction](t)(s.RedactionsOf(ctx, m.ID)); len(left) > 0 {
		t.Errorf("what was taken out of it stays: %v", left)
	}
	vacuumed(t, url, "submission_keys", "answers")
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok { // what is gone is not on the disk either
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			noError(t, err)
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s still holds what was erased", filepath.Base(name))
			}
		}
	}
	if err := s.EraseAnswers(ctx, m.ID); err != nil {
		t.Errorf("erasing again: %v", err)
	}
	wantKind(t, s.EraseAnswers(ctx, "nobody"), models.KindNotFound)
}

func testBatches(t *testing.T, url string) {
	s := OpenURL(t, url)
	const n = 1203
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		Seed(t, tx, n)
		return nil
	}))
	seen := map[string]bool{}
	last := ""
	for m, err := range s.Submissions(ctx, square) {
		noError(t, err)
		if m.ID <= last || len(m.Answers) != 4 {
			t.Fatalf("%s after %q with %d answers", m.ID, last, len(m.Answers))
		}
		last, seen[m.ID] = m.ID, true
		if len(seen)%400 == 0 { // the loop may write
			noError(t, s.MoveSubmission(ctx, m.ID, models.SubmissionLive, models.SubmissionVoid))
		}
	}
	if len(seen) != n {
		t.Errorf("read %d submissions, want %d", len(seen), n)
	}
	for range s.Submissions(ctx, square) {
		break // stopping early is no fault
	}
	// More ids than either database takes as parameters of one statement.
	ids := slices.Collect(maps.Keys(seen))
	for i := range 70000 {
		ids = append(ids, fmt.Sprintf("nobody-%d", i))
	}
	byID := must[map[string]*models.Submission](t)(s.SubmissionsByID(ctx, ids))
	if len(byID) != n {
		t.Errorf("found %d submissions by id, want %d", len(byID), n)
	}
	seventh := Submission(square, 7).Submission
	wantSame(t, "one of many", byID[seventh.ID], &seventh)
	if none := must[map[string]*models.Submission](t)(s.SubmissionsByID(ctx, nil)); len(none) != 0 {
		t.Errorf("no ids give %d submissions", len(none))
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for _, err := range s.Submissions(cancelled, square) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("reading after cancel: %v", err)
		}
	}
}

func testSubmissionsConcurrently(t *testing.T, url string) {
	s := OpenURL(t, url)
	replica := OpenURL(t, url) // another process has connections of its own
	Save(t, s, []byte(Invented))
	const people, each = 8, 25
	var sending sync.WaitGroup
	for p := range people {
		s := s
		if p%2 == 1 {
			s = replica
		}
		sending.Go(func() {
			for i := range each {
				n := Submission(square, p*each+i)
				err := s.Tx(ctx, func(tx *store.Store) error {
					created, err := tx.CreateSubmission(ctx, n)
					if err != nil || !created {
						return fmt.Errorf("created %v: %w", created, err)
					}
					return tx.Enqueue(ctx, models.JobThemes, square, time.Minute)
				})
				if err != nil {
					t.Error(err)
				}
				if created, err := s.CreateSubmission(ctx, n); created || err != nil { // sent twice
					t.Errorf("a second time: created %v, error %v", created, err)
				}
			}
		})
	}
	sending.Wait()
	if got := len(read(t, s, square)); got != people*each {
		t.Errorf("%d submissions, want %d", got, people*each)
	}
	leaves := must[[][]byte](t)(s.Leaves(ctx, square))
	if len(leaves) != people*each {
		t.Fatalf("%d leaves, want %d", len(leaves), people*each)
	}
	places := make([]int, people*each)
	for i := range people * each {
		n := Submission(square, i)
		leaf, _, position, err := s.Leaf(ctx, n.Submission.ID)
		noError(t, err)
		if !bytes.Equal(leaf, leaves[position]) {
			t.Errorf("leaf of %s is not at %d", n.Submission.ID, position)
		}
		places[i] = position
	}
	slices.Sort(places)
	for i, p := range places {
		if i != p {
			t.Fatalf("the log has a gap or a repeat at %d", i)
		}
	}
	wantSame(t, "jobs", must[map[models.JobState]int](t)(s.CountJobs(ctx)), map[models.JobState]int{models.JobPending: 1})
}

func testTransactions(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	oops := errors.New("oops")
	fill := func(tx *store.Store, i int) {
		Create(t, tx, Submission(square, i))
		noError(t, tx.Enqueue(ctx, models.JobIndex, fmt.Sprint(i), 0))
		noError(t, tx.Audit(ctx, models.AuditEvent{Actor: models.ActorRespondent, Action: "submission.received"}))
	}
	rows := func() (n int) {
		db := raw(t, url)
		for _, table := range []string{"submissions", "answers", "leaves", "jobs", "audit_pending"} {
			n += count(t, db, table)
		}
		return n
	}
	err := s.Tx(ctx, func(tx *store.Store) error { fill(tx, 0); return oops })
	if !errors.Is(err, oops) || rows() != 0 {
		t.Errorf("rolled back with %v: %d rows stay", err, rows())
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not come through")
			}
		}()
		_ = s.Tx(ctx, func(tx *store.Store) error { fill(tx, 0); panic("stop") })
	}()
	if got := rows(); got != 0 {
		t.Errorf("after a panic %d rows stay", got)
	}
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		fill(tx, 1)
		if err := tx.Tx(ctx, func(inner *store.Store) error { fill(inner, 2); return oops }); !errors.Is(err, oops) {
			t.Errorf("inner: %v", err)
		}
		// A refused statement spoils neither this transaction nor the next one.
		again := Submission(square, 1)
		again.Nonce = []byte("another")
		if _, err := tx.CreateSubmission(ctx, again); models.KindOf(err) != models.KindConflict {
			t.Errorf("the same id again: %v", err)
		}
		return tx.Tx(ctx, func(inner *store.Store) error { fill(inner, 3); return nil })
	}))
	if got := rows(); got != 2*(1+4+1+1+1) {
		t.Errorf("%d rows, want those of two submissions", got)
	}
	if got := len(must[[][]byte](t)(s.Leaves(ctx, square))); got != 2 {
		t.Errorf("%d leaves, want 2", got)
	}
}

func testLock(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	if err := s.Lock(ctx, square); err == nil {
		t.Error("locked outside a transaction")
	}
	wantKind(t, s.Tx(ctx, func(tx *store.Store) error { return tx.Lock(ctx, "nowhere") }), models.KindNotFound)
	// Whoever holds the lock is alone until the transaction ends: read, think
	// and write lose no step, in this process and others.
	replica := OpenURL(t, url)
	var adding sync.WaitGroup
	for i := range 8 {
		s := s
		if i%2 == 1 {
			s = replica
		}
		adding.Go(func() {
			for range 10 {
				err := s.Tx(ctx, func(tx *store.Store) error {
					if err := tx.Lock(ctx, square); err != nil {
						return err
					}
					version, _, err := tx.Report(ctx, square)
					if err != nil && models.KindOf(err) != models.KindNotFound {
						return err
					}
					return tx.SaveReport(ctx, square, version+1, []byte{1}, "")
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	adding.Wait()
	if version, _, err := s.Report(ctx, square); err != nil || version != 80 {
		t.Errorf("counted to %d with error %v, want 80", version, err)
	}
}

func run(submissions []*models.Submission) models.ThemeRun {
	return models.ThemeRun{
		Consultation: square, Seed: math.MaxUint64 - 3, Documents: len(submissions),
		Method: models.Method{Background: "WordNet", Taught: 3, Notes: []string{"The model did not answer."}},
		Themes: []models.Theme{
			{ID: "t-b", Consultation: square, Label: "Lights", MachineLabel: "lamps, night", NameFrom: models.StanceFor, Keywords: []string{"lamps", "night"}, DistinctiveFor: []string{"sex_worker"}, Status: models.ThemeCandidate, Version: 1},
			{ID: "t-a", Consultation: square, Label: "Buses", MachineLabel: "bus, late", Renamed: true, Keywords: []string{"bus"}, Status: models.ThemeApproved, Version: 4,
				Definition: "Buses that are late or full.", Parent: "t-b", MadeBy: "u1", SuggestedLabel: "Late buses",
				Draft: []models.Sentence{{Text: "Buses are late.", Cites: []string{submissions[0].ID}}}},
			{ID: "t-c", Consultation: square, Label: "Lamps", Status: models.ThemeMerged, MergedInto: "t-b", Version: 2},
		},
		Placements: []models.Placement{
			{Theme: "t-a", Submission: submissions[0].ID, Question: "C2", Score: 0.25},
			{Theme: "t-a", Submission: submissions[1].ID, Question: "C2", Score: 0.5},
			{Theme: "t-a", Submission: submissions[2].ID, Question: "C2", Score: 0.75},
			{Theme: "t-b", Submission: submissions[0].ID, Question: "C2", Score: 0.125},
			{Theme: "t-b", Submission: submissions[1].ID, Question: "C2", Score: 0.875},
		},
		Quotes: []models.Quote{
			{Theme: "t-b", Submission: submissions[0].ID, Question: "C2", Group: "resident", Start: 0, End: 9, SHA256: "aa"},
			{Theme: "t-a", Submission: submissions[2].ID, Question: "C2", Group: "sex_worker", Start: 4, End: 20, SHA256: "bb"},
			{Theme: "t-a", Submission: submissions[0].ID, Question: "C2", Group: "resident", Start: 0, End: 9, SHA256: "aa"},
		},
		Campaigns: []models.Campaign{
			{ID: "c2", Consultation: square, Template: "Keep the order.", Members: []string{submissions[2].ID, submissions[0].ID}},
			{ID: "c1", Consultation: square, Template: "End the order.", Members: []string{submissions[1].ID}},
		},
	}
}

func wantRun(t testing.TB, s *store.Store, want models.ThemeRun) {
	t.Helper()
	got := must[*models.ThemeRun](t)(s.ThemeRun(ctx, want.Consultation))
	wantSame(t, "run", got, &want)
	wantSame(t, "themes", must[[]models.Theme](t)(s.Themes(ctx, want.Consultation)), want.Themes)
	wantSame(t, "placements", must[[]models.Placement](t)(s.Placements(ctx, want.Consultation)), want.Placements)
	wantSame(t, "quotes", must[[]models.Quote](t)(s.Quotes(ctx, want.Consultation)), want.Quotes)
	wantSame(t, "campaigns", must[[]models.Campaign](t)(s.Campaigns(ctx, want.Consultation)), want.Campaigns)
}

func testThemes(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	_, err := s.ThemeRun(ctx, square)
	wantKind(t, err, models.KindNotFound)
	_, err = s.Theme(ctx, "t-a")
	wantKind(t, err, models.KindNotFound)
	if got := must[[]models.Theme](t)(s.Themes(ctx, square)); len(got) != 0 {
		t.Errorf("%d themes before the first run", len(got))
	}
	first := run(submissions)
	noError(t, s.SaveThemes(ctx, first))
	wantRun(t, s, first)

	some := must[[]models.Placement](t)(s.PlacementsOf(ctx, []string{submissions[0].ID, "nobody"}))
	slices.SortFunc(some, func(a, b models.Placement) int { return strings.Compare(a.Theme, b.Theme) })
	wantSame(t, "placements of one", some, []models.Placement{first.Placements[0], first.Placements[3]})
	if none := must[[]models.Placement](t)(s.PlacementsOf(ctx, nil)); len(none) != 0 {
		t.Errorf("placements of nobody: %v", none)
	}

	// Another consultation's run touches nothing here.
	Save(t, s, Version("a-park", 1))
	noError(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: "a-park", Themes: []models.Theme{{ID: "t-z"}}}))
	wantRun(t, s, first)
	if err := s.SaveThemes(ctx, models.ThemeRun{Consultation: "a-park", Themes: []models.Theme{{ID: "t-a", Consultation: square}}}); err == nil {
		t.Error("saved a theme of another consultation")
	}
	wantKind(t, s.SaveThemes(ctx, models.ThemeRun{Consultation: "nowhere"}), models.KindNotFound)

	// People decide.
	theme := must[*models.Theme](t)(s.Theme(ctx, "t-b"))
	theme.Label, theme.Renamed, theme.Status, theme.Keywords = "Broken lamps", true, models.ThemeOutOfScope, nil
	theme.Definition, theme.Parent, theme.Reason, theme.MadeBy, theme.NameFrom = "Lamps that are out.", "t-a", "Another council's lamps.", "not kept", "not kept"
	noError(t, s.UpdateTheme(ctx, *theme))
	got := must[*models.Theme](t)(s.Theme(ctx, "t-b"))
	want := first.Themes[0]
	want.Label, want.Renamed, want.Status, want.Version = "Broken lamps", true, models.ThemeOutOfScope, 2
	want.Definition, want.Parent, want.Reason = "Lamps that are out.", "t-a", "Another council's lamps."
	wantSame(t, "after a decision", got, &want)
	wantKind(t, s.UpdateTheme(ctx, *theme), models.KindConflict)
	theme.ID = "t-nothing"
	wantKind(t, s.UpdateTheme(ctx, *theme), models.KindNotFound)

	// A run that has not seen the decision does not undo it.
	wantKind(t, s.SaveThemes(ctx, first), models.KindConflict)
	wantSame(t, "after a late run", must[*models.Theme](t)(s.Theme(ctx, "t-b")), &want)

	// A run that fails half-way leaves what was there.
	second := run(submissions)
	second.Themes[0] = want
	second.Placements = append(second.Placements, models.Placement{Theme: "t-nothing", Submission: submissions[0].ID, Question: "C2"})
	if err := s.SaveThemes(ctx, second); err == nil {
		t.Error("saved a placement in no theme")
	}
	first.Themes[0] = want
	wantRun(t, s, first)

	third := models.ThemeRun{Consultation: square, Seed: 1, Documents: 3, Themes: []models.Theme{want}}
	noError(t, s.SaveThemes(ctx, third))
	db := raw(t, url)
	for table, want := range map[string]int{"placements": 0, "quotes": 0, "campaigns": 0, "campaign_members": 0, "themes": 2} {
		if got := count(t, db, table); got != want {
			t.Errorf("%s: %d rows after a smaller run, want %d", table, got, want)
		}
	}
}

// testCodingClaims: an answer is kept for one coder at a time, until they give it
// back or leave it.
func testCodingClaims(t *testing.T, url string) {
	clock := NewClock("2026-11-23T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	submissions := Seed(t, s, 2)
	Save(t, s, Version("a-park", 1))
	Create(t, s, Submission("a-park", 0))
	key := func(i int, question string) models.AnswerKey {
		return models.AnswerKey{Submission: submissions[i].ID, Question: question}
	}
	lease := func() time.Time { return clock.Now().Add(30 * time.Minute) }
	hold := func(k models.AnswerKey, account string) string {
		t.Helper()
		return must[string](t)(s.HoldCoding(ctx, k, account, lease()))
	}
	held := func(account string, want ...models.AnswerKey) {
		t.Helper()
		got := must[map[models.AnswerKey]bool](t)(s.HeldCodings(ctx, square, account))
		for _, k := range want {
			if !got[k] {
				t.Errorf("%v is not held by another than %s", k, account)
			}
		}
		wantSame(t, "held by others", len(got), len(want))
	}
	wantSame(t, "the first", hold(key(0, "C2"), "u1"), "u1")
	wantSame(t, "another question of the same", hold(key(0, "C6"), "u2"), "u2")
	wantSame(t, "what another has", hold(key(0, "C2"), "u2"), "u1")
	wantSame(t, "another consultation's", hold(models.AnswerKey{Submission: Submission("a-park", 0).Submission.ID, Question: "C2"}, "u1"), "u1")
	held("u1", key(0, "C6"))
	held("u2", key(0, "C2"))
	held("u3", key(0, "C2"), key(0, "C6"))
	noError(t, s.ReleaseCoding(ctx, key(0, "C2"), "u2")) // not theirs
	held("u3", key(0, "C2"), key(0, "C6"))
	clock.Advance(29 * time.Minute)
	wantSame(t, "renewed", hold(key(0, "C2"), "u1"), "u1")
	clock.Advance(2 * time.Minute)
	held("u3", key(0, "C2"))
	wantSame(t, "what nobody worked on", hold(key(0, "C6"), "u3"), "u3")
	noError(t, s.ReleaseCoding(ctx, key(0, "C2"), "u1"))
	held("u1", key(0, "C6"))
	wantSame(t, "what was given back", hold(key(1, "C2"), "u3"), "u3")
	noError(t, s.EraseAnswers(ctx, submissions[0].ID))
	noError(t, s.EraseWords(ctx, submissions[1].ID, "2026-11-23"))
	held("u1")
}

// testCodings: what people decided is added to and never overwritten, and goes
// only with the answers it is about.
func testCodings(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	Save(t, s, Version("a-park", 1))
	Create(t, s, Submission("a-park", 0))
	if got := must[[]models.Coding](t)(s.Codings(ctx, square)); len(got) != 0 {
		t.Errorf("codings of nothing: %v", got)
	}
	saved := run(submissions)
	noError(t, s.SaveThemes(ctx, saved))
	noError(t, s.AddCodings(ctx, nil))
	key := func(i int) models.AnswerKey { return models.AnswerKey{Submission: submissions[i].ID, Question: "C2"} }
	all := []models.Coding{
		{Theme: "t-b", AnswerKey: key(0), Belongs: true, By: "u2", Day: "2026-11-02"},
		{Theme: "t-b", AnswerKey: key(0), Belongs: true, Start: 2, End: 5, SHA256: "aa", By: "u2", Day: "2026-11-02"},
		{Theme: "t-b", AnswerKey: key(0), By: "u1", Day: "2026-11-01"},
		{Theme: "t-c", AnswerKey: key(2), Belongs: true, By: "u1", Day: "2026-11-03", Blind: true},
	}
	noError(t, s.AddCodings(ctx, all[:1]))
	noError(t, s.AddCodings(ctx, all[1:]))
	got := must[[]models.Coding](t)(s.Codings(ctx, square))
	wantSame(t, "codings", got, all, cmpopts.IgnoreFields(models.Coding{}, "ID"))
	for i := 1; i < len(got); i++ {
		if got[i].ID <= got[i-1].ID {
			t.Errorf("coding %d after %d", got[i].ID, got[i-1].ID)
		}
	}
	wantSame(t, "codings of one", must[[]models.Coding](t)(s.CodingsOf(ctx, []string{submissions[2].ID, "nobody"})), got[3:])
	if none := must[[]models.Coding](t)(s.Codings(ctx, "a-park")); len(none) != 0 {
		t.Errorf("codings of another consultation: %v", none)
	}

	coded := []models.CodedAnswer{
		{AnswerKey: key(0), By: "u1", Day: "2026-11-01"}, {AnswerKey: key(0), By: "u1", Day: "2026-11-02", Blind: true},
		{AnswerKey: key(0), By: "u2", Day: "2026-11-02"}, {AnswerKey: key(2), By: "u1", Day: "2026-11-03", Blind: true},
	}
	for _, c := range coded {
		noError(t, s.SaveCoded(ctx, c))
	}
	coded[0].Day, coded[0].Frame, coded[0].Settles = "2026-11-09", 3, true // gone through again
	noError(t, s.SaveCoded(ctx, coded[0]))
	coded[0].Day, coded[0].Frame, coded[0].Settles = "2026-11-10", 4, false
	noError(t, s.SaveCoded(ctx, coded[0]))
	coded[0].Settles = true // it did
	wantSame(t, "coded", must[[]models.CodedAnswer](t)(s.CodedAnswers(ctx, square)), coded)
	wantSame(t, "coded of one", must[[]models.CodedAnswer](t)(s.CodedAnswersOf(ctx, []string{submissions[2].ID})), coded[3:])

	// Another run leaves them, and a run without a theme that people coded in is
	// refused as a whole.
	saved.Placements = nil
	noError(t, s.SaveThemes(ctx, saved))
	wantSame(t, "after a run", must[[]models.Coding](t)(s.Codings(ctx, square)), got)
	if err := s.SaveThemes(ctx, models.ThemeRun{Consultation: square, Themes: saved.Themes[1:]}); err == nil {
		t.Error("a theme that people coded in is gone")
	}
	wantRun(t, s, saved)
	if err := s.AddCodings(ctx, []models.Coding{{Theme: "t-nothing", AnswerKey: key(0), Day: "2026-11-02"}}); err == nil {
		t.Error("coded in no theme")
	}

	made := models.Theme{ID: "t-d", Consultation: square, Label: "Made", Status: models.ThemeCandidate, MadeBy: "u1", Version: 1}
	noError(t, s.CreateTheme(ctx, made))
	if err := s.CreateTheme(ctx, made); err == nil {
		t.Error("made twice")
	}
	wantSame(t, "with what was made", must[[]models.Theme](t)(s.Themes(ctx, square)), append(slices.Clone(saved.Themes), made))

	// They go with the answers.
	noError(t, s.EraseAnswers(ctx, submissions[0].ID))
	wantSame(t, "after an erasure", must[[]models.Coding](t)(s.Codings(ctx, square)), got[3:])
	wantSame(t, "coded after an erasure", must[[]models.CodedAnswer](t)(s.CodedAnswers(ctx, square)), coded[3:])
}

func testDesk(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	Save(t, s, Version("a-park", 1))

	first := models.SavedSearch{ID: "s1", By: "u1", Consultation: square, Name: "Lamps", Query: "q=lamps", Day: "2026-11-01"}
	again := models.SavedSearch{ID: "s2", By: "u1", Consultation: square, Name: "Lamps", Query: "q=lamps&g=resident", Day: "2026-11-02"}
	other := models.SavedSearch{ID: "s3", By: "u2", Consultation: square, Name: "Lamps", Query: "q=shade", Day: "2026-11-02"}
	early := models.SavedSearch{ID: "s4", By: "u1", Consultation: square, Name: "Benches", Query: "q=bench", Day: "2026-11-03"}
	for _, m := range []models.SavedSearch{first, again, other, early} {
		noError(t, s.SaveSearch(ctx, m))
	}
	again.ID = first.ID // the name leads to what was saved last
	wantSame(t, "saved searches", must[[]models.SavedSearch](t)(s.SavedSearches(ctx, "u1", square)), []models.SavedSearch{early, again})
	if none := must[[]models.SavedSearch](t)(s.SavedSearches(ctx, "u1", "a-park")); len(none) > 0 {
		t.Errorf("saved searches of another consultation: %v", none)
	}
	wantKind(t, s.DeleteSearch(ctx, "u1", other.ID), models.KindNotFound)
	noError(t, s.DeleteSearch(ctx, "u2", other.ID))
	wantKind(t, s.DeleteSearch(ctx, "u2", other.ID), models.KindNotFound)

	list := []models.Listed{
		{By: "u1", Submission: submissions[1].ID, Day: "2026-11-01"},
		{By: "u1", Submission: submissions[0].ID, Day: "2026-11-02", Read: true},
		{By: "u2", Submission: submissions[0].ID, Day: "2026-11-02"},
	}
	for _, m := range list {
		noError(t, s.SaveListed(ctx, m))
	}
	wantSame(t, "reading list", must[[]models.Listed](t)(s.ReadingList(ctx, "u1", square)), list[:2])
	list[0].Read, list[1].Read = true, false
	for _, m := range list[:2] {
		m.Day = "2026-11-09" // the first day stays
		noError(t, s.SaveListed(ctx, m))
	}
	wantSame(t, "reading list read", must[[]models.Listed](t)(s.ReadingList(ctx, "u1", square)), []models.Listed{list[1], list[0]})
	noError(t, s.Unlist(ctx, "u1", submissions[1].ID))
	noError(t, s.Unlist(ctx, "u1", submissions[1].ID))
	wantSame(t, "shorter reading list", must[[]models.Listed](t)(s.ReadingList(ctx, "u1", square)), list[1:2])
	if none := must[[]models.Listed](t)(s.ReadingList(ctx, "u1", "a-park")); len(none) > 0 {
		t.Errorf("reading list of another consultation: %v", none)
	}

	const canary = "canary-testimony"
	notes := []models.Note{
		{ID: "n1", By: "u1", Submission: submissions[0].ID, Day: "2026-11-01", Text: "For me: " + strings.Repeat(canary+" ", 200)},
		{ID: "n2", By: "u1", Submission: submissions[1].ID, Day: "2026-11-01", Shared: true, Text: "For all."},
		{ID: "n3", By: "u2", Submission: submissions[0].ID, Day: "2026-11-02", Shared: true, Text: "Theirs, for all."},
		{ID: "n4", By: "u2", Submission: submissions[0].ID, Day: "2026-11-03", Text: "Theirs alone."},
	}
	for _, m := range notes {
		noError(t, s.SaveNote(ctx, m))
	}
	wantSame(t, "own notes", must[[]models.Note](t)(s.Notes(ctx, "u1", square, false)), notes[:2])
	wantSame(t, "notes and what is shared", must[[]models.Note](t)(s.Notes(ctx, "u1", square, true)), notes[:3])
	if none := must[[]models.Note](t)(s.Notes(ctx, "u1", "a-park", true)); len(none) > 0 {
		t.Errorf("notes of another consultation: %v", none)
	}
	wantKind(t, s.DeleteNote(ctx, "u1", "n3"), models.KindNotFound)
	noError(t, s.DeleteNote(ctx, "u2", "n3"))

	// All of it goes with the submission.
	noError(t, s.EraseAnswers(ctx, submissions[0].ID))
	wantSame(t, "notes after an erasure", must[[]models.Note](t)(s.Notes(ctx, "u1", square, true)), notes[1:2])
	if left := must[[]models.Listed](t)(s.ReadingList(ctx, "u2", square)); len(left) > 0 {
		t.Errorf("the reading list holds what was erased: %v", left)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			noError(t, err)
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s still holds the note that was erased", filepath.Base(name))
			}
		}
	}
}

func testListAnswers(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))
	for i, change := range []func(*models.Submission){
		func(m *models.Submission) { m.Groups, m.Day = []string{"sex_worker"}, "2026-11-03" },
		func(m *models.Submission) {
			m.Groups, m.Day, m.Stance = []string{"resident", "sex-worker"}, "2026-11-05", models.StanceAgainst
		},
		func(m *models.Submission) { m.Groups, m.Day, m.Language = nil, "2026-11-04", "ur" },
		func(m *models.Submission) { m.Channel, m.Consents, m.Day = models.ChannelPaper, nil, "2026-11-01" },
		func(m *models.Submission) { m.Status = models.SubmissionWithdrawn },
		func(m *models.Submission) { m.Answers[2].Redacted = "" },
	} {
		n := Submission(square, i)
		n.Submission.Groups, n.Submission.Consents, n.Submission.Stance, n.Submission.Language = []string{"resident"}, []models.Consent{models.ConsentQuote}, models.StanceFor, "en"
		change(&n.Submission)
		Create(t, s, n)
	}
	Create(t, s, Submission("a-park", 9))
	id := func(i int) string { return Submission(square, i).Submission.ID }
	for name, want := range map[string]struct {
		filter store.AnswerFilter
		found  []int
	}{
		"everything, newest first": {store.AnswerFilter{}, []int{1, 2, 0, 3}},
		"a group":                  {store.AnswerFilter{Groups: []string{"sex_worker"}}, []int{0}},
		"a group or another":       {store.AnswerFilter{Groups: []string{"sex_worker", "resident"}}, []int{1, 0, 3}},
		"a group that is a sign":   {store.AnswerFilter{Groups: []string{"%"}}, nil},
		"a position":               {store.AnswerFilter{Stances: []string{models.StanceAgainst}}, []int{1}},
		"a channel":                {store.AnswerFilter{Channels: []string{string(models.ChannelPaper)}}, []int{3}},
		"a language":               {store.AnswerFilter{Languages: []string{"ur"}}, []int{2}},
		"two attributes":           {store.AnswerFilter{Groups: []string{"resident"}, Stances: []string{models.StanceFor}}, []int{3}},
	} {
		want.filter.Questions, want.filter.PerPage = []string{"C2"}, 20
		got, total, err := s.ListAnswers(ctx, square, want.filter)
		noError(t, err)
		var keys []models.AnswerKey
		for _, i := range want.found {
			keys = append(keys, models.AnswerKey{Submission: id(i), Question: "C2"})
		}
		wantSame(t, name, got, keys, cmpopts.EquateEmpty())
		if total != len(keys) {
			t.Errorf("%s: %d in all, want %d", name, total, len(keys))
		}
	}
	if _, err := s.AddRelease(ctx, models.Release{Consultation: square, Day: "2026-12-15", By: "u1"}, []models.Released{{Submission: id(2)}, {Submission: id(0)}}); err != nil {
		t.Fatal(err)
	}
	CheckAll(t, s, square, "u1", "u2")
	released, n, err := s.ListAnswers(ctx, square, store.AnswerFilter{Questions: []string{"C2"}, PerPage: 20, Released: true})
	noError(t, err)
	wantSame(t, "what is released, by id", released, []models.AnswerKey{{Submission: id(0), Question: "C2"}, {Submission: id(2), Question: "C2"}})
	if n != 2 {
		t.Errorf("%d released in all, want 2", n)
	}
	second, total, err := s.ListAnswers(ctx, square, store.AnswerFilter{Questions: []string{"C2"}, Page: 2, PerPage: 3})
	noError(t, err)
	wantSame(t, "the second page", second, []models.AnswerKey{{Submission: id(3), Question: "C2"}})
	if total != 4 {
		t.Errorf("%d in all on the second page, want 4", total)
	}
	if none, n, err := s.ListAnswers(ctx, square, store.AnswerFilter{PerPage: 3}); err != nil || n+len(none) > 0 {
		t.Errorf("answers to no question: %v, %d, %v", none, n, err)
	}
}

func testReleases(t *testing.T, url string) {
	s := OpenURL(t, url)
	ids := make([]string, 4)
	for i, m := range Seed(t, s, 4) {
		ids[i] = m.ID
	}
	labels := map[string][]string{"groups": {"resident", "other"}, "areas": {"north \"side\""}}
	people := func(labels map[string][]string, ids ...string) (all []models.Released) {
		for _, id := range ids {
			all = append(all, models.Released{Submission: id, Labels: labels})
		}
		return all
	}
	add := func(day string, all []models.Released) (int, error) {
		return s.AddRelease(ctx, models.Release{Consultation: square, Day: day, By: "u-1"}, all)
	}
	empty := cmpopts.EquateEmpty()
	wantSame(t, "no releases", must[[]models.Release](t)(s.Releases(ctx, square)), []models.Release{}, empty)
	wantSame(t, "the first", must[int](t)(add("2026-12-15", people(labels, ids[0], ids[1]))), 1)
	wantSame(t, "the second", must[int](t)(add("2026-12-20", people(nil, ids[2]))), 2)
	_, err := add("2026-12-21", people(labels, ids[3], ids[0]))
	wantKind(t, err, models.KindConflict)
	_, err = s.AddRelease(ctx, models.Release{Consultation: "nowhere", Day: "2026-12-15"}, nil)
	wantKind(t, err, models.KindNotFound)

	wantSame(t, "releases", must[[]models.Release](t)(s.Releases(ctx, square)), []models.Release{
		{Consultation: square, Number: 1, Day: "2026-12-15", By: "u-1"}, {Consultation: square, Number: 2, Day: "2026-12-20", By: "u-1"}})
	want := map[string]models.Released{
		ids[0]: {Submission: ids[0], Release: 1, Day: "2026-12-15", Labels: labels},
		ids[1]: {Submission: ids[1], Release: 1, Day: "2026-12-15", Labels: labels},
		ids[2]: {Submission: ids[2], Release: 2, Day: "2026-12-20"},
	}
	wantSame(t, "in a release", must[map[string]models.Released](t)(s.InRelease(ctx, square)), want, empty)
	if got := must[map[string]models.Released](t)(s.Released(ctx, square)); len(got) > 0 {
		t.Errorf("released although nobody has checked the words: %v", got)
	}
	CheckAll(t, s, square, "u-1", "u-2")
	wantSame(t, "released", must[map[string]models.Released](t)(s.Released(ctx, square)), want, empty)
	noError(t, s.SetReleased(ctx, people(nil, ids[1], ids[3])...)) // the last is in none
	noError(t, s.Unrelease(ctx, ids[0]))
	noError(t, s.Unrelease(ctx, ids[0]))
	delete(want, ids[0])
	want[ids[1]] = models.Released{Submission: ids[1], Release: 1, Day: "2026-12-15"}
	wantSame(t, "released after a change", must[map[string]models.Released](t)(s.Released(ctx, square)), want, empty)
	delete(want, ids[2])
	wantSame(t, "of some", must[map[string]models.Released](t)(s.ReleasedOf(ctx, ids[0], ids[1], ids[3], "nobody")), want, empty)
}

func testMovePlacements(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 3)
	want := run(submissions)
	noError(t, s.SaveThemes(ctx, want))
	noError(t, s.MovePlacements(ctx, "t-b", "t-b"))
	wantRun(t, s, want)
	wantKind(t, s.MovePlacements(ctx, "t-b", "t-nothing"), models.KindNotFound)
	wantKind(t, s.MovePlacements(ctx, "t-nothing", "t-b"), models.KindNotFound)

	noError(t, s.MovePlacements(ctx, "t-b", "t-a"))
	want.Placements = []models.Placement{
		{Theme: "t-a", Submission: submissions[0].ID, Question: "C2", Score: 0.25},  // its own was higher
		{Theme: "t-a", Submission: submissions[1].ID, Question: "C2", Score: 0.875}, // the other was higher
		{Theme: "t-a", Submission: submissions[2].ID, Question: "C2", Score: 0.75},
	}
	want.Quotes = want.Quotes[1:] // the first stands in t-a already
	wantRun(t, s, want)
}

func testJobs(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:00+05:00")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	claim := func(n int) []models.Job { return must[[]models.Job](t)(s.ClaimJobs(ctx, n, time.Minute)) }
	if got := claim(5); len(got) != 0 {
		t.Fatalf("claimed %v of nothing", got)
	}
	noError(t, s.Enqueue(ctx, models.JobIndex, "later", time.Second))
	noError(t, s.Enqueue(ctx, models.JobIndex, "now", 0))
	noError(t, s.Enqueue(ctx, models.JobIndex, "now", 0))
	noError(t, s.Enqueue(ctx, models.JobThemes, "now", 0))
	wantSame(t, "counts", must[map[models.JobState]int](t)(s.CountJobs(ctx)), map[models.JobState]int{models.JobPending: 3})
	for object, want := range map[string]bool{"now": true, "later": false} { // that one waits to be indexed
		if got := must[bool](t)(s.JobWaits(ctx, models.JobThemes, object)); got != want {
			t.Errorf("a search for the themes of %q waits: %t", object, got)
		}
	}

	got := claim(5)
	if len(got) != 2 {
		t.Fatalf("claimed %d jobs, want the 2 that are due", len(got))
	}
	job := got[0]
	if job.RunAt.Location() != time.UTC || job.LeasedUntil.Location() != time.UTC || !job.LeasedUntil.Equal(clock.Now().Add(time.Minute)) || job.Attempts != 1 || job.Object != "now" || job.State != models.JobPending {
		t.Errorf("claimed %+v", job)
	}
	if len(claim(5)) != 0 {
		t.Error("claimed a job twice")
	}
	noError(t, s.FinishJob(ctx, job))
	wantKind(t, s.FinishJob(ctx, job), models.KindConflict)
	noError(t, s.FinishJob(ctx, got[1]))

	clock.Advance(time.Second)
	if len(claim(0)) != 0 {
		t.Error("claimed a job when asked for none")
	}
	got = claim(1)
	if len(got) != 1 || got[0].Object != "later" {
		t.Fatalf("claimed %v, want the one that came due", got)
	}
	lost := got[0]
	clock.Advance(time.Minute) // its worker is gone
	got = claim(1)
	if len(got) != 1 || got[0].Attempts != 2 {
		t.Fatalf("claimed %v, want the job whose lease ran out", got)
	}
	wantKind(t, s.FinishJob(ctx, lost), models.KindConflict)
	wantKind(t, s.FailJob(ctx, lost, "late", 0, false), models.KindConflict)

	noError(t, s.FailJob(ctx, got[0], "The search engine is away.", 10*time.Second, false))
	if len(claim(1)) != 0 {
		t.Error("claimed a failed job before its time")
	}
	clock.Advance(10 * time.Second)
	got = claim(1)
	if len(got) != 1 || got[0].LastError != "The search engine is away." || got[0].Attempts != 3 {
		t.Fatalf("claimed %+v, want the failed job", got)
	}
	noError(t, s.FailJob(ctx, got[0], "It does not work.", time.Second, true))
	clock.Advance(time.Hour)
	if len(claim(1)) != 0 {
		t.Error("claimed a dead job")
	}
	dead := must[[]models.Job](t)(s.DeadJobs(ctx))
	if len(dead) != 1 || dead[0].Object != "later" || dead[0].LastError != "It does not work." || dead[0].State != models.JobDead ||
		!dead[0].RunAt.Equal(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("dead jobs: %+v", dead)
	}
	wantSame(t, "counts", must[map[models.JobState]int](t)(s.CountJobs(ctx)), map[models.JobState]int{models.JobDead: 1})

	// Once the same work succeeds, its failure is settled.
	noError(t, s.Enqueue(ctx, models.JobIndex, "later", 0))
	noError(t, s.FinishJob(ctx, claim(1)[0]))
	wantSame(t, "counts", must[map[models.JobState]int](t)(s.CountJobs(ctx)), map[models.JobState]int{})
}

func testJobsAgain(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	claim := func(n int) []models.Job { return must[[]models.Job](t)(s.ClaimJobs(ctx, n, time.Minute)) }
	enqueue := func(after time.Duration) { noError(t, s.Enqueue(ctx, models.JobIndex, "x", after)) }

	enqueue(time.Minute)
	enqueue(0) // brought forward
	job := claim(1)[0]
	enqueue(0) // asked for while it is being done
	if len(claim(1)) != 0 {
		t.Error("two workers on the same object")
	}
	noError(t, s.FinishJob(ctx, job))
	again := claim(2)
	if len(again) != 1 || again[0].Attempts != 1 {
		t.Fatalf("claimed %+v, want the work once more", again)
	}
	enqueue(5 * time.Second)
	noError(t, s.FailJob(ctx, again[0], "Failed.", time.Hour, true))
	if len(claim(1)) != 0 {
		t.Error("claimed before its time")
	}
	clock.Advance(5 * time.Second)
	last := claim(1)
	if len(last) != 1 || last[0].Attempts != 1 {
		t.Fatalf("claimed %+v, want the work to start over instead of dying", last)
	}
	noError(t, s.FailJob(ctx, last[0], "Failed.", time.Hour, false))
	enqueue(0) // a new change does not wait for the retry
	if got := claim(1); len(got) != 1 || got[0].Attempts != 2 {
		t.Errorf("claimed %+v, want the retry brought forward", got)
	}
}

// testJobsAndClock: a clock that jumps ahead and is put back holds no work up.
func testJobsAndClock(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	clock.Advance(365 * 24 * time.Hour)
	for _, object := range []string{"put off", "leased"} {
		noError(t, s.Enqueue(ctx, models.JobIndex, object, 0))
	}
	for _, job := range must[[]models.Job](t)(s.ClaimJobs(ctx, 2, 10*time.Minute)) {
		if job.Object == "put off" {
			noError(t, s.FailJob(ctx, job, "Failed.", 5*time.Minute, false))
		}
	}
	clock.Advance(-365 * 24 * time.Hour)
	if jobs := must[[]models.Job](t)(s.ClaimJobs(ctx, 3, 10*time.Minute)); len(jobs) != 2 {
		t.Errorf("claimed %v, want both", jobs)
	}
	if jobs := must[[]models.Job](t)(s.ClaimJobs(ctx, 3, 10*time.Minute)); len(jobs) != 0 {
		t.Errorf("claimed %v again", jobs)
	}
}

// testJobsInTransaction: work that is already waiting is not done before the
// transaction that asks for it once more can be seen.
func testJobsInTransaction(t *testing.T, url string) {
	s := OpenURL(t, url)
	noError(t, s.Enqueue(ctx, models.JobIndex, "x", 0))
	claimed := make(chan []models.Job, 1)
	err := s.Tx(ctx, func(tx *store.Store) error {
		if err := tx.Enqueue(ctx, models.JobIndex, "x", 0); err != nil {
			return err
		}
		if strings.HasPrefix(url, "sqlite:") {
			go func() { // waits until the transaction ends
				jobs, err := s.ClaimJobs(ctx, 1, time.Minute)
				if err != nil {
					t.Error(err)
				}
				claimed <- jobs
			}()
			return nil
		}
		if jobs, err := s.ClaimJobs(ctx, 1, time.Minute); err != nil || len(jobs) != 0 {
			t.Errorf("claimed %v with error %v, want nothing before the commit", jobs, err)
		}
		claimed <- nil
		return nil
	})
	noError(t, err)
	jobs := <-claimed
	if len(jobs) == 0 {
		jobs = must[[]models.Job](t)(s.ClaimJobs(ctx, 1, time.Minute))
	}
	if len(jobs) != 1 {
		t.Errorf("claimed %v after the commit, want the job", jobs)
	}
}

func testJobsConcurrently(t *testing.T, url string) {
	s := OpenURL(t, url)
	const jobs, workers = 200, 8
	for i := range jobs {
		noError(t, s.Enqueue(ctx, models.JobIndex, fmt.Sprint(i), 0))
	}
	var mu sync.Mutex
	times := map[string]int{}
	var working sync.WaitGroup
	for range workers {
		working.Go(func() {
			for {
				claimed, err := s.ClaimJobs(ctx, 3, time.Hour)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, j := range claimed {
					times[j.Object]++
				}
				left := jobs - len(times)
				mu.Unlock()
				for _, j := range claimed {
					if err := s.FinishJob(ctx, j); err != nil {
						t.Error(err)
					}
				}
				if left == 0 {
					return
				}
			}
		})
	}
	working.Wait()
	for object, n := range times {
		if n != 1 {
			t.Errorf("job %s was claimed %d times", object, n)
		}
	}
	if len(times) != jobs {
		t.Errorf("%d jobs were claimed, want %d", len(times), jobs)
	}
}

// testJobsNeverLost does random things to the queue and checks that nobody
// works on an object somebody else is working on, and that every request is
// followed by work that began after it.
func testJobsNeverLost(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		objects := []string{fmt.Sprint(round, "a"), fmt.Sprint(round, "b")}
		asked := map[string]bool{} // asked for since the last time work on it began
		var held []models.Job
		claim := func(r *rapid.T, n int) {
			jobs, err := s.ClaimJobs(ctx, n, time.Minute)
			if err != nil {
				r.Fatal(err)
			}
			for _, j := range jobs {
				for _, h := range held {
					if h.Object == j.Object && clock.Now().Before(h.LeasedUntil) {
						r.Fatalf("two workers on %s", j.Object)
					}
				}
				asked[j.Object] = false
				held = append(held, j)
			}
		}
		drop := func(r *rapid.T) models.Job {
			if len(held) == 0 {
				r.Skip("nothing is held")
			}
			i := rapid.IntRange(0, len(held)-1).Draw(r, "which")
			j := held[i]
			held = slices.Delete(held, i, i+1)
			return j
		}
		settle := func(r *rapid.T, err error) {
			if err != nil && models.KindOf(err) != models.KindConflict {
				r.Fatal(err)
			}
		}
		r.Repeat(map[string]func(*rapid.T){
			"enqueue": func(r *rapid.T) {
				object := rapid.SampledFrom(objects).Draw(r, "object")
				if err := s.Enqueue(ctx, models.JobIndex, object, time.Duration(rapid.IntRange(0, 90).Draw(r, "after"))*time.Second); err != nil {
					r.Fatal(err)
				}
				asked[object] = true
			},
			"claim":  func(r *rapid.T) { claim(r, rapid.IntRange(1, 3).Draw(r, "n")) },
			"finish": func(r *rapid.T) { settle(r, s.FinishJob(ctx, drop(r))) },
			"fail": func(r *rapid.T) {
				settle(r, s.FailJob(ctx, drop(r), "Failed.", 20*time.Second, rapid.Bool().Draw(r, "dead")))
			},
			"wait": func(r *rapid.T) { clock.Advance(time.Duration(rapid.IntRange(1, 70).Draw(r, "seconds")) * time.Second) },
		})
		clock.Advance(time.Hour) // everything is due, every lease has run out
		claim(r, 100)
		for _, object := range objects {
			if asked[object] {
				r.Fatalf("work on %s was asked for and never began", object)
			}
		}
		for _, j := range held {
			settle(r, s.FinishJob(ctx, j))
		}
	})
}

func testUsers(t *testing.T, url string) {
	s := OpenURL(t, url)
	ada := models.User{ID: "u1", Email: "ada@penrow.example", Role: models.RoleOfficer, InviteHash: []byte{1, 2, 3}, Invited: "2026-11-23"}
	bea := models.User{ID: "u2", Email: "bea@penrow.example", Role: models.RoleAdmin, PasswordHash: "hash", Disabled: true}
	noError(t, s.SaveUser(ctx, bea))
	noError(t, s.SaveUser(ctx, ada))
	wantSame(t, "users", must[[]models.User](t)(s.Users(ctx)), []models.User{ada, bea})
	wantSame(t, "by id", must[*models.User](t)(s.User(ctx, "u2")), &bea)
	wantSame(t, "by address", must[*models.User](t)(s.UserByEmail(ctx, "ada@penrow.example")), &ada)
	wantSame(t, "by invitation", must[*models.User](t)(s.UserByInvite(ctx, []byte{1, 2, 3})), &ada)

	ada.InviteHash, ada.Invited, ada.PasswordHash, ada.Role, ada.Only = nil, "", "hash", models.RoleAnalyst, []string{"canal-road", "lantern-square"}
	noError(t, s.SaveUser(ctx, ada))
	wantSame(t, "changed", must[*models.User](t)(s.User(ctx, "u1")), &ada)
	for _, hash := range [][]byte{nil, {}, {1, 2, 3}} {
		_, err := s.UserByInvite(ctx, hash)
		wantKind(t, err, models.KindNotFound)
	}
	wantKind(t, s.SaveUser(ctx, models.User{ID: "u3", Email: ada.Email, Role: models.RoleAdmin}), models.KindConflict)
	bea.Email = ada.Email
	wantKind(t, s.SaveUser(ctx, bea), models.KindConflict)
	_, err := s.User(ctx, "u3")
	wantKind(t, err, models.KindNotFound)
	_, err = s.UserByEmail(ctx, "nobody@penrow.example")
	wantKind(t, err, models.KindNotFound)
}

func testSessions(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:10Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	sessions := s.Sessions()
	want := func(token string, data []byte) {
		t.Helper()
		got, found, err := sessions.Find(token)
		if err != nil || found != (data != nil) || !bytes.Equal(got, data) {
			t.Errorf("%q: %q, found %v, error %v; want %q", token, got, found, err, data)
		}
	}
	want("a", nil)
	want("a\x00\xff", nil)
	noError(t, sessions.Delete("a"))
	noError(t, sessions.Delete("a\x00\xff"))
	noError(t, sessions.Commit("a", []byte("one"), clock.Now().Add(time.Hour)))
	noError(t, sessions.Commit("b", []byte("two"), clock.Now().Add(30*time.Minute)))
	noError(t, sessions.Commit("a", []byte("three"), clock.Now().Add(2*time.Hour)))
	want("a", []byte("three"))
	want("b", []byte("two"))
	clock.Advance(28 * time.Minute)
	want("b", []byte("two"))
	clock.Advance(2 * time.Minute)
	want("b", nil)
	noError(t, sessions.Commit("c", []byte{0}, clock.Now().Add(time.Hour)))
	if got := count(t, raw(t, url), "sessions"); got != 2 {
		t.Errorf("%d sessions are kept, want the expired one purged", got)
	}
	noError(t, sessions.Delete("a"))
	want("a", nil)
	want("c", []byte{0})
}

func testDrafts(t *testing.T, url string) {
	clock := NewClock("2026-11-02T09:30:10Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	a, b := []byte{0, 1}, []byte{0, 2}
	_, err := s.Draft(ctx, a)
	wantKind(t, err, models.KindNotFound)
	noError(t, s.SaveDraft(ctx, a, []byte("first"), clock.Now().Add(30*time.Minute)))
	noError(t, s.SaveDraft(ctx, a, []byte("second"), clock.Now().Add(30*time.Minute)))
	noError(t, s.SaveDraft(ctx, b, []byte("other"), clock.Now().Add(time.Hour)))
	wantSame(t, "draft", must[[]byte](t)(s.Draft(ctx, a)), []byte("second"))
	if n := must[int](t)(s.PurgeDrafts(ctx)); n != 0 {
		t.Errorf("purged %d drafts before their time", n)
	}
	clock.Advance(30 * time.Minute)
	_, err = s.Draft(ctx, a)
	wantKind(t, err, models.KindNotFound)
	if n := must[int](t)(s.PurgeDrafts(ctx)); n != 1 {
		t.Errorf("purged %d drafts, want 1", n)
	}
	wantSame(t, "the other", must[[]byte](t)(s.Draft(ctx, b)), []byte("other"))
	noError(t, s.UpdateDraft(ctx, b, []byte("other"), []byte("changed"), clock.Now().Add(time.Hour)))
	wantSame(t, "the other", must[[]byte](t)(s.Draft(ctx, b)), []byte("changed"))
	// Somebody who has not seen the change does not overwrite it.
	wantKind(t, s.UpdateDraft(ctx, b, []byte("other"), []byte("lost"), clock.Now().Add(time.Hour)), models.KindConflict)
	wantSame(t, "the other", must[[]byte](t)(s.Draft(ctx, b)), []byte("changed"))
	noError(t, s.DeleteDraft(ctx, b))
	noError(t, s.DeleteDraft(ctx, b))
	_, err = s.Draft(ctx, b)
	wantKind(t, err, models.KindNotFound)
	// What was destroyed stays so.
	wantKind(t, s.UpdateDraft(ctx, b, []byte("changed"), []byte("late"), clock.Now().Add(time.Hour)), models.KindNotFound)
	_, err = s.Draft(ctx, b)
	wantKind(t, err, models.KindNotFound)

	noError(t, s.KeepDraftFiles(ctx, []string{"f1", "f2", "f3", "f1"}, clock.Now().Add(30*time.Minute)))
	noError(t, s.KeepDraftFiles(ctx, []string{"f2"}, clock.Now().Add(time.Hour)))
	noError(t, s.ReleaseDraftFiles(ctx, []string{"f3"}))
	wantSame(t, "files before their time", len(must[[]string](t)(s.ExpiredDraftFiles(ctx))), 0)
	clock.Advance(30 * time.Minute)
	wantSame(t, "files of dead drafts", must[[]string](t)(s.ExpiredDraftFiles(ctx)), []string{"f1"})
}

// testUpgrade opens a database as the version before left it. What was kept
// there is as it was.
func testUpgrade(t *testing.T, url string) {
	s := OpenURL(t, url)
	want := Seed(t, s, 3)
	noError(t, s.SaveDraft(ctx, []byte("d"), []byte("sealed"), time.Now().Add(time.Hour)))
	themes := run(want)
	themes.Method = models.Method{}
	themes.Themes[0].NameFrom = ""
	themes.Themes[1].Definition, themes.Themes[1].Parent, themes.Themes[1].MadeBy, themes.Themes[1].SuggestedLabel, themes.Themes[1].Draft = "", "", "", "", nil
	noError(t, s.SaveThemes(ctx, themes))
	noError(t, s.Close())
	db := raw(t, url)
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	plain := []string{fmt.Sprintf(map[bool]string{true: `UPDATE leaves SET salt = x'%x'`, false: `UPDATE leaves SET salt = '\x%x'`}[strings.HasPrefix(url, "sqlite:")], Hash(square, "salt", 0))}
	for _, m := range want {
		for _, a := range m.Answers {
			plain = append(plain, fmt.Sprintf("UPDATE answers SET text = %s, redacted = %s, translation = %s, translated = %s WHERE submission = %s AND question = %s", quoted(a.Text), quoted(a.Redacted), quoted(a.Translation), quoted(a.Translated), quoted(m.ID), quoted(a.Question)))
		}
		for _, a := range m.Attachments {
			plain = append(plain, fmt.Sprintf("UPDATE attachments SET text = %s, redacted = %s WHERE key = %s", quoted(a.Text), quoted(a.Redacted), quoted(a.Key)))
		}
	}
	for _, statement := range append(plain,
		"DROP TABLE audit_pending", "DROP TABLE submission_keys", "DROP TABLE log_entries", "DROP TABLE contact_openings", "ALTER TABLE attachments DROP COLUMN secret", "ALTER TABLE attachments DROP COLUMN unclean", "DROP TABLE sso_subjects", "DROP TABLE recoveries", "DROP TABLE staff_sessions", "DROP TABLE sign_in_attempts",
		"DROP TABLE recovery_codes", "DROP TABLE code_apps", "DROP TABLE passkeys",
		"DROP TABLE portal", "DROP TABLE revision", "ALTER TABLE users DROP COLUMN consultations", "ALTER TABLE users DROP COLUMN invited",
		"DROP TABLE findings", "DROP TABLE sections", "DROP TABLE population",
		"DROP TABLE request_acts", "DROP TABLE requests", "DROP TABLE held_words", "DROP TABLE retentions", "ALTER TABLE submissions DROP COLUMN erased",
		"DROP TABLE pack_reads", "DROP TABLE objections", "DROP TABLE report_proposals", "DROP TABLE report_members", "ALTER TABLE reports DROP COLUMN day",
		"ALTER TABLE reports DROP COLUMN proposed_by", "ALTER TABLE reports DROP COLUMN published_by", "ALTER TABLE reports DROP COLUMN struck", "ALTER TABLE reports DROP COLUMN pack",
		"ALTER TABLE attachments DROP COLUMN redacted", "ALTER TABLE attachments DROP COLUMN opened", "ALTER TABLE answers DROP COLUMN translated",
		"DROP TABLE approved_drafts", "DROP TABLE frame_versions", "DROP TABLE redactions", "DROP TABLE redaction_sheets",
		"DROP TABLE coding_claims", "DROP TABLE reading_claims", "DROP TABLE summaries", "DROP TABLE evidence_rich", "DROP INDEX submissions_day", "ALTER TABLE submissions DROP COLUMN revision",
		"DROP TABLE duty_records", "DROP TABLE timelines", "DROP TABLE calendar_links", "DROP TABLE register",
		"DROP TABLE import_mappings", "DROP TABLE keyed_versions", "DROP TABLE keyed_forms", "DROP TABLE keying_batches",
		"DROP TABLE notes", "DROP TABLE reading_list", "DROP TABLE saved_searches",
		"DROP TABLE released", "DROP TABLE releases",
		"DROP TABLE audit_head", "ALTER TABLE audit DROP COLUMN hash", "ALTER TABLE audit DROP COLUMN undone",
		"DROP TABLE readings", "DROP TABLE coded_answers", "DROP TABLE codings", "ALTER TABLE theme_runs DROP COLUMN method",
		"ALTER TABLE themes DROP COLUMN definition", "ALTER TABLE themes DROP COLUMN parent", "ALTER TABLE themes DROP COLUMN reason",
		"ALTER TABLE themes DROP COLUMN made_by", "ALTER TABLE themes DROP COLUMN name_from", "ALTER TABLE themes DROP COLUMN suggested_label", "ALTER TABLE themes DROP COLUMN draft",
		"DROP TABLE contacts", "DROP TABLE messages",
		"ALTER TABLE consultations DROP COLUMN paused", "ALTER TABLE submissions DROP COLUMN attention", "ALTER TABLE attachments DROP COLUMN original", "ALTER TABLE attachments DROP COLUMN position",
		"ALTER TABLE answers DROP COLUMN language", "ALTER TABLE answers DROP COLUMN translation",
		"DELETE FROM goose_db_version WHERE version_id >= 2",
	) {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	noError(t, db.Close())
	s = OpenURL(t, url)
	for _, m := range want {
		wantSame(t, "a submission", must[*models.Submission](t)(s.Submission(ctx, m.ID)), m)
	}
	var texts, bare int
	row := raw(t, url).QueryRow("SELECT COUNT(*), SUM(CASE WHEN text LIKE '%a%' AND text LIKE '% %' THEN 1 ELSE 0 END) FROM answers WHERE text <> ''")
	if noError(t, row.Scan(&texts, &bare)); texts == 0 || bare > 0 {
		t.Errorf("%d of %d texts can be read in the database", bare, texts)
	}
	if _, salt, _, err := s.Leaf(ctx, want[1].ID); err != nil || !bytes.Equal(salt, Hash(square, "salt", 0)) {
		t.Errorf("the salt is %x, %v", salt, err)
	}
	wantSame(t, "the public log", must[[][]byte](t)(s.LogHashes(ctx, square)), must[[][]byte](t)(s.Leaves(ctx, square)))
	wantSame(t, "a draft", must[[]byte](t)(s.Draft(ctx, []byte("d"))), []byte("sealed"))
	wantRun(t, s, themes)
	if c := must[*models.Consultation](t)(s.Consultation(ctx, square)); c.Paused {
		t.Error("an older consultation is paused")
	}
	if marked := must[[]*models.Submission](t)(s.SubmissionsForAttention(ctx, square, false)); len(marked) > 0 {
		t.Errorf("%d older submissions are marked", len(marked))
	}
}

func testPaused(t *testing.T, url string) {
	s := OpenURL(t, url)
	wantKind(t, s.SetPaused(ctx, square, true), models.KindConflict)
	Save(t, s, []byte(Invented))
	wantKind(t, s.SetPaused(ctx, square, true), models.KindConflict) // a draft
	noError(t, s.MoveStatus(ctx, square, models.StatusDraft, models.StatusOpen))
	wantKind(t, s.SetPaused(ctx, square, false), models.KindConflict) // it runs already
	paused := func() bool { return must[*models.Consultation](t)(s.Consultation(ctx, square)).Paused }
	if paused() {
		t.Error("it opens paused")
	}
	noError(t, s.SetPaused(ctx, square, true))
	if !paused() || !must[[]*models.Consultation](t)(s.Consultations(ctx))[0].Paused {
		t.Error("it is not paused")
	}
	wantKind(t, s.SetPaused(ctx, square, true), models.KindConflict)
	noError(t, s.SetPaused(ctx, square, false))
	if paused() {
		t.Error("it does not go on")
	}
	noError(t, s.MoveStatus(ctx, square, models.StatusOpen, models.StatusClosed))
	wantKind(t, s.SetPaused(ctx, square, true), models.KindConflict)

	// Of two officers at once, one does it.
	noError(t, s.SaveConsultation(ctx, Save(t, s, Version("a-park", 1)), Version("a-park", 1)))
	noError(t, s.MoveStatus(ctx, "a-park", models.StatusDraft, models.StatusOpen))
	var pausing sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range 8 {
		pausing.Go(func() {
			err := s.SetPaused(ctx, "a-park", true)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				done++
			} else {
				wantKind(t, err, models.KindConflict)
			}
		})
	}
	pausing.Wait()
	if done != 1 {
		t.Errorf("paused %d times", done)
	}
}

// testReplace puts one submission in the place of another.
func testReplace(t *testing.T, url string) {
	const canary = "canary-testimony"
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	n := Submission(square, 0)
	m := &n.Submission
	m.Answers[2].Text, m.Answers[2].Redacted, m.Answers[2].Translation = strings.Repeat(canary+" ", 900), canary, canary
	m.Attachments = []models.Attachment{{Key: "key", Kind: "PDF", Text: canary, Original: "sealed"}}
	m.Attention = []models.Attention{models.AttentionMisread}
	Create(t, s, n)
	noError(t, s.AddMessage(ctx, m.ID, models.Message{Day: "2026-11-02", Text: canary}))

	second := Submission(square, 1)
	second.Receipt = n.Receipt
	second.Submission.Attachments = m.Attachments // the same file goes with it
	second.Submission.Attachments[0].Text = "read again"
	replace := func(then error) error {
		return s.Tx(ctx, func(tx *store.Store) error {
			if err := tx.ReplaceSubmission(ctx, m.ID); err != nil {
				return err
			}
			if created, err := tx.CreateSubmission(ctx, second); err != nil || !created {
				return fmt.Errorf("created %v: %w", created, err)
			}
			return then
		})
	}
	// All or nothing: the first stays if the second cannot be kept.
	oops := errors.New("oops")
	if err := replace(oops); !errors.Is(err, oops) {
		t.Fatalf("rolled back with %v", err)
	}
	if got := must[*models.Submission](t)(s.SubmissionByReceipt(ctx, n.Receipt)); got.ID != m.ID || got.Status != models.SubmissionLive || len(got.Answers) != 4 || len(got.Attachments) != 1 {
		t.Errorf("after a replacement that failed: %+v", got)
	}
	noError(t, replace(nil))

	gone := &models.Submission{ID: m.ID, PublicID: m.PublicID, Consultation: square, FormVersion: 1, Day: m.Day, Channel: m.Channel, Language: "en", Path: m.Path, Status: models.SubmissionReplaced}
	wantSame(t, "what is left of the first", must[*models.Submission](t)(s.Submission(ctx, m.ID)), gone, cmpopts.EquateEmpty())
	wantSame(t, "behind the receipt", must[*models.Submission](t)(s.SubmissionByReceipt(ctx, n.Receipt)), &second.Submission)
	wantSame(t, "counts", must[map[models.SubmissionStatus]int](t)(s.CountSubmissions(ctx, square)),
		map[models.SubmissionStatus]int{models.SubmissionLive: 1, models.SubmissionReplaced: 1})
	wantSame(t, "live", read(t, s, square), []string{second.Submission.ID})
	if got := must[[]models.Message](t)(s.Messages(ctx, m.ID)); len(got) > 0 {
		t.Errorf("the messages stay: %v", got)
	}
	leaf, salt, position, err := s.Leaf(ctx, m.ID)
	if err != nil || !bytes.Equal(leaf, n.Leaf) || len(salt) != 0 || position != 0 {
		t.Errorf("leaf %x with salt %x at %d, error %v: want the leaf without its salt", leaf, salt, position, err)
	}
	if got := len(must[[][]byte](t)(s.Leaves(ctx, square))); got != 2 {
		t.Errorf("%d leaves, want 2", got)
	}
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok { // what is gone is not on the disk either
		for _, name := range []string{path, path + "-wal"} {
			content, err := os.ReadFile(name)
			noError(t, err)
			if bytes.Contains(content, []byte(canary)) {
				t.Errorf("%s still holds what was replaced", filepath.Base(name))
			}
		}
	}
	wantKind(t, s.ReplaceSubmission(ctx, m.ID), models.KindConflict)
	wantKind(t, s.ReplaceSubmission(ctx, "nobody"), models.KindNotFound)
	noError(t, s.MoveSubmission(ctx, second.Submission.ID, models.SubmissionLive, models.SubmissionVoid))
	wantKind(t, s.ReplaceSubmission(ctx, second.Submission.ID), models.KindConflict)
	if got := must[*models.Submission](t)(s.SubmissionByReceipt(ctx, n.Receipt)); len(got.Answers) != 4 {
		t.Error("a replacement that was refused erased something")
	}
}

func testAttention(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 4)
	Save(t, s, Version("a-park", 1))
	marked := func(consultation string) (ids []string) {
		for _, m := range must[[]*models.Submission](t)(s.SubmissionsForAttention(ctx, consultation, false)) {
			if len(m.Answers) != 4 {
				t.Errorf("%s comes with %d answers", m.ID, len(m.Answers))
			}
			ids = append(ids, fmt.Sprint(m.ID, m.Attention))
		}
		return ids
	}
	if got := marked(square); len(got) > 0 {
		t.Errorf("marked at first: %q", got)
	}
	noError(t, s.SetAttention(ctx, submissions[2].ID, []models.Attention{models.AttentionHoneypot, models.AttentionHurried}))
	noError(t, s.SetAttention(ctx, submissions[0].ID, []models.Attention{models.AttentionMisread, models.AttentionSeen}))
	noError(t, s.SetAttention(ctx, submissions[3].ID, []models.Attention{models.AttentionReply}))
	n := Submission("a-park", 0)
	n.Submission.Attention = []models.Attention{models.AttentionUnworked} // at the time it is kept
	Create(t, s, n)
	wantSame(t, "marked", marked(square), []string{submissions[0].ID + "[misread seen]", submissions[2].ID + "[honeypot hurried]", submissions[3].ID + "[reply]"})
	wantSame(t, "marked elsewhere", marked("a-park"), []string{n.Submission.ID + "[unworked]"})
	got := must[*models.Submission](t)(s.Submission(ctx, submissions[2].ID))
	wantSame(t, "one of them", got.Attention, []models.Attention{models.AttentionHoneypot, models.AttentionHurried})

	noError(t, s.SetAttention(ctx, submissions[2].ID, nil)) // no reason any more
	noError(t, s.MoveSubmission(ctx, submissions[3].ID, models.SubmissionLive, models.SubmissionWithdrawn))
	wantSame(t, "marked", marked(square), []string{submissions[0].ID + "[misread seen]"})
	wantKind(t, s.SetAttention(ctx, "nobody", nil), models.KindNotFound)
}

func testPile(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 5)
	ids := make([]string, len(submissions))
	for i, m := range submissions {
		ids[i] = m.ID
	}
	hurried, honeypot, reply, spam := models.AttentionHurried, models.AttentionHoneypot, models.AttentionReply, models.AttentionSpam
	for i, marks := range [][]models.Attention{{hurried}, {honeypot, hurried}, {hurried, reply}, {reply}, nil} {
		noError(t, s.SetAttention(ctx, ids[i], marks))
	}
	live, void := models.SubmissionLive, models.SubmissionVoid
	marked := func(status models.SubmissionStatus, anyOf, not []models.Attention) []string {
		return must[[]string](t)(s.Marked(ctx, square, status, anyOf, not))
	}
	wantSame(t, "likely automated", marked(live, models.Automated, models.Spoken), ids[:2])
	wantSame(t, "any", marked(live, nil, []models.Attention{reply}), []string{ids[0], ids[1], ids[4]})
	wantSame(t, "elsewhere", len(must[[]string](t)(s.Marked(ctx, "a-park", live, nil, nil))), 0)

	wantSame(t, "moved", must[int](t)(s.MoveMarked(ctx, ids[:2], live, void, spam, false)), 2)
	wantSame(t, "moved twice", must[int](t)(s.MoveMarked(ctx, ids[:2], live, void, spam, false)), 0)
	wantSame(t, "set aside", marked(void, []models.Attention{spam}, nil), ids[:2])
	got := must[*models.Submission](t)(s.Submission(ctx, ids[1]))
	wantSame(t, "one of them", got.Attention, []models.Attention{honeypot, hurried, spam})
	wantSame(t, "without those set aside as spam", len(must[[]*models.Submission](t)(s.SubmissionsForAttention(ctx, square, false))), 2)
	wantSame(t, "moved back", must[int](t)(s.MoveMarked(ctx, ids, void, live, spam, true)), 2)
	got = must[*models.Submission](t)(s.Submission(ctx, ids[1]))
	wantSame(t, "one of them", got.Attention, []models.Attention{honeypot, hurried})
	wantSame(t, "with few", len(must[[]*models.Submission](t)(s.SubmissionsForAttention(ctx, square, true))), 2)

	noError(t, s.EnqueueAll(ctx, models.JobIndex, ids))
	noError(t, s.EnqueueAll(ctx, models.JobIndex, ids)) // which asks for the same
	wantSame(t, "jobs", len(must[[]models.Job](t)(s.ClaimJobs(ctx, 100, time.Minute))), len(ids))
}

func testMessages(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 2)
	if got := must[[]models.Message](t)(s.Messages(ctx, submissions[0].ID)); len(got) != 0 {
		t.Errorf("messages at first: %v", got)
	}
	want := []models.Message{
		{Officer: true, Day: "2026-11-02", Text: "Which steps do you mean?"},
		{Day: "2026-11-04", Text: "Cele de lângă pod.\n\u0a2a\u0a41\u0a32"},
		{Officer: true, Day: "2026-11-03", Text: "Thank you."}, // as they came, not by day
	}
	for _, m := range want {
		noError(t, s.AddMessage(ctx, submissions[0].ID, m))
	}
	wantSame(t, "messages", must[[]models.Message](t)(s.Messages(ctx, submissions[0].ID)), want)
	if got := must[[]models.Message](t)(s.Messages(ctx, submissions[1].ID)); len(got) != 0 {
		t.Errorf("another submission has %v", got)
	}
	wantKind(t, s.AddMessage(ctx, "nobody", want[0]), models.KindNotFound)
	if err := s.AddMessage(ctx, submissions[1].ID, models.Message{Day: "2026-11-02T09:30", Text: "x"}); err == nil {
		t.Error("a message was kept with its time of day")
	}
	if got := count(t, raw(t, url), "messages"); got != 3 {
		t.Errorf("%d rows, want 3", got)
	}
}

func testMessagesConcurrently(t *testing.T, url string) {
	s := OpenURL(t, url)
	replica := OpenURL(t, url)
	submissions := Seed(t, s, 1)
	var writing sync.WaitGroup
	for i := range 20 {
		s := s
		if i%2 == 1 {
			s = replica
		}
		writing.Go(func() {
			if err := s.AddMessage(ctx, submissions[0].ID, models.Message{Day: "2026-11-02", Text: fmt.Sprint(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	writing.Wait()
	seen := map[string]bool{}
	for _, m := range must[[]models.Message](t)(s.Messages(ctx, submissions[0].ID)) {
		seen[m.Text] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d messages, want all 20", len(seen))
	}
}

// testLaterTexts: what is read and translated after sending stands beside what
// was sent and changes nothing of it.
func testLaterTexts(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 2)
	n := Submission(square, 2)
	n.Submission.Attachments = []models.Attachment{{Key: "k1", Kind: "PDF", SHA256: "aa", Original: "o1"}, {Key: "k2", Kind: "PDF", SHA256: "bb"}}
	Create(t, s, n)
	want := n.Submission
	noError(t, s.SetAttachmentText(ctx, "k1", "page one\fpage two"))
	noError(t, s.SetAttachmentText(ctx, "gone", "x")) // withdrawn meanwhile
	noError(t, s.SetTranslation(ctx, want.ID, "C2", "In English, by Ann.", "In English."))
	want.Attachments[0].Text, want.Answers[2].Translation = "page one\fpage two", "In English."
	want.Answers[2].Translated = "In English, by Ann."
	wantSame(t, "with its later texts", must[*models.Submission](t)(s.Submission(ctx, want.ID)), &want)
	wantSame(t, "another", must[*models.Submission](t)(s.Submission(ctx, submissions[0].ID)), submissions[0])
	noError(t, s.SetTranslation(ctx, want.ID, "C2", "", ""))
	want.Answers[2].Translation, want.Answers[2].Translated = "", ""
	wantSame(t, "without its translation", must[*models.Submission](t)(s.Submission(ctx, want.ID)), &want)
	wantKind(t, s.SetTranslation(ctx, want.ID, "Z9", "x", "x"), models.KindNotFound)
	wantKind(t, s.SetTranslation(ctx, "nobody", "C2", "x", "x"), models.KindNotFound)
	if got := count(t, raw(t, url), "attachments"); got != 2 {
		t.Errorf("%d attachments, want 2", got)
	}
}

// testDraftsConcurrently: of many who change a draft at once, each either
// builds on what is there or is told that it changed.
func testDraftsConcurrently(t *testing.T, url string) {
	s := OpenURL(t, url)
	replica := OpenURL(t, url)
	id := []byte{7}
	noError(t, s.SaveDraft(ctx, id, []byte("0"), time.Now().Add(time.Hour)))
	const people, each = 8, 10
	var changing sync.WaitGroup
	for p := range people {
		s := s
		if p%2 == 1 {
			s = replica
		}
		changing.Go(func() {
			for done := 0; done < each; {
				was, err := s.Draft(ctx, id)
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				_, _ = fmt.Sscan(string(was), &n)
				switch err := s.UpdateDraft(ctx, id, was, []byte(fmt.Sprint(n+1)), time.Now().Add(time.Hour)); models.KindOf(err) {
				case models.KindConflict:
				default:
					if err != nil {
						t.Error(err)
						return
					}
					done++
				}
			}
		})
	}
	changing.Wait()
	wantSame(t, "changes", string(must[[]byte](t)(s.Draft(ctx, id))), fmt.Sprint(people*each))

	// In a transaction, who has changed it is alone with it until the end.
	noError(t, s.SaveDraft(ctx, id, []byte("first"), time.Now().Add(time.Hour)))
	oops := errors.New("oops")
	err := s.Tx(ctx, func(tx *store.Store) error {
		noError(t, tx.UpdateDraft(ctx, id, []byte("first"), []byte("second"), time.Now().Add(time.Hour)))
		noError(t, tx.KeepDraftFiles(ctx, []string{"f"}, time.Now().Add(-time.Hour)))
		return oops
	})
	if !errors.Is(err, oops) {
		t.Errorf("rolled back with %v", err)
	}
	wantSame(t, "after taking it back", string(must[[]byte](t)(s.Draft(ctx, id))), "first")
	if files := must[[]string](t)(s.ExpiredDraftFiles(ctx)); len(files) > 0 {
		t.Errorf("the files stay noted: %v", files)
	}
}

func testContacts(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))
	if got := must[[][]byte](t)(s.Contacts(ctx, square)); len(got) > 0 {
		t.Errorf("addresses at first: %x", got)
	}
	noError(t, s.SaveContact(ctx, square, []byte{0, 9}, []byte("nine")))
	noError(t, s.SaveContact(ctx, square, []byte{0, 1}, []byte{0, 0xff}))
	noError(t, s.SaveContact(ctx, square, []byte{0, 9}, []byte("nine again"))) // once for each
	noError(t, s.SaveContact(ctx, "a-park", []byte{0, 9}, []byte("elsewhere")))
	wantSame(t, "addresses", must[[][]byte](t)(s.Contacts(ctx, square)), [][]byte{{0, 0xff}, []byte("nine")})
	wantKind(t, s.SaveContact(ctx, "nowhere", []byte{1}, []byte("x")), models.KindNotFound)
	noError(t, s.DeleteContact(ctx, square, []byte{0, 9}))
	noError(t, s.DeleteContact(ctx, square, []byte{0, 9}))
	noError(t, s.DeleteContact(ctx, "nowhere", []byte{0, 9}))
	wantSame(t, "addresses", must[[][]byte](t)(s.Contacts(ctx, square)), [][]byte{{0, 0xff}})
	wantSame(t, "addresses elsewhere", must[[][]byte](t)(s.Contacts(ctx, "a-park")), [][]byte{[]byte("elsewhere")})
	var adding sync.WaitGroup
	for range 8 {
		adding.Go(func() {
			if err := s.SaveContact(ctx, square, []byte{5}, []byte("five")); err != nil {
				t.Error(err)
			}
		})
	}
	adding.Wait()
	wantSame(t, "addresses", must[[][]byte](t)(s.Contacts(ctx, square)), [][]byte{{0, 0xff}, []byte("five")})
	opening := models.ContactOpening{Consultation: square}
	wantSame(t, "who may open it at first", must[models.ContactOpening](t)(s.ContactOpening(ctx, square)), opening)
	opening.By, opening.Reason, opening.Day = "u1", "To tell them.", "2026-11-02"
	noError(t, s.SaveContactOpening(ctx, opening))
	opening.AgreedBy, opening.Agreed = "u2", "2026-11-03"
	noError(t, s.SaveContactOpening(ctx, opening))
	wantSame(t, "who may open it", must[models.ContactOpening](t)(s.ContactOpening(ctx, square)), opening)
}

func testEquality(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	Save(t, s, Version("a-park", 1))
	wantKind(t, s.SaveEquality(ctx, "nowhere", map[string]string{"E1": "x"}), models.KindNotFound)
	var answering sync.WaitGroup
	for i := range 40 {
		answering.Go(func() {
			answers := map[string]string{"E1": "under_25", "E2": "yes", "E3": "no"}
			if i%4 == 0 {
				answers = map[string]string{"E1": "over_24"}
			}
			if err := s.SaveEquality(ctx, square, answers); err != nil {
				t.Error(err)
			}
		})
	}
	answering.Wait()
	noError(t, s.SaveEquality(ctx, square, nil))
	noError(t, s.SaveEquality(ctx, "a-park", map[string]string{"E1": "under_25"}))
	wantSame(t, "counts", must[map[string]map[string]int](t)(s.EqualityCounts(ctx, square)), map[string]map[string]int{
		"E1": {"under_25": 30, "over_24": 10}, "E2": {"yes": 30}, "E3": {"no": 30},
	})
	if got := must[map[string]map[string]int](t)(s.EqualityCounts(ctx, "nowhere")); len(got) != 0 {
		t.Errorf("counts of nothing: %v", got)
	}
}

func testAudit(t *testing.T, url string) {
	clock := NewClock("2026-11-02T03:30:00+05:00") // still the day before in UTC
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	for _, e := range []models.AuditEvent{
		{Actor: "u1", Action: "theme.approved", Object: "t1", Consultation: square, Reason: "read all of it"},
		{Actor: models.ActorRespondent, Action: "submission.received", Object: "s1", Consultation: square},
		{Actor: models.ActorRespondent, Action: "submission.withdrawn", Time: "10:11", Consultation: square},
		{Actor: models.ActorPortal, Action: "backup.made", Day: "2026-10-01", Time: "04:05"},
		{Actor: models.ActorPortal, Action: "backup.made", Day: "2026-10-02"},
	} {
		noError(t, s.Audit(ctx, e))
	}
	want := []models.AuditEvent{
		{Day: "2026-10-02", Actor: models.ActorPortal, Action: "backup.made"},
		{Day: "2026-10-01", Actor: models.ActorPortal, Action: "backup.made"},
		{Day: "2026-11-01", Time: "22:30", Actor: "u1", Action: "theme.approved", Object: "t1", Consultation: square, Reason: "read all of it"},
	}
	got := must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 0))
	wantSame(t, "all", got, want, cmpopts.IgnoreFields(models.AuditEvent{}, "Sequence", "Hash"))
	for i := 1; i < len(got); i++ {
		if got[i].Sequence >= got[i-1].Sequence {
			t.Errorf("sequence %d after %d", got[i].Sequence, got[i-1].Sequence)
		}
	}
	wantSame(t, "newest of one", must[[]models.AuditEvent](t)(s.AuditTrail(ctx, square, 2)), got[2:])
	noError(t, s.RecordRespondents(ctx, "2026-11-01")) // of the days before
	wantSame(t, "on the day", must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 0)), got)
	noError(t, s.RecordRespondents(ctx, "2026-11-02"))
	later := must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 2))
	slices.SortFunc(later, func(x, y models.AuditEvent) int { return strings.Compare(x.Action, y.Action) })
	wantSame(t, "the day after", later, []models.AuditEvent{
		{Day: "2026-11-01", Actor: models.ActorRespondent, Action: "submission.received", Object: "s1", Consultation: square},
		{Day: "2026-11-01", Actor: models.ActorRespondent, Action: "submission.withdrawn", Consultation: square},
	}, cmpopts.IgnoreFields(models.AuditEvent{}, "Sequence", "Hash"))
	all := must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 0))
	received := slices.IndexFunc(all, func(e models.AuditEvent) bool { return e.Object == "s1" })
	for name, part := range map[string]struct {
		q    models.AuditQuery
		want []models.AuditEvent
	}{
		"everything":               {models.AuditQuery{}, all},
		"a page":                   {models.AuditQuery{Before: all[1].Sequence, Limit: 2}, all[2:4]},
		"the last page":            {models.AuditQuery{Before: all[3].Sequence, Limit: 2}, all[4:]},
		"after the last page":      {models.AuditQuery{Before: all[4].Sequence, Limit: 2}, nil},
		"a page of one":            {models.AuditQuery{Consultation: square, Before: all[0].Sequence, Limit: 1}, all[1:2]},
		"who":                      {models.AuditQuery{About: models.ActorPortal}, all[2:4]},
		"to what":                  {models.AuditQuery{About: "s1"}, all[received : received+1]},
		"who, before, in one":      {models.AuditQuery{Consultation: square, About: models.ActorRespondent, Before: all[0].Sequence}, all[1:2]},
		"who, in another":          {models.AuditQuery{Consultation: "a-park", About: "u1"}, nil},
		"an id with signs of ours": {models.AuditQuery{About: "%"}, nil},
	} {
		wantSame(t, name, must[[]models.AuditEvent](t)(s.AuditPart(ctx, part.q)), part.want, cmpopts.EquateEmpty())
	}
}

// Between acts of staff, whose times are kept, nothing tells when respondents did
// something: neither before it is in the record nor after, not even in which order.
// Two programs that record it at once do so once.
func testAuditOfRespondents(t *testing.T, url string) {
	clock := NewClock("2026-11-02T10:00:00Z")
	s := OpenURL(t, url, store.Options{Now: clock.Now})
	var came []string
	for i := range 40 {
		came = append(came, fmt.Sprintf("s%02d", i))
		noError(t, s.Audit(ctx, models.AuditEvent{Actor: models.ActorRespondent, Action: "submission.received", Object: came[i]}))
		noError(t, s.Audit(ctx, models.AuditEvent{Actor: "u1", Action: "submission.read"}))
		clock.Advance(time.Minute)
	}
	other := OpenURL(t, url, store.Options{Now: clock.Now})
	var both sync.WaitGroup
	for _, s := range []*store.Store{s, other} {
		both.Go(func() {
			if err := s.RecordRespondents(ctx, "2026-11-03"); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if n, _, err := s.VerifyAudit(ctx); err != nil || n != 80 {
		t.Errorf("the record has %d acts (%v), want 80", n, err)
	}
	var order []string
	for _, e := range must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 40)) {
		if e.Actor != models.ActorRespondent || e.Time != "" {
			t.Errorf("among the last: %+v", e)
		}
		order = append(order, e.Object)
	}
	slices.Reverse(order)
	if slices.Equal(order, came) {
		t.Error("the record tells in which order they came")
	}
	if slices.Sort(order); !slices.Equal(order, came) {
		t.Errorf("recorded: %v", order)
	}
	if n := count(t, raw(t, url), "audit_pending"); n != 0 {
		t.Errorf("%d acts still wait", n)
	}
}

// Whatever a transaction does and takes back, its acts stay in the record; and
// none of them can be changed, added or taken out unseen.
func testAuditChain(t *testing.T, url string) {
	s := OpenURL(t, url)
	whole := func(want int) string {
		t.Helper()
		n, head, err := s.VerifyAudit(ctx)
		if err != nil || n != want {
			t.Fatalf("the record has %d acts (%v), want %d", n, err, want)
		}
		return head
	}
	whole(0)
	act := func(actor, action string) models.AuditEvent {
		return models.AuditEvent{Actor: actor, Action: action, Consultation: square}
	}
	failure := errors.New("something went wrong afterwards")
	if err := s.Tx(ctx, func(tx *store.Store) error {
		noError(t, tx.Audit(ctx, act("u1", "original.read")))
		noError(t, tx.Audit(ctx, act(models.ActorRespondent, "submission.received")))
		noError(t, tx.Audit(ctx, act(models.ActorPortal, "themes.found")))
		return failure
	}); !errors.Is(err, failure) {
		t.Fatalf("Tx: %v", err)
	}
	whole(1) // an officer's; respondents' and jobs' failures leave no trace
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		noError(t, tx.Audit(ctx, act("u1", "first")))
		if err := tx.Tx(ctx, func(inner *store.Store) error {
			noError(t, inner.Audit(ctx, act("u1", "part")))
			return failure
		}); !errors.Is(err, failure) {
			t.Errorf("the part: %v", err)
		}
		return tx.Audit(ctx, act("u1", "last"))
	}))
	func() {
		defer func() { _ = recover() }()
		_ = s.Tx(ctx, func(tx *store.Store) error {
			noError(t, tx.Audit(ctx, act("u1", "panicked")))
			panic("in the middle")
		})
	}()
	var got []string
	trail := must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 0))
	for _, e := range slices.Backward(trail) {
		got = append(got, fmt.Sprint(e.Sequence, e.Action, e.Undone))
	}
	wantSame(t, "acts", got, []string{"1original.readtrue", "2firstfalse", "3lastfalse", "4parttrue", "5panickedtrue"})

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				if err := s.Audit(ctx, act("u2", "at once")); err != nil {
					t.Errorf("Audit: %v", err)
				}
			}
		})
	}
	group.Wait()
	head := whole(45)

	events := must[[]models.AuditEvent](t)(s.AuditTrail(ctx, "", 0))
	slices.Reverse(events)
	for name, change := range map[string]func([]models.AuditEvent) []models.AuditEvent{
		"a reason added": func(e []models.AuditEvent) []models.AuditEvent { e[7].Reason = "x"; return e },
		"an act moved":   func(e []models.AuditEvent) []models.AuditEvent { e[7], e[8] = e[8], e[7]; return e },
		"the first gone": func(e []models.AuditEvent) []models.AuditEvent { return e[1:] },
		"one gone":       func(e []models.AuditEvent) []models.AuditEvent { return slices.Delete(e, 20, 21) },
		"the last gone":  func(e []models.AuditEvent) []models.AuditEvent { return e[:len(e)-1] },
		"all gone":       func([]models.AuditEvent) []models.AuditEvent { return nil },
		"hashes gone": func(e []models.AuditEvent) []models.AuditEvent {
			for i := range e {
				e[i].Hash = ""
			}
			return e
		},
		"undone denied":    func(e []models.AuditEvent) []models.AuditEvent { e[0].Undone = false; return e },
		"a field moved on": func(e []models.AuditEvent) []models.AuditEvent { e[4].Actor, e[4].Action = "u1p", "anicked"; return e },
	} {
		if models.VerifyAudit(change(slices.Clone(events)), head) == nil {
			t.Errorf("%s: the record passes as whole", name)
		}
	}
	if err := models.VerifyAudit(events, head); err != nil {
		t.Errorf("the record as it is: %v", err)
	}
}

func testReports(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	_, _, err := s.Report(ctx, square)
	wantKind(t, err, models.KindNotFound)
	wantKind(t, s.SaveReport(ctx, "nowhere", 1, []byte("x"), "h"), models.KindNotFound)
	data := bytes.Repeat([]byte{0, 1, 0xff}, 100000)
	noError(t, s.SaveReport(ctx, square, 1, data, "h1"))
	noError(t, s.SaveReport(ctx, square, 1, data, "h1"))
	wantKind(t, s.SaveReport(ctx, square, 1, []byte("y"), "h1"), models.KindConflict)
	wantKind(t, s.SaveReport(ctx, square, 1, data, "h2"), models.KindConflict)
	noError(t, s.SaveReport(ctx, square, 2, []byte("two"), "h2"))
	version, got, err := s.Report(ctx, square)
	if err != nil || version != 2 || string(got) != "two" {
		t.Errorf("version %d, %q, error %v", version, got, err)
	}
}

// testUnkeepable: text that PostgreSQL cannot keep is refused on both, before
// the database sees it and with words for the person.
func testUnkeepable(t *testing.T, url string) {
	s := OpenURL(t, url)
	submissions := Seed(t, s, 1)
	for name, bad := range map[string]string{"null character": "a\x00b", "broken encoding": "a\xffb"} {
		t.Run(name, func(t *testing.T) {
			refused := func(what string, err error) {
				t.Helper()
				if models.KindOf(err) != models.KindInvalid || !strings.Contains(err.Error(), "characters that cannot be kept") {
					t.Errorf("%s: %v", what, err)
				}
			}
			for what, change := range map[string]func(*models.Submission){
				"text":        func(m *models.Submission) { m.Answers[2].Text = bad },
				"option":      func(m *models.Submission) { m.Answers[0].Options = []string{bad} },
				"group":       func(m *models.Submission) { m.Groups = []string{bad} },
				"channel":     func(m *models.Submission) { m.Channel = models.Channel(bad) },
				"source":      func(m *models.Submission) { m.Source = bad },
				"translation": func(m *models.Submission) { m.Answers[2].Translation = bad },
				"attention":   func(m *models.Submission) { m.Attention = []models.Attention{models.Attention(bad)} },
				"original":    func(m *models.Submission) { m.Attachments = []models.Attachment{{Key: "k", Original: bad}} },
			} {
				n := Submission(square, 9)
				change(&n.Submission)
				_, err := s.CreateSubmission(ctx, n)
				refused(what, err)
			}
			_, err := s.Submission(ctx, bad)
			refused("looking for it", err)
			refused("message", s.AddMessage(ctx, submissions[0].ID, models.Message{Day: "2026-11-02", Text: bad}))
			refused("translating", s.SetTranslation(ctx, submissions[0].ID, "C2", bad, bad))
			refused("marking", s.SetAttention(ctx, submissions[0].ID, []models.Attention{models.Attention(bad)}))
			refused("job", s.Enqueue(ctx, models.JobIndex, bad, 0))
			refused("audit", s.Audit(ctx, models.AuditEvent{Actor: "u1", Reason: bad}))
			refused("user", s.SaveUser(ctx, models.User{ID: "u1", Email: bad}))
			refused("equality", s.SaveEquality(ctx, square, map[string]string{"E1": bad}))
			themes := run([]*models.Submission{submissions[0], submissions[0], submissions[0]})
			themes.Campaigns[0].Template = bad
			themes.Placements = nil
			refused("campaign", s.SaveThemes(ctx, themes))
			refused("theme", s.CreateTheme(ctx, models.Theme{ID: "t", Consultation: square, Label: "x", Definition: bad}))
			refused("coding", s.AddCodings(ctx, []models.Coding{{Theme: "t", AnswerKey: models.AnswerKey{Submission: submissions[0].ID, Question: bad}, Day: "2026-11-02"}}))
			refused("saved search", s.SaveSearch(ctx, models.SavedSearch{ID: "s", Consultation: square, Name: bad, Day: "2026-11-02"}))
			refused("note", s.SaveNote(ctx, models.Note{ID: "n", Submission: submissions[0].ID, Day: "2026-11-02", Text: bad}))
			refused("coded", s.SaveCoded(ctx, models.CodedAnswer{AnswerKey: models.AnswerKey{Submission: submissions[0].ID, Question: bad}, Day: "2026-11-02"}))
		})
	}
	if got := len(read(t, s, square)); got != 1 {
		t.Errorf("%d submissions, want the first alone", got)
	}
}

// testNoLeaks makes statements and reading fail around a row that holds a
// word, and looks for the word in errors and in the log.
func testNoLeaks(t *testing.T, url string) {
	const canary = "canary-testimony"
	var log bytes.Buffer
	s := OpenURL(t, url, store.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	Save(t, s, []byte(Invented))
	sub := Submission(square, 0)
	sub.Submission.Answers[2].Text = canary
	sub.Submission.ID = canary + "-id"
	sub.Submission.PublicID = canary + "-public"
	Create(t, s, sub)
	failing := map[string]func() error{}
	failing["a message that is refused"] = func() error {
		return s.AddMessage(ctx, sub.Submission.ID, models.Message{Day: canary, Text: canary})
	}
	failing["a note that is refused"] = func() error {
		return s.SaveNote(ctx, models.Note{ID: canary, Submission: sub.Submission.ID, Day: canary, Text: canary})
	}
	failing["a search for no consultation"] = func() error {
		return s.SaveSearch(ctx, models.SavedSearch{ID: canary, Consultation: canary, Name: canary, Query: canary, Day: "2026-11-02"})
	}
	failing["an address for no consultation"] = func() error { return s.SaveContact(ctx, canary, []byte(canary), []byte(canary)) }
	failing["a mark on nothing"] = func() error { return s.SetAttention(ctx, canary, []models.Attention{canary}) }

	badDay := Submission(square, 1)
	badDay.Submission.Day = canary
	badDay.Submission.Path = canary
	failing["a row that is refused"] = func() error { _, err := s.CreateSubmission(ctx, badDay); return err }
	sameID := sub
	sameID.Nonce = []byte(canary)
	failing["a key that is taken"] = func() error { _, err := s.CreateSubmission(ctx, sameID); return err }
	failing["a key that leads nowhere"] = func() error {
		return s.SaveThemes(ctx, models.ThemeRun{Consultation: square, Themes: []models.Theme{{ID: canary}},
			Placements: []models.Placement{{Theme: canary, Submission: canary, Question: canary}}})
	}
	db := raw(t, url)
	breakRow := func(statement string) {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	failing["a list that cannot be read"] = func() error {
		breakRow("UPDATE submissions SET groups = '" + canary + "'")
		_, err := s.Submission(ctx, sub.Submission.ID)
		return err
	}
	if strings.HasPrefix(url, "sqlite:") { // which keeps a word in a column for numbers
		failing["a number that cannot be read"] = func() error {
			breakRow("UPDATE submissions SET form_version = '" + canary + "'")
			for _, err := range s.Submissions(ctx, square) {
				return err
			}
			return nil
		}
		failing["a count that cannot be read"] = func() error {
			noError(t, s.Enqueue(ctx, models.JobIndex, canary, 0))
			breakRow("UPDATE jobs SET attempts = '" + canary + "'")
			_, err := s.ClaimJobs(ctx, 1, time.Minute)
			return err
		}
	}
	failing["a table that is gone"] = func() error {
		breakRow("ALTER TABLE themes RENAME TO elsewhere")
		defer breakRow("ALTER TABLE elsewhere RENAME TO themes")
		return s.UpdateTheme(ctx, models.Theme{ID: canary, Label: canary})
	}
	failing["counting in a table that is gone"] = func() error {
		breakRow("ALTER TABLE jobs RENAME TO elsewhere")
		defer breakRow("ALTER TABLE elsewhere RENAME TO jobs")
		_, err := s.CountJobs(ctx)
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(failing)) {
		log.Reset()
		err := failing[name]()
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		t.Logf("%s: %v\n%s", name, err, &log)
		for chain := err; chain != nil; chain = errors.Unwrap(chain) {
			if text := fmt.Sprintf("%v %+v %#v", chain, chain, chain); strings.Contains(text, canary) {
				t.Errorf("%s: the error repeats the row: %s", name, text)
			}
		}
		if strings.Contains(log.String(), canary) || strings.Contains(strings.ToUpper(log.String()), "SELECT *") {
			t.Errorf("%s: the log repeats the row: %s", name, &log)
		}
	}
	if !strings.Contains(log.String(), "operation=select") || !strings.Contains(log.String(), "code=") {
		t.Errorf("the log does not say what failed: %q", &log)
	}
}

func testCancelled(t *testing.T, url string) {
	s := OpenURL(t, url)
	Save(t, s, []byte(Invented))
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.CreateSubmission(cancelled, Submission(square, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("create: %v", err)
	}
	if _, err := s.Consultation(cancelled, square); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	if err := s.Ping(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("ping: %v", err)
	}
	during, stop := context.WithCancel(ctx)
	err := s.Tx(during, func(tx *store.Store) error {
		Create(t, tx, Submission(square, 0))
		stop()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("commit after cancel: %v", err)
	}
	Create(t, s, Submission(square, 0)) // nothing stayed, and the line of writers goes on
}
