package consult

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"heard/app/report"
	"heard/models"
	"heard/models/store"
)

// unsay takes words that are no longer in a submission out of what was made of
// them while nothing is made anew: names, keywords and drafts of themes, approved
// ones too, letters of campaigns, and every version of the report that was kept. before is the
// submission with the words, quotes those of the consultation then. What somebody
// else says, too, in words that stand, is theirs and stays.
func (s *Service) unsay(ctx context.Context, tx *store.Store, c *models.Consultation, before *models.Submission, quotes []models.Quote) error {
	after, err := tx.Submission(ctx, before.ID)
	if err != nil {
		return err
	}
	live, err := tx.LiveSubmissions(ctx, c.ID)
	if err != nil {
		return err
	}
	gone := func(words string) bool {
		return words != "" && says(before, words) && !slices.ContainsFunc(live, func(sub *models.Submission) bool { return says(sub, words) })
	}
	put := map[string]string{} // in place of words that are gone
	var quoted []string
	for _, q := range quotes {
		if a := before.Answer(q.Question); q.Submission == before.ID && a != nil {
			if words, ok := cut(a.Redacted, q); ok && gone(words) {
				put[words] = models.ErasedWords
				quoted = append(quoted, strings.ToLower(words))
			}
		}
	}
	// rests is true of sentences of a draft that cite the submission or repeat what
	// it was quoted with.
	rests := func(sentence models.Sentence) bool {
		text := strings.ToLower(sentence.Text)
		return slices.Contains(sentence.Cites, before.ID) || slices.ContainsFunc(quoted, func(words string) bool { return strings.Contains(text, words) })
	}
	unapproved, err := tx.ForgetApproved(ctx, c.ID, rests)
	if err != nil {
		return err
	}
	for _, sentence := range unapproved {
		put[sentence.Text] = ""
	}
	themes, err := tx.Themes(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, t := range themes {
		if err := reword(ctx, tx, t, before.ID, quotes, gone, rests, put); err != nil {
			return err
		}
	}
	campaigns, err := tx.Campaigns(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, letter := range campaigns {
		if gone(letter.Template) {
			put[letter.Template] = ""
			if err := tx.ForgetLetter(ctx, c.ID, letter.ID); err != nil {
				return err
			}
		}
	}
	return s.strikeWords(ctx, tx, c, before, after, put)
}

// says reports whether words stand in what may be read of a submission.
func says(sub *models.Submission, words string) bool {
	words = strings.ToLower(strings.Trim(words, " .…!?"))
	return slices.ContainsFunc(sub.Answers, func(a models.Answer) bool {
		return strings.Contains(strings.ToLower(a.Redacted), words) || strings.Contains(strings.ToLower(a.Translation), words)
	})
}

// reword takes words that are gone out of what a theme is called by, and the
// sentences of its draft that rest on them.
func reword(ctx context.Context, tx *store.Store, t models.Theme, submission string, quotes []models.Quote, gone func(string) bool, rests func(models.Sentence) bool, put map[string]string) error {
	kept := slices.DeleteFunc(slices.Clone(t.Keywords), gone)
	changed := len(kept) < len(t.Keywords)
	for _, word := range t.Keywords {
		if gone(word) {
			put[word] = ""
		}
	}
	t.Keywords = kept
	for _, label := range []*string{&t.MachineLabel, &t.Label} {
		if gone(*label) || *label != t.MachineLabel && gone(strings.TrimSuffix(*label, after(" ", lastNote(*label)))) {
			neutral := "Points about " + strings.Join(t.Keywords[:min(3, len(t.Keywords))], ", ")
			if len(t.Keywords) == 0 {
				neutral = "Points without a name"
			}
			put[*label], *label, changed = neutral, neutral, true
		}
	}
	if n := len(t.Draft); n > 0 {
		for _, sentence := range t.Draft {
			if rests(sentence) {
				put[sentence.Text] = ""
			}
		}
		t.Draft = slices.DeleteFunc(t.Draft, rests)
		changed = changed || len(t.Draft) < n
	}
	if t.SuggestedLabel != "" && slices.ContainsFunc(quotes, func(q models.Quote) bool { return q.Theme == t.ID && q.Submission == submission }) {
		t.SuggestedLabel, changed = "", true
	}
	if !changed {
		return nil
	}
	return tx.Reword(ctx, t)
}

// lastNote is what in brackets was put after a name to tell it from another's.
func lastNote(label string) string {
	if i := strings.LastIndex(label, " ("); i >= 0 && strings.HasSuffix(label, ")") {
		return label[i+1:]
	}
	return ""
}

// strikeWords takes words out of every version of the report that was kept.
func (s *Service) strikeWords(ctx context.Context, tx *store.Store, c *models.Consultation, before, after *models.Submission, put map[string]string) error {
	// now is what stands of words by the submission.
	now := func(words string) string {
		for _, a := range after.Answers {
			was := before.Answer(a.Question)
			switch {
			case a.Redacted == models.ErasedWords:
			case strings.Contains(a.Redacted, words):
				return words
			case was != nil && was.Redacted == words:
				return a.Redacted // the whole answer, as it reads now
			}
		}
		return ""
	}
	err := s.strike(ctx, tx, Portal, c, func(data []byte) ([]byte, bool, error) {
		kept, err := reportOf(data)
		if err != nil {
			return nil, false, err
		}
		struck, changed, err := report.StrikeWords(data, report.CalledIn(kept, before), after.Erased != "", now, put)
		if err != nil || !changed {
			return data, false, err
		}
		r, err := reportOf(struck)
		if err != nil {
			return nil, false, err
		}
		struck, err = json.Marshal(r) // in the order of its fields
		return struck, true, err
	})
	if err != nil {
		return err
	}
	return tx.StrikePacks(ctx, c.ID, func(pack []byte) ([]byte, error) { // which name themes
		struck, _, err := report.StrikeWords(pack, []string{before.PublicID}, after.Erased != "", now, put)
		return struck, err
	})
}

// mayRedact holds a consultation in which words may be taken out: before the freeze
// always, after it for an open request.
func mayRedact(ctx context.Context, tx *store.Store, c *models.Consultation, request string) (*models.Consultation, error) {
	now, err := hold(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if request == "" {
		return now, unfrozen(now, frozen(redactionFrozen))
	}
	_, err = requestFor(ctx, tx, c, request)
	return now, err
}

// redactedFor has words taken out of a submission for a request, "" for none, and
// keeps which submission was changed for it. In a frozen consultation the words
// leave all that was made of them.
func (s *Service) redactedFor(ctx context.Context, tx *store.Store, by Actor, now *models.Consultation, before *models.Submission, request string, redact func() error) error {
	if request == "" {
		return redact()
	}
	quotes, err := tx.Quotes(ctx, now.ID)
	if err != nil {
		return err
	}
	if err := redact(); err != nil {
		return err
	}
	after, err := tx.Submission(ctx, before.ID)
	if err != nil {
		return err
	}
	same := func(a, b models.Answer) bool { return a.Question == b.Question && a.Redacted == b.Redacted }
	if slices.EqualFunc(textsOf(now, before), textsOf(now, after), same) {
		return nil
	}
	frozen := now.Status.AtLeast(models.StatusFrozen)
	act := models.RequestAct{ID: newID(10), Consultation: now.ID, Request: request, Kind: models.ActRedaction, State: models.ActDone, Submission: before.ID, Frozen: frozen, By: by.ID, Day: s.today()}
	if err := tx.AddAct(ctx, act); err != nil {
		return err
	}
	if err := s.record(ctx, tx, by, "request.redacted", request, now.ID, before.ID); err != nil || !frozen {
		return err
	}
	return s.unsay(ctx, tx, now, before, quotes)
}
