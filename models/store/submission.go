package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"gorm.io/gorm"

	"heard/models"
)

type submissionRow struct {
	ID           string `gorm:"primaryKey"`
	PublicID     string
	Consultation string
	FormVersion  int
	Day          string
	Channel      models.Channel
	Language     string
	Path         string
	Groups       list
	Consents     list
	Stance       string
	Status       models.SubmissionStatus
	Source       string
	Attention    list
	Revision     int
	Receipt      []byte
	Nonce        []byte
	Erased       string
}

func (submissionRow) TableName() string { return "submissions" }

func (r *submissionRow) model(answers []models.Answer, attachments []models.Attachment) *models.Submission {
	m := &models.Submission{
		ID: r.ID, PublicID: r.PublicID, Consultation: r.Consultation, FormVersion: r.FormVersion,
		Day: r.Day, Channel: r.Channel, Language: r.Language, Path: r.Path, Groups: r.Groups,
		Stance: r.Stance, Status: r.Status, Source: r.Source, Revision: r.Revision, Erased: r.Erased, Answers: answers, Attachments: attachments,
	}
	for _, c := range r.Consents {
		m.Consents = append(m.Consents, models.Consent(c))
	}
	for _, a := range r.Attention {
		m.Attention = append(m.Attention, models.Attention(a))
	}
	return m
}

type answerRow struct {
	Submission  string `gorm:"primaryKey"`
	Question    string `gorm:"primaryKey"`
	Position    int
	Options     list
	Text        string
	Redacted    string
	Language    string
	Translation string
	Translated  string
}

func (r answerRow) model(w *words) (models.Answer, error) {
	err := w.opened(r.places())
	return models.Answer{Question: r.Question, Options: r.Options, Text: r.Text, Redacted: r.Redacted, Language: r.Language, Translation: r.Translation, Translated: r.Translated}, err
}

func (answerRow) TableName() string { return "answers" }

type attachmentRow struct {
	Key        string `gorm:"primaryKey"`
	Submission string
	Position   int
	Kind       string
	Size       int64
	SHA256     string `gorm:"column:sha256"`
	Text       string
	Original   string
	Redacted   string
	Opened     string
	Secret     string
	Unclean    bool
}

func (attachmentRow) TableName() string { return "attachments" }

type leafRow struct {
	Consultation string `gorm:"primaryKey"`
	Position     int    `gorm:"primaryKey;autoIncrement:false"`
	Submission   string
	Leaf         []byte
	Salt         []byte
}

func (leafRow) TableName() string { return "leaves" }

// NewSubmission is a submission with what is kept beside it.
type NewSubmission struct {
	Submission models.Submission // live unless it states another status
	Receipt    []byte            // hash that the receipt's code leads to, unique; nil when there is no receipt
	Nonce      []byte            // idempotency key of the form, unique; nil when there is none
	Leaf, Salt []byte            // its entry in the consultation's log, and what opens it
}

// CreateSubmission keeps a submission, its answers and its leaf, which is
// appended to the consultation's log without a gap; all or nothing. created is
// false, and nothing is written, when a submission with the same nonce, or
// from the same Source of the same consultation, is already there.
func (s *Store) CreateSubmission(ctx context.Context, n NewSubmission) (created bool, err error) {
	err = s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, n.Submission.Consultation); err != nil {
			return err
		}
		var known int64
		err := tx.db.WithContext(ctx).Model(&submissionRow{}).
			Where("nonce = ? OR (consultation = ? AND source = ? AND source <> '')", keyOrNull(n.Nonce), n.Submission.Consultation, n.Submission.Source).
			Count(&known).Error
		if err != nil || known > 0 {
			return failed(err, doingSave)
		}
		err = tx.create(ctx, n)
		created = err == nil
		return err
	})
	return created && err == nil, err
}

// CreateSubmissions keeps submissions to one consultation that are new, in their
// order; all or nothing. Many at once take a third of the time that each of them would.
func (s *Store) CreateSubmissions(ctx context.Context, consultation string, all []NewSubmission) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.Lock(ctx, consultation); err != nil {
			return err
		}
		for _, n := range all {
			if n.Submission.Consultation != consultation {
				return fmt.Errorf("cannot %s: one is to %s: expected %s", doingSave, n.Submission.Consultation, consultation)
			}
		}
		return tx.create(ctx, all...)
	})
}

const doingSave = "save the submission"

