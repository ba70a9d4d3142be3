package consult

import (
	"bytes"
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"heard/app/disclose"
	"heard/app/ledger"
	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// The public log takes what came in once a day, shuffled among padding, so that
// nobody sees how many came, who came first, or whether anything came at all. Only
// what became of each submission is told, in a roll-call when the analysis is
// frozen, by entries that only whoever has the submission's code can open.

// The files of the public log.
const (
	LogCheckpoint = ledger.CheckpointName
	LogLeaves     = ledger.LeavesName
	LogKey        = ledger.KeyName
	LogManifests  = ledger.ManifestsName
	LogOpenings   = ledger.OpeningsName
	LogTexts      = ledger.TextsName
)

// LogFiles are all of them.
var LogFiles = []string{LogCheckpoint, LogLeaves, LogKey, LogManifests, LogOpenings, LogTexts}

// logBatch is what the number of entries appended at once is a multiple of.
const logBatch = 16

// leaves returns the public log.
func (s *Service) leaves(ctx context.Context, from *store.Store, c *models.Consultation) ([]ledger.Hash, error) {
	raw, err := from.LogHashes(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	leaves := make([]ledger.Hash, len(raw))
	for i, b := range raw {
		leaves[i] = ledger.Hash(b)
	}
	return leaves, nil
}

// Checkpoint returns how many entries the public log holds, and its root.
func (s *Service) Checkpoint(ctx context.Context, c *models.Consultation) (size int, root string, err error) {
	leaves, err := s.leaves(ctx, s.store, c)
	return len(leaves), ledger.Root(leaves).String(), err
}

// LogKey returns what the signatures of a consultation's log and receipts are
// checked with.
func (s *Service) LogKey(c *models.Consultation) string { return s.key.Verifier(c.ID) }

// LogFile returns one file of the public log; see package ledger for which there
// are.
func (s *Service) LogFile(ctx context.Context, c *models.Consultation, name string) ([]byte, error) {
	select { // one after the other: whoever asks for them again and again keeps nobody else from answering
	case s.logFile <- struct{}{}:
		defer func() { <-s.logFile }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	switch name {
	case LogKey:
		return []byte(s.LogKey(c) + "\n"), nil
	case LogCheckpoint, LogLeaves:
		leaves, err := s.leaves(ctx, s.store, c)
		if err != nil || name == LogLeaves {
			return ledger.LeavesFile(leaves), err
		}
		return ledger.Checkpoint(s.key, c.ID, leaves)
	case LogManifests, LogOpenings:
		entries, err := s.store.Log(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		return s.openings(c, entries, name == LogManifests)
	case LogTexts:
		_, lines, err := s.publishedTexts(ctx, s.store, c)
		return []byte(strings.Join(lines, "")), err
	}
	return nil, models.NewError(models.KindNotFound, "The log has no such file.")
}

// openings returns the manifests, or what the entries are up to the last of them.
func (s *Service) openings(c *models.Consultation, entries []models.LogEntry, manifests bool) ([]byte, error) {
	var all []string
	for _, e := range entries {
		if e.Kind == ledger.KindManifest {
			all = append(all, e.Detail)
		}
	}
	if manifests || len(all) == 0 {
		return []byte(strings.Join(all, "\n")), nil
	}
	last, err := ledger.ParseManifests(all[len(all)-1])
	if err != nil || len(last) != 1 || last[0].Size > len(entries) {
		return nil, fmt.Errorf("a kept manifest cannot be read: %w", err)
	}
	return []byte(strings.Join(s.openingsOf(c, entries[:last[0].Size]), "\n") + "\n"), nil
}

func (s *Service) openingsOf(c *models.Consultation, entries []models.LogEntry) []string {
	lines := make([]string, len(entries))
	for i, e := range entries {
		if lines[i] = e.Kind; e.Kind == ledger.KindPadding {
			lines[i] = ledger.PaddingOpening(s.padding(c, e.Position))
		}
	}
	return lines
}

// padding is the seed of the padding at a position.
func (s *Service) padding(c *models.Consultation, position int) ledger.Salt {
	return s.key.Blind(ledger.KindPadding, c.ID, fmt.Sprint(position))
}

// LogDaily appends the day's batch to the log of every consultation that has not
// had it, and returns once each has. Before, what respondents did on the days
// before goes into the record of acts, whose head is in each batch.
func (s *Service) LogDaily(ctx context.Context) error {
	if err := s.store.RecordRespondents(ctx, s.today()); err != nil {
		return err
	}
	all, err := s.store.Consultations(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Status == models.StatusDraft {
			continue
		}
		if _, day, err := s.store.LogSize(ctx, c.ID); err != nil {
			return err
		} else if day >= s.today() {
			continue
		}
		err := s.store.Tx(ctx, func(tx *store.Store) error {
			c, err := hold(ctx, tx, c)
			if err != nil {
				return err
			}
			if _, day, err := tx.LogSize(ctx, c.ID); err != nil || day >= s.today() {
				return err // somebody else was first
			}
			entries, err := s.changes(ctx, tx, c)
			if err != nil {
				return err
			}
			texts, _, err := s.publishedTexts(ctx, tx, c)
			if err != nil {
				return err
			}
			return s.appendLog(ctx, tx, c, 0, s.today(), append(entries, texts...))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// everyDay is after every day.
const everyDay = "9999-12-31"

// appendLog appends a batch: the given entries, the head of the record of acts, and
// the leaves that came in before a day; shuffled, with padding. roll is the number
// of the roll-call that it is, 0 for none.
func (s *Service) appendLog(ctx context.Context, tx *store.Store, c *models.Consultation, roll int, before string, entries []models.LogEntry) error {
	head, err := tx.AuditHead(ctx)
	if err != nil {
		return err
	}
	if h, err := ledger.HexHash(head); err == nil {
		entry := ledger.AuditHead(h, s.today())
		at, err := tx.Logged(ctx, c.ID, entry[:])
		if err != nil {
			return err
		}
		if at < 0 {
			entries = append(entries, models.LogEntry{Hash: entry[:], Kind: ledger.KindAudit, Detail: head})
		}
	}
	leaves, err := tx.Unlogged(ctx, c.ID, before)
	if err != nil {
		return err
	}
	for _, leaf := range leaves {
		entries = append(entries, models.LogEntry{Hash: leaf, Kind: ledger.KindSubmission})
	}
	for len(entries)%logBatch != 0 || len(entries) == 0 {
		entries = append(entries, models.LogEntry{Kind: ledger.KindPadding})
	}
	var seed [32]byte
	if _, err := cryptorand.Read(seed[:]); err != nil {
		return err
	}
	rand.New(rand.NewChaCha8(seed)).Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
	size, _, err := tx.LogSize(ctx, c.ID)
	if err != nil {
		return err
	}
	for i := range entries {
		e := &entries[i]
		if e.Day, e.Roll = s.today(), roll; e.Kind == ledger.KindPadding {
			h := ledger.Padding(s.padding(c, size+i))
			e.Hash = h[:]
		}
	}
	return tx.AppendLog(ctx, c.ID, size, entries)
}

// stateOf is what became of a submission, as the log says it.
func stateOf(l models.Leaf, reasons map[string]string) string {
	switch {
	case l.Status == models.SubmissionLive && l.Erased != "":
		return ledger.StateErased
	case l.Status == models.SubmissionReplaced:
		return ledger.StateMerged
	case l.Status == models.SubmissionWithdrawn:
		return ledger.StateWithdrawn
	case l.Status == models.SubmissionVoid:
		return ledger.StateWithheld + " " + hashOf(reasons[l.Submission])
	}
	return ledger.StateCounted
}

// withheldFor returns why officers set submissions aside, by submission: their
// words on record, or "spam" for those that went with a pile.
func withheldFor(ctx context.Context, from *store.Store, c *models.Consultation, leaves []models.Leaf) (map[string]string, error) {
	reasons := map[string]string{}
	if !slices.ContainsFunc(leaves, func(l models.Leaf) bool { return l.Status == models.SubmissionVoid }) {
		return reasons, nil
	}
	acts, err := from.AuditTrail(ctx, c.ID, 0)
	if err != nil {
		return nil, err
	}
	piled, err := pileAside(ctx, from, c)
	for _, id := range piled {
		reasons[id] = string(models.AttentionSpam)
	}
	for _, a := range slices.Backward(acts) { // the oldest first
		if a.Action == "submission.set-aside" {
			reasons[a.Object] = a.Reason
		}
	}
	return reasons, err
}

// states returns an entry of one kind for each submission whose state is not the
// one of last.
func (s *Service) states(ctx context.Context, tx *store.Store, c *models.Consultation, kind string, last map[string]models.LogEntry) ([]models.LogEntry, error) {
	leaves, err := tx.LeavesOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	reasons, err := withheldFor(ctx, tx, c, leaves)
	if err != nil {
		return nil, err
	}
	var entries []models.LogEntry
	for _, l := range leaves {
		state := stateOf(l, reasons)
		if was, ok := last[l.Submission]; ok && was.Detail == state {
			continue
		}
		h := ledger.State(s.blind(c, kind, ledger.Hash(l.Hash), state), kind, ledger.Hash(l.Hash), state)
		entries = append(entries, models.LogEntry{Hash: h[:], Kind: kind, Submission: l.Submission, Detail: state})
	}
	return entries, nil
}

// blind is what opens the entry that tells a state.
func (s *Service) blind(c *models.Consultation, kind string, leaf ledger.Hash, state string) ledger.Salt {
	return s.key.Blind("state", c.ID, kind, leaf.String(), state)
}

// changes returns an entry for each submission whose state changed since the last
// roll-call, and that no entry tells of yet; none before the first.
func (s *Service) changes(ctx context.Context, tx *store.Store, c *models.Consultation) ([]models.LogEntry, error) {
	roll, _, err := tx.LogRoll(ctx, c.ID)
	if err != nil || roll == 0 {
		return nil, err
	}
	last, err := tx.LoggedStates(ctx, c.ID, "")
	if err != nil {
		return nil, err
	}
	entries, err := s.states(ctx, tx, c, ledger.Change(roll), last)
	// Who came since is told of in the next roll-call.
	return slices.DeleteFunc(entries, func(e models.LogEntry) bool { return last[e.Submission].Detail == "" }), err
}

// callRoll appends a roll-call: what has not been in the log yet, and what became
// of every submission. It does nothing when the last one still tells it.
func (s *Service) callRoll(ctx context.Context, tx *store.Store, c *models.Consultation) error {
	roll, _, err := tx.LogRoll(ctx, c.ID)
	if err != nil {
		return err
	}
	if roll > 0 {
		called, err := tx.LoggedStates(ctx, c.ID, "")
		if err != nil {
			return err
		}
		changed, err := s.states(ctx, tx, c, ledger.RollCall(roll), called)
		if err != nil {
			return err
		}
		since := func(e models.LogEntry) bool { return e.Kind != ledger.RollCall(roll) }
		if len(changed) == 0 && !slices.ContainsFunc(slices.Collect(maps.Values(called)), since) {
			return nil
		}
	}
	entries, err := s.states(ctx, tx, c, ledger.RollCall(roll+1), nil)
	if err != nil {
		return err
	}
	return s.appendLog(ctx, tx, c, roll+1, everyDay, entries)
}

// publishLog checks that the roll-call of a version of the report equals that of
// the log, and appends the version's manifest and the texts that it publishes.
func (s *Service) publishLog(ctx context.Context, tx *store.Store, c *models.Consultation, r *models.Report, hash string) error {
	m, err := s.manifest(ctx, tx, c, r, hash)
	if err != nil {
		return err
	}
	texts, _, err := s.publishedTexts(ctx, tx, c)
	if err != nil {
		return err
	}
	h := m.Entry()
	return s.appendLog(ctx, tx, c, 0, s.today(), append(texts, models.LogEntry{Hash: h[:], Kind: ledger.KindManifest, Detail: m.String()}))
}

// manifest accounts in the log for every submission that a report does.
func (s *Service) manifest(ctx context.Context, from *store.Store, c *models.Consultation, r *models.Report, hash string) (*ledger.Manifest, error) {
	entries, err := from.Log(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	m := &ledger.Manifest{Consultation: c.ID, Edition: r.Version.Number, Day: s.today()}
	if m.Roll, m.Size, err = from.LogRoll(ctx, c.ID); err != nil {
		return nil, err
	}
	if m.Report, err = ledger.HexHash(hash); err != nil {
		return nil, err
	}
	// Whoever was counted once stays in the figures of later versions.
	counted, err := from.Counted(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	hashes, states := make([]ledger.Hash, m.Size), 0
	is := map[string]int{}
	for i, e := range entries[:m.Size] {
		hashes[i] = ledger.Hash(e.Hash)
		switch e.Kind {
		case ledger.KindSubmission:
			m.Submissions++
		case ledger.RollCall(m.Roll):
			state, _, _ := strings.Cut(e.Detail, " ")
			if states++; state == ledger.StateCounted || state == ledger.StateErased || counted[e.Submission] > 0 {
				m.Counted++
			}
			if state == ledger.StateErased || counted[e.Submission] == 0 {
				is[state]++
			}
		}
	}
	leaves, err := from.LeavesOf(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	m.Root, m.Openings = ledger.Root(hashes), ledger.OpeningsHash(s.openingsOf(c, entries[:m.Size]))
	m.Uncounted = m.Submissions - m.Counted
	roll := r.RollCall
	withdrawn, merged, withheld := report.Gone(is[ledger.StateWithdrawn], is[ledger.StateMerged], is[ledger.StateWithheld])
	equal := m.Roll > 0 && r.Checkpoint == m.Root.String() && len(leaves) == m.Submissions && states == m.Submissions && roll.Submissions == m.Counted &&
		!slices.ContainsFunc(leaves, func(l models.Leaf) bool { return !l.Logged })
	if r.Version.Number == 1 { // later ones state what the first did
		equal = equal && roll.Uncounted == m.Uncounted && roll.Withdrawn == withdrawn && roll.Replaced == merged && roll.SetAside == withheld
	}
	if !equal {
		return nil, models.NewError(models.KindConflict, "The roll-call of this version does not equal the public log, so it cannot be published. Send it back, and propose it anew. If it happens again, tell whoever looks after the portal: a submission may have been lost.")
	}
	said := func(f models.Figure) int {
		if f.Masked {
			return ledger.Masked
		}
		return f.Value
	}
	m.Merged, m.Withheld, m.Withdrawn = said(merged), said(withheld), said(withdrawn)
	m.Erased = ledger.Masked
	if f := disclose.Count(is[ledger.StateErased], true); f.Shown {
		m.Erased = f.Value
	}
	return m, nil
}

// published returns every text that anybody may read: quotes in the versions of
// the report, and answers that their authors agreed to have published whole.
func (s *Service) published(ctx context.Context, from *store.Store, c *models.Consultation) ([]ledger.PublishedText, error) {
	if !c.Status.AtLeast(models.StatusFrozen) {
		return nil, nil
	}
	var texts []ledger.PublishedText
	versions, err := from.Versions(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		_, data, _, err := from.ReportVersion(ctx, c.ID, v.Number)
		if err != nil {
			return nil, err
		}
		r, err := reportOf(data)
		if err != nil {
			return nil, err
		}
		for _, t := range r.Themes {
			for _, q := range t.Quotes {
				texts = append(texts, ledger.PublishedText{ID: q.PublicID, Question: q.Question, Group: q.Group, Text: q.Text})
			}
		}
		for _, q := range r.HeardOnce {
			texts = append(texts, ledger.PublishedText{ID: q.PublicID, Question: q.Question, Group: q.Group, Text: q.Text})
		}
		for i, letter := range r.Campaigns {
			texts = append(texts, ledger.PublishedText{ID: fmt.Sprintf("letter %d.%d", v.Number, i+1), Text: letter.Text})
		}
	}
	if len(versions) > 0 {
		answers, err := publishedAnswers(ctx, from, c)
		if err != nil {
			return nil, err
		}
		texts = append(texts, answers...)
	}
	return slices.DeleteFunc(texts, func(t ledger.PublishedText) bool { return t.Text == "" || strings.Contains(t.Text, models.ErasedWords) }), nil
}

// publishedAnswers returns the answers that the public finds, as PublishedAnswers
// shows them.
func publishedAnswers(ctx context.Context, from *store.Store, c *models.Consultation) ([]ledger.PublishedText, error) {
	released, err := from.Released(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	var texts []ledger.PublishedText
	for sub, err := range from.Submissions(ctx, c.ID) {
		if err != nil {
			return nil, err
		}
		r, ok := released[sub.ID]
		if !ok {
			continue
		}
		for _, doc := range openAnswers(c, sub, quotable(c, sub, passages(c, sub, &themeView{})), r) {
			if a := sub.Answer(doc.Question); a != nil {
				t := ledger.PublishedText{ID: doc.ID, Text: a.Redacted}
				if q := c.Question(a.Question); q != nil && !q.Sensitive {
					t.Question = a.Question
				}
				texts = append(texts, t)
			}
		}
	}
	return texts, nil
}

// publishedTexts returns the entries of published texts that are not in the log
// yet, and the lines of those that are. A text that was taken back since is in
// neither; its entry stays and says nothing.
func (s *Service) publishedTexts(ctx context.Context, from *store.Store, c *models.Consultation) (entries []models.LogEntry, lines []string, err error) {
	texts, err := s.published(ctx, from, c)
	if err != nil || len(texts) == 0 {
		return nil, nil, err
	}
	hashes, err := s.leaves(ctx, from, c)
	if err != nil {
		return nil, nil, err
	}
	there, now := map[ledger.Hash]bool{}, map[ledger.Hash]bool{}
	for _, h := range hashes {
		there[h] = true
	}
	slices.SortFunc(texts, func(x, y ledger.PublishedText) int {
		return cmp.Or(cmp.Compare(x.ID, y.ID), cmp.Compare(x.Question, y.Question), cmp.Compare(x.Text, y.Text), cmp.Compare(x.Group, y.Group))
	})
	for _, t := range texts {
		h, line, err := t.Seal(s.key, c.ID)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case now[h]:
		case there[h]:
			lines = append(lines, line+"\n")
		default:
			entries = append(entries, models.LogEntry{Hash: h[:], Kind: ledger.KindText})
		}
		now[h] = true
	}
	return entries, lines, nil
}

// receiptOf returns the signed receipt of a submission, with what the log says
// became of it.
func (s *Service) receiptOf(ctx context.Context, c *models.Consultation, sub *models.Submission) (text string, position int, err error) {
	leaf, _, _, err := s.store.Leaf(ctx, sub.ID)
	if err != nil {
		return "", 0, err
	}
	if position, err = s.store.Logged(ctx, c.ID, leaf); err != nil {
		return "", 0, err
	}
	r := ledger.Receipt{Consultation: c.ID, Leaf: ledger.Hash(leaf), Day: sub.Day}
	states, err := s.store.LoggedStates(ctx, c.ID, sub.ID)
	if err != nil {
		return "", 0, err
	}
	if e, ok := states[sub.ID]; ok {
		r.Kind, r.State, r.Blind = e.Kind, e.Detail, s.blind(c, e.Kind, r.Leaf, e.Detail)
	}
	r, err = r.Sign(s.key)
	return r.String(), position, err
}

// headsLogged reports whether the record of acts still holds every head of it that
// is in a public log.
func (s *Service) headsLogged(ctx context.Context) (bool, error) {
	entries, gone, err := s.store.LoggedHeads(ctx, ledger.KindAudit)
	for _, e := range entries {
		head, fault := ledger.HexHash(e.Detail)
		if logged := ledger.AuditHead(head, e.Day); fault != nil || !bytes.Equal(logged[:], e.Hash) {
			return false, err
		}
	}
	return len(gone) == 0, err
}

// Committed reports whether a live submission says what its leaf in the log
// commits to: the answers as they were sent and the hashes of the attachments.
func (s *Service) Committed(ctx context.Context, sub *models.Submission) (bool, error) {
	leaf, salt, _, err := s.store.Leaf(ctx, sub.ID)
	if err != nil || len(salt) == 0 {
		return false, err
	}
	content, err := canonical(*sub)
	if err != nil {
		return false, err
	}
	committed := ledger.Commit(ledger.Salt(salt), content)
	return bytes.Equal(committed[:], leaf), nil
}