// create writes new submissions to one consultation, which is locked.
func (s *Store) create(ctx context.Context, all ...NewSubmission) error {
	if len(all) == 0 {
		return nil
	}
	db := s.db.WithContext(ctx)
	keys, rows, leaves := make([]keyRow, len(all)), make([]submissionRow, len(all)), make([]leafRow, len(all))
	var answers []answerRow
	var attachments []attachmentRow
	var position int
	err := db.Model(&leafRow{}).Where("consultation = ?", all[0].Submission.Consultation).
		Select("COALESCE(MAX(position), -1) + 1").Scan(&position).Error
	if err != nil {
		return failed(err, doingSave)
	}
	for i := range all {
		n, m := &all[i], &all[i].Submission
		if m.ID == "" || m.PublicID == "" || len(n.Leaf) == 0 || len(n.Salt) == 0 {
			return fmt.Errorf("cannot %s: expected an id, a public id, a leaf and a salt", doingSave)
		}
		var w *words
		if w, keys[i], err = s.newKey(m.ID); err != nil {
			return failed(err, doingSave)
		}
		rows[i] = submissionRow{
			ID: m.ID, PublicID: m.PublicID, Consultation: m.Consultation, FormVersion: m.FormVersion,
			Day: m.Day, Channel: m.Channel, Language: m.Language, Path: m.Path,
			Groups: m.Groups, Consents: listOf(m.Consents),
			Stance: m.Stance, Status: m.Status, Source: m.Source, Attention: listOf(m.Attention), Revision: m.Revision,
			Receipt: keyOrNull(n.Receipt), Nonce: keyOrNull(n.Nonce),
		}
		if rows[i].Status == "" {
			rows[i].Status = models.SubmissionLive
		}
		answers = append(answers, answerRows(m, w)...)
		for j, a := range m.Attachments {
			row := attachmentRow{Key: a.Key, Submission: m.ID, Position: j, Kind: a.Kind, Size: a.Size, SHA256: a.SHA256, Text: a.Text, Original: a.Original, Redacted: a.Redacted, Opened: a.Opened, Secret: a.Secret, Unclean: a.Unclean}
			w.sealed(row.places())
			attachments = append(attachments, row)
		}
		leaves[i] = leafRow{Consultation: m.Consultation, Position: position + i, Submission: m.ID, Leaf: n.Leaf, Salt: w.sealSalt(n.Salt)}
	}
	// In the order of the indexes, which are then gone through once.
	slices.SortFunc(keys, func(a, b keyRow) int { return strings.Compare(a.Submission, b.Submission) })
	slices.SortFunc(rows, func(a, b submissionRow) int { return strings.Compare(a.ID, b.ID) })
	slices.SortStableFunc(answers, func(a, b answerRow) int { return strings.Compare(a.Submission, b.Submission) })
	if err = insert(db, keys); err == nil {
		err = insert(db, rows)
	}
	if err == nil {
		err = insert(db, answers)
	}
	if err == nil {
		err = insert(db, attachments)
	}
	if err == nil {
		err = insert(db, leaves)
	}
	return saved(err, doingSave, "A submission with this id or receipt is already there.")
}

func answerRows(m *models.Submission, w *words) []answerRow {
	rows := make([]answerRow, len(m.Answers))
	for i, a := range m.Answers {
		rows[i] = answerRow{Submission: m.ID, Question: a.Question, Position: i, Options: a.Options, Text: a.Text, Redacted: a.Redacted, Language: a.Language, Translation: a.Translation, Translated: a.Translated}
		w.sealed(rows[i].places())
	}
	return rows
}

// keyOrNull makes an empty key NULL, so that it is not compared with others.
func keyOrNull(key []byte) []byte {
	if len(key) == 0 {
		return nil
	}
	return key
}

// Submission returns a submission with its answers, whatever its status.
func (s *Store) Submission(ctx context.Context, id string) (*models.Submission, error) {
	return s.submission(ctx, "id = ?", id)
}

// SubmissionByReceipt returns the submission that a receipt's hash leads to,
// whatever its status.
func (s *Store) SubmissionByReceipt(ctx context.Context, receipt []byte) (*models.Submission, error) {
	if len(receipt) == 0 {
		return nil, models.NewError(models.KindNotFound, noSubmission)
	}
	return s.submission(ctx, "receipt = ?", receipt)
}

// SubmissionByPublicID returns the submission that goes by publicID in the
// consultation's report, whatever its status.
func (s *Store) SubmissionByPublicID(ctx context.Context, consultation, publicID string) (*models.Submission, error) {
	return s.submission(ctx, "consultation = ? AND public_id = ?", consultation, publicID)
}

func (s *Store) submission(ctx context.Context, where string, args ...any) (*models.Submission, error) {
	const doing = "read the submission"
	var row submissionRow
	if err := s.db.WithContext(ctx).Where(where, args...).Take(&row).Error; err != nil {
		return nil, found(err, doing, noSubmission)
	}
	list, err := s.withAnswers(ctx, []submissionRow{row})
	if err != nil {
		return nil, failed(err, doing)
	}
	return list[0], nil
}

// answers returns the answers of submissions whose words open, by submission.
func (s *Store) answers(ctx context.Context, submissions []string, open map[string]*words) (map[string][]models.Answer, error) {
	answers := make(map[string][]models.Answer, len(submissions))
	var row answerRow
	var closed error
	err := readRows(s.db.WithContext(ctx).Model(&answerRow{}).Select("submission, question, options, text, redacted, language, translation, translated").
		Where("submission IN ?", submissions).Order("submission, position"), func() {
		a, err := row.model(open[row.Submission])
		closed = cmp.Or(closed, err)
		answers[row.Submission] = append(answers[row.Submission], a)
	}, &row.Submission, &row.Question, &row.Options, &row.Text, &row.Redacted, &row.Language, &row.Translation, &row.Translated)
	return answers, errors.Join(err, closed)
}

// SetReceipt gives a submission another receipt in place of the one it has.
func (s *Store) SetReceipt(ctx context.Context, id string, receipt []byte) error {
	done := s.db.WithContext(ctx).Model(&submissionRow{}).Where("id = ?", id).Update("receipt", receipt)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, noSubmission)
	}
	return saved(done.Error, "keep the receipt", "A submission with this receipt is already there.")
}

// Submissions returns a consultation's live submissions with their answers, by
// id, which is a random order. They are read in batches with nothing held open
// in between, so the loop may write.
func (s *Store) Submissions(ctx context.Context, consultation string) iter.Seq2[*models.Submission, error] {
	return func(yield func(*models.Submission, error) bool) {
		after := ""
		for {
			batch, err := s.submissionsAfter(ctx, consultation, after)
			if err != nil {
				yield(nil, failed(err, "read the submissions"))
				return
			}
			for _, m := range batch {
				if !yield(m, nil) {
					return
				}
				after = m.ID
			}
			if len(batch) < chunk {
				return
			}
		}
	}
}

// LiveSubmissions returns a consultation's live submissions with their answers, by
// id, all at once; see Together.
func (s *Store) LiveSubmissions(ctx context.Context, consultation string) ([]*models.Submission, error) {
	const doing = "read the submissions"
	rows, err := submissionRows(s.db.WithContext(ctx).
		Where("consultation = ? AND status = ?", consultation, models.SubmissionLive).Order("id"))
	if err != nil {
		return nil, failed(err, doing)
	}
	all := make([]*models.Submission, len(rows))
	var parts []func(context.Context) error
	for at := 0; at < len(rows); at += chunk {
		parts = append(parts, func(ctx context.Context) error {
			some, err := s.withAnswers(ctx, rows[at:min(at+chunk, len(rows))])
			copy(all[at:], some)
			return err
		})
	}
	if err := s.Together(ctx, parts...); err != nil {
		return nil, failed(err, doing)
	}
	return all, nil
}

func (s *Store) submissionsAfter(ctx context.Context, consultation, after string) ([]*models.Submission, error) {
	rows, err := submissionRows(s.db.WithContext(ctx).
		Where("consultation = ? AND status = ? AND id > ?", consultation, models.SubmissionLive, after).Order("id").Limit(chunk))
	if err != nil {
		return nil, err
	}
	return s.withAnswers(ctx, rows)
}

// submissionRows reads what a query finds of submissions, without what leads to them.
func submissionRows(query *gorm.DB) ([]submissionRow, error) {
	var rows []submissionRow
	var r submissionRow
	var form, revision int64
	err := readRows(query.Model(&submissionRow{}).Select("id", "public_id", "consultation", "form_version", "day", "channel", "language", "path",
		"groups", "consents", "stance", "status", "source", "attention", "revision", "erased"), func() {
		r.FormVersion, r.Revision = int(form), int(revision)
		rows = append(rows, r)
	}, &r.ID, &r.PublicID, &r.Consultation, &form, &r.Day, (*string)(&r.Channel), &r.Language, &r.Path,
		&r.Groups, &r.Consents, &r.Stance, (*string)(&r.Status), &r.Source, &r.Attention, &revision, &r.Erased)
	return rows, err
}

func (s *Store) withAnswers(ctx context.Context, rows []submissionRow) ([]*models.Submission, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	open, err := s.words(ctx, ids...)
	if err != nil {
		return nil, err
	}
	answers, err := s.answers(ctx, ids, open)
	if err != nil {
		return nil, err
	}
	attachments, err := s.attachments(ctx, ids, open)
	if err != nil {
		return nil, err
	}
	list := make([]*models.Submission, len(rows))
	for i := range rows {
		list[i] = rows[i].model(answers[rows[i].ID], attachments[rows[i].ID])
	}
	return list, nil
}

// attachments returns the attachments of submissions whose words open, by
// submission.
func (s *Store) attachments(ctx context.Context, submissions []string, open map[string]*words) (map[string][]models.Attachment, error) {
	var rows []attachmentRow
	err := s.db.WithContext(ctx).Where("submission IN ?", submissions).Order("position, key").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	attachments := map[string][]models.Attachment{}
	for _, r := range rows {
		if err := open[r.Submission].opened(r.places()); err != nil {
			return nil, err
		}
		attachments[r.Submission] = append(attachments[r.Submission], models.Attachment{Key: r.Key, Kind: r.Kind, Size: r.Size, SHA256: r.SHA256, Text: r.Text, Original: r.Original, Redacted: r.Redacted, Opened: r.Opened, Secret: r.Secret, Unclean: r.Unclean})
	}
	return attachments, nil
}

// SetTranslation puts a translation beside an answer, or takes it away with "":
// as it was made, and what of it may leave the desk. People have to check the
// submission again.
func (s *Store) SetTranslation(ctx context.Context, submission, question, made, redacted string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.setAnswer(ctx, submission, question, map[string]string{"translated": made, "translation": redacted}); err != nil {
			return err
		}
		return tx.reopenRedaction(ctx, submission)
	})
}

// SetRedactedTranslation changes what of a translation may leave the desk.
func (s *Store) SetRedactedTranslation(ctx context.Context, submission, question, text string) error {
	return s.setAnswer(ctx, submission, question, map[string]string{"translation": text})
}

func (s *Store) setAnswer(ctx context.Context, submission, question string, texts map[string]string) error {
	changes := map[string]any{}
	err := s.Tx(ctx, func(tx *Store) error {
		w, err := tx.wordsTo(ctx, submission)
		for column, text := range texts {
			if err == nil {
				changes[column] = w.seal(in("answers."+column, question), text)
			}
		}
		return err
	})
	if err != nil {
		return failed(err, "keep the translation")
	}
	done := s.db.WithContext(ctx).Model(&answerRow{}).Where("submission = ? AND question = ?", submission, question).Updates(changes)
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, "There is no such answer.")
	}
	return failed(done.Error, "keep the translation")
}

// SetAttachmentText keeps what could be read out of a file. People have to check
// the submission again.
func (s *Store) SetAttachmentText(ctx context.Context, key, text string) error {
	return s.Tx(ctx, func(tx *Store) error {
		var of []string
		if err := tx.db.WithContext(ctx).Model(&attachmentRow{}).Where("key = ?", key).Pluck("submission", &of).Error; err != nil {
			return failed(err, "keep the text of the file")
		}
		for _, id := range of {
			if err := tx.setAttachment(ctx, key, "text", text); err != nil || text == "" {
				return err
			}
			if err := tx.reopenRedaction(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetRedactedAttachment changes what of a file's text may leave the desk.
func (s *Store) SetRedactedAttachment(ctx context.Context, key, text string) error {
	return s.setAttachment(ctx, key, "redacted", text)
}

// OpenAttachment says which account let others open a file itself, or with ""
// that they may not.
func (s *Store) OpenAttachment(ctx context.Context, key, account string) error {
	err := s.db.WithContext(ctx).Model(&attachmentRow{}).Where("key = ?", key).Update("opened", account).Error
	return failed(err, "keep who let others open the file")
}

func (s *Store) setAttachment(ctx context.Context, key, column, text string) error {
	const doing = "keep what is known of the file"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		var row attachmentRow
		err := db.Take(&row, "key = ?", key).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return failed(err, doing)
		}
		w, err := tx.wordsTo(ctx, row.Submission)
		if err == nil {
			err = db.Model(&attachmentRow{}).Where("key = ?", key).Update(column, w.seal(in("attachments."+column, key), text)).Error
		}
		return failed(err, doing)
	})
}

// LiveGroups returns the groups that the author of each of a consultation's live
// submissions is in, by submission.
func (s *Store) LiveGroups(ctx context.Context, consultation string) (map[string][]string, error) {
	groups := map[string][]string{}
	var id string
	var own list
	err := readRows(s.db.WithContext(ctx).Model(&submissionRow{}).Select("id", "groups").Where("consultation = ? AND status = ?", consultation, models.SubmissionLive),
		func() { groups[id] = own }, &id, &own)
	return groups, failed(err, "read who answered")
}

// SubmissionsByID returns the submissions with the given ids and their
// answers, whatever their status. Ids that lead nowhere are left out.
func (s *Store) SubmissionsByID(ctx context.Context, ids []string) (map[string]*models.Submission, error) {
	const doing = "read the submissions"
	all := make(map[string]*models.Submission, len(ids))
	for some := range slices.Chunk(ids, chunk) {
		rows, err := submissionRows(s.db.WithContext(ctx).Where("id IN ?", some))
		if err != nil {
			return nil, failed(err, doing)
		}
		batch, err := s.withAnswers(ctx, rows)
		if err != nil {
			return nil, failed(err, doing)
		}
		for _, m := range batch {
			all[m.ID] = m
		}
	}
	return all, nil
}

// MoveSubmission changes whether a submission counts. It is a Conflict when it
// is not in from.
func (s *Store) MoveSubmission(ctx context.Context, id string, from, to models.SubmissionStatus) error {
	const doing = "change the submission"
	done := s.db.WithContext(ctx).Model(&submissionRow{}).Where("id = ? AND status = ?", id, from).Update("status", to)
	if done.Error != nil || done.RowsAffected == 1 {
		return failed(done.Error, doing)
	}
	var row submissionRow
	if err := s.db.WithContext(ctx).Select("status").Take(&row, "id = ?", id).Error; err != nil {
		return found(err, doing, noSubmission)
	}
	return models.NewError(models.KindConflict, fmt.Sprintf("The submission is %s, not %s. Somebody else may have changed it.", row.Status, from))
}

// ReplaceSubmission takes a live submission out of the count because its author
// sent another in its place: what it says is erased and its receipt is free for
// the one that follows. It is a Conflict when the submission is not live.
func (s *Store) ReplaceSubmission(ctx context.Context, id string) error {
	return s.Tx(ctx, func(tx *Store) error {
		if err := tx.MoveSubmission(ctx, id, models.SubmissionLive, models.SubmissionReplaced); err != nil {
			return err
		}
		if err := tx.db.WithContext(ctx).Model(&submissionRow{}).Where("id = ?", id).Update("receipt", nil).Error; err != nil {
			return failed(err, "replace the submission")
		}
		return tx.EraseAnswers(ctx, id)
	})
}

// SetAttention says why a person should look at a submission, or that one has.
func (s *Store) SetAttention(ctx context.Context, id string, attention []models.Attention) error {
	done := s.db.WithContext(ctx).Model(&submissionRow{}).Where("id = ?", id).Update("attention", listOf(attention))
	if done.Error == nil && done.RowsAffected == 0 {
		return models.NewError(models.KindNotFound, noSubmission)
	}
	return failed(done.Error, "mark the submission")
}

// SubmissionsForAttention returns a consultation's submissions that were set
// aside, and the live ones that a person should look at or has looked at, by id,
// with their answers. Those set aside as sent by a program are left out, and with
// few also those that only look like it.
func (s *Store) SubmissionsForAttention(ctx context.Context, consultation string, few bool) ([]*models.Submission, error) {
	const doing = "read the submissions to look at"
	var all []*models.Submission
	var rows []submissionRow
	err := s.db.WithContext(ctx).
		Where("consultation = ? AND (status = ? OR status = ? AND attention <> '[]')", consultation, models.SubmissionVoid, models.SubmissionLive).
		Where("attention NOT LIKE ?", `%"`+string(models.AttentionSpam)+`"%`).Order("id").Find(&rows).Error
	if err != nil {
		return nil, failed(err, doing)
	}
	if few {
		rows = slices.DeleteFunc(rows, func(r submissionRow) bool { return r.model(nil, nil).LikelyAutomated() })
	}
	for some := range slices.Chunk(rows, chunk) {
		batch, err := s.withAnswers(ctx, some)
		if err != nil {
			return nil, failed(err, doing)
		}
		all = append(all, batch...)
	}
	return all, nil
}

// EraseAnswers removes what a submission says: its answers, what is known of
// its attachments, the messages and notes about it, what people decided on its
// answers and took out of them, every version of it that was keyed, who has read it or means to, what readers wrote about its attachments,
// its part in a release, its author's objection, the sentences of approved drafts that cite it, and the salt that opens its leaf. The submission itself and the leaf stay.
func (s *Store) EraseAnswers(ctx context.Context, id string) error {
	const doing = "erase the answers"
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		done := db.Model(&submissionRow{}).Where("id = ?", id).Updates(map[string]any{"stance": "", "groups": list{}, "consents": list{}, "attention": list{}})
		if done.Error == nil && done.RowsAffected == 0 {
			return models.NewError(models.KindNotFound, noSubmission)
		}
		err := done.Error
		if err == nil {
			err = db.Where("submission = ?", id).Delete(&answerRow{}).Error
		}
		if err == nil {
			err = db.Where("submission = ?", id).Delete(&attachmentRow{}).Error
		}
		if err == nil {
			err = db.Where("submission = ?", id).Delete(&messageRow{}).Error
		}
		for _, table := range []any{&codingRow{}, &codedRow{}, &readingRow{}, &claimRow{}, &codingClaimRow{}, &summaryRow{}, &richRow{}, &listedRow{}, &noteRow{}, &releasedRow{}, &redactionRow{}, &redactionSheetRow{}, &keyedVersionRow{}, &objectionRow{}, &keyRow{}} {
			if err == nil {
				err = db.Where("submission = ?", id).Delete(table).Error
			}
		}
		if err == nil {
			_, err = tx.forgetApproved(ctx, func(m models.Sentence) bool { return slices.Contains(m.Cites, id) }, "sentences LIKE ?", `%"`+id+`"%`)
		}
		if err == nil {
			// Whoever has the salt can try answers until one gives the leaf.
			err = db.Model(&leafRow{}).Where("submission = ?", id).Update("salt", []byte{}).Error
		}
		if err == nil {
			tx.unit.erased, tx.unit.gone = true, append(tx.unit.gone, id)
		}
		return failed(err, doing)
	})
}

// CountSubmissions returns how many submissions of a consultation are in each
// status; a status that none is in is left out.
func (s *Store) CountSubmissions(ctx context.Context, consultation string) (map[models.SubmissionStatus]int, error) {
	var rows []struct {
		Status models.SubmissionStatus
		Number int
	}
	err := s.db.WithContext(ctx).Model(&submissionRow{}).Select("status, COUNT(*) AS number").
		Where("consultation = ?", consultation).Group("status").Scan(&rows).Error
	if err != nil {
		return nil, failed(err, "count the submissions")
	}
	counts := make(map[models.SubmissionStatus]int, len(rows))
	for _, r := range rows {
		counts[r.Status] = r.Number
	}
	return counts, nil
}

// Leaves returns the leaves of a consultation's log, in order.
func (s *Store) Leaves(ctx context.Context, consultation string) ([][]byte, error) {
	var leaves [][]byte
	err := s.db.WithContext(ctx).Model(&leafRow{}).Where("consultation = ?", consultation).Order("position").Pluck("leaf", &leaves).Error
	return leaves, failed(err, "read the log")
}

// LogSizes returns how many leaves each consultation's log has; one without any
// is left out.
func (s *Store) LogSizes(ctx context.Context) (map[string]int, error) {
	return s.logSizes(ctx, &leafRow{})
}

// Leaf returns a submission's leaf, the salt that opens it (empty once the
// answers were erased), and its place in the consultation's log, counted from
// 0.
func (s *Store) Leaf(ctx context.Context, submission string) (leaf, salt []byte, position int, err error) {
	var row leafRow
	if err = s.db.WithContext(ctx).Take(&row, "submission = ?", submission).Error; err != nil {
		return nil, nil, 0, found(err, "read the log", noSubmission)
	}
	open, err := s.words(ctx, submission)
	if err == nil {
		salt, err = open[submission].openSalt(row.Salt)
	}
	return row.Leaf, salt, row.Position, failed(err, "read the log")
}
