package store

import (
	"cmp"
	"context"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"heard/models"
)

// What respondents wrote is sealed, the words of each submission with a random
// key of its own. That key is kept beside them, sealed with one that is made from
// the portal's secret, which the database does not hold. So a stolen database
// tells no words, and to delete a submission's key is to erase its words, also
// from backups, which have the keys in a file of their own (Snapshot.Keys).
//
// Everything is sealed with XChaCha20-Poly1305 under a fresh random nonce, bound
// to its submission and its place in it, so that nothing sealed can be put
// somewhere else.

// keyRow is the sealed key of a submission's words.
type keyRow struct {
	Submission string `gorm:"primaryKey"`
	Sealed     []byte
}

const keysTable = "submission_keys"

func (keyRow) TableName() string { return keysTable }

// place is a text of a submission that is sealed where it stands: in which column
// and in which row of it.
type place struct {
	column, row string
	text        *string
}

func in(column, row string) string { return column + "/" + row }

func (r *answerRow) places() []place {
	return []place{{"answers.text", r.Question, &r.Text}, {"answers.redacted", r.Question, &r.Redacted},
		{"answers.translation", r.Question, &r.Translation}, {"answers.translated", r.Question, &r.Translated}}
}

func (r *attachmentRow) places() []place {
	return []place{{"attachments.text", r.Key, &r.Text}, {"attachments.redacted", r.Key, &r.Redacted}, {"attachments.secret", r.Key, &r.Secret}}
}

func (r *messageRow) places() []place {
	return []place{{"messages.text", strconv.Itoa(r.Position), &r.Text}}
}

func (r *keyedVersionRow) places() []place {
	return []place{{"keyed_versions.answers", strconv.Itoa(r.Version), &r.Answers}}
}

func (r *objectionRow) places() []place {
	return []place{{"objections.text", "", &r.Text}, {"objections.reason", "", &r.Reason}}
}

// The hash is of the words as they were written, so whoever has it can try words
// until one fits.
func (r *redactionRow) places() []place {
	at := fmt.Sprintf("%s/%d-%d", r.Question, r.OfStarts, r.OfEnds)
	return []place{{"redactions.replacement", at, &r.Replacement}, {"redactions.note", at, &r.Note}, {"redactions.sha256", at, &r.SHA256}}
}

func (r *campaignRow) places() []place {
	return []place{{"campaigns.template", r.ID, &r.Template}}
}

const (
	inKey  = "key"
	inSalt = "salt"
)

// sealedMark begins every sealed text. models.CleanText keeps it out of what
// people write; a text without it is from before texts were sealed.
const sealedMark = "\x1a"

// wrapping returns what the keys of submissions are sealed with.
func wrapping(secret []byte) (cipher.AEAD, error) {
	if len(secret) == 0 {
		return nil, errors.New("cannot open the database: the portal's secret is missing")
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "heard/seal/v1/submission-keys", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}

// words seals and opens what one submission says. A nil one opens everything to
// nothing: its key was deleted.
type words struct {
	aead       cipher.AEAD
	submission string
}

func (w *words) seal(name, text string) string {
	// Text that the database would refuse is left for it to refuse.
	if strings.TrimSpace(text) == "" || strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return text
	}
	return sealedMark + base64.RawStdEncoding.EncodeToString(models.Seal(w.aead, []byte(text), bound(name, w.submission)))
}

// sealed seals the texts of a row.
func (w *words) sealed(places []place) {
	for _, p := range places {
		*p.text = w.seal(in(p.column, p.row), *p.text)
	}
}

// opened opens the texts of a row.
func (w *words) opened(places []place) error {
	for _, p := range places {
		text, sealed := strings.CutPrefix(*p.text, sealedMark)
		switch {
		case !sealed: // from before words were sealed, or not a respondent's
		case w == nil:
			*p.text = ""
		default:
			b, err := base64.RawStdEncoding.DecodeString(text)
			if err == nil {
				b, err = models.Unseal(w.aead, b, bound(in(p.column, p.row), w.submission))
			}
			if err != nil {
				return &fault{code: "words that do not open"}
			}
			*p.text = string(b)
		}
	}
	return nil
}

// bound is what something sealed is bound to: its place and its submission.
func bound(name, submission string) string { return name + "\x00" + submission }

// words returns what opens the words of at most chunk submissions, by
// submission; nothing for those whose key is gone.
func (s *Store) words(ctx context.Context, submissions ...string) (map[string]*words, error) {
	all := make(map[string]*words, len(submissions))
	var r keyRow
	var closed error
	err := readRows(s.db.WithContext(ctx).Model(&keyRow{}).Select("submission", "sealed").Where("submission IN ?", submissions), func() {
		key, err := models.Unseal(s.wrap, r.Sealed, bound(inKey, r.Submission))
		if err != nil {
			closed = &fault{code: "a key that the portal's secret does not open"}
			return
		}
		aead, err := chacha20poly1305.NewX(key)
		closed = cmp.Or(closed, err)
		all[r.Submission] = &words{aead, r.Submission}
	}, &r.Submission, &r.Sealed)
	return all, errors.Join(err, closed)
}

// openRows opens the texts of rows, of which of says whose they are.
func openRows[R any, P interface {
	*R
	places() []place
}](ctx context.Context, s *Store, rows []R, of func(P) string) error {
	for some := range slices.Chunk(rows, chunk) {
		ids := make([]string, len(some))
		for i := range some {
			ids[i] = of(&some[i])
		}
		open, err := s.words(ctx, ids...)
		for i := range some {
			if err == nil {
				err = open[ids[i]].opened(P(&some[i]).places())
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wordsTo returns what seals the words of a submission, with a fresh key when it
// has none, as after it was erased. It belongs inside Tx: until that ends, the key
// stays.
func (s *Store) wordsTo(ctx context.Context, submission string) (*words, error) {
	held := *s
	held.db = s.db.Clauses(clause.Locking{Strength: "SHARE"})
	there, err := held.words(ctx, submission)
	if err != nil || there[submission] != nil {
		return there[submission], err
	}
	return s.newWords(ctx, submission)
}

// newWords makes the key of a submission that has none.
func (s *Store) newWords(ctx context.Context, submission string) (*words, error) {
	w, row, err := s.newKey(submission)
	if err != nil {
		return nil, err
	}
	return w, s.db.WithContext(ctx).Create(&row).Error
}

// newKey makes a key that is not kept yet.
func (s *Store) newKey(submission string) (*words, keyRow, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key)
	aead, err := chacha20poly1305.NewX(key)
	return &words{aead, submission}, keyRow{Submission: submission, Sealed: models.Seal(s.wrap, key, bound(inKey, submission))}, err
}

// overhead is how much longer something is that is sealed, in bytes.
const overhead = chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// letters returns what seals the common letters of a consultation's campaigns. They
// are nobody's alone, so they have no key of their own: the portal's secret opens
// them.
func (s *Store) letters(consultation string) *words { return &words{s.wrap, consultation} }

// sealEarlier seals what was written before words were sealed: whose salt is no
// longer than a sealed one of nothing would be, and not empty, as that of an erased
// submission is; and what came to be sealed later than answers.
func (s *Store) sealEarlier(ctx context.Context) error {
	for more := true; more; {
		err := s.Tx(ctx, func(tx *Store) error {
			var ids []string
			// Held, so that of two processes that start at once the second waits, and
			// finds that it is done.
			err := tx.db.WithContext(ctx).Model(&leafRow{}).Clauses(clause.Locking{Strength: "UPDATE"}).
				Where("length(salt) BETWEEN 1 AND ? AND submission NOT IN (?)", overhead, tx.db.Model(&keyRow{}).Select("submission")).
				Limit(chunk).Pluck("submission", &ids).Error
			for _, id := range ids {
				if err == nil {
					err = tx.reseal(ctx, id)
				}
			}
			more = len(ids) > 0
			tx.unit.erased = more // the words as they were
			return err
		})
		if err != nil {
			return failed(err, "seal what was written")
		}
	}
	err := sealBare[objectionRow](ctx, s, "text")
	if err == nil {
		err = sealBare[redactionRow](ctx, s, "sha256")
	}
	if err == nil {
		err = s.sealLetters(ctx)
	}
	if err == nil {
		err = s.sealHeldEarlier(ctx)
	}
	return failed(err, "seal what was written")
}

// isBare is true of a row of which a column holds words that are not sealed.
func isBare(column string) string {
	return column + " <> '' AND " + column + " NOT LIKE '" + sealedMark + "%'"
}

// sealBare seals the rows of one table whose column is bare with the keys that their
// submissions have.
func sealBare[R any, P interface {
	*R
	places() []place
}](ctx context.Context, s *Store, column string) error {
	for after, more := "", true; more; {
		err := s.Tx(ctx, func(tx *Store) error {
			db := tx.db.WithContext(ctx)
			var ids []string
			// The keys are held while the rows that they seal are replaced.
			err := db.Model(&keyRow{}).Clauses(clause.Locking{Strength: "UPDATE"}).
				Where("submission > ? AND submission IN (?)", after, tx.db.Model(new(R)).Select("submission").Where(isBare(column))).
				Order("submission").Limit(chunk).Pluck("submission", &ids).Error
			if more = len(ids) > 0; err != nil || !more {
				return err
			}
			open, err := tx.words(ctx, ids...)
			for _, id := range ids {
				if err == nil {
					err = resealRows[R, P](db, id, open[id], open[id])
				}
			}
			after, tx.unit.erased = ids[len(ids)-1], true
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sealLetters is sealBare for the letters of campaigns.
func (s *Store) sealLetters(ctx context.Context) error {
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		var rows []campaignRow
		err := db.Where(isBare("template")).Find(&rows).Error
		for _, r := range rows {
			was := r.Template
			tx.letters(r.Consultation).sealed(r.places())
			if err == nil { // another process may have been first
				err = db.Model(&campaignRow{}).Where("consultation = ? AND id = ? AND template = ?", r.Consultation, r.ID, was).Update("template", r.Template).Error
			}
			tx.unit.erased = true
		}
		return err
	})
}

// sealHeldEarlier gives keys of their own to sealed copies that have none.
func (s *Store) sealHeldEarlier(ctx context.Context) error {
	return s.Tx(ctx, func(tx *Store) error {
		db := tx.db.WithContext(ctx)
		var rows []heldRow
		err := db.Clauses(clause.Locking{Strength: "UPDATE"}).Where("NOT apart").Find(&rows).Error
		for i := range rows {
			if err == nil {
				err = tx.sealHeld(ctx, &rows[i])
			}
			if err == nil {
				err = db.Save(&rows[i]).Error
			}
			tx.unit.erased = true
		}
		return err
	})
}

// reseal seals what a submission says under a key that is new to it. What was
// deleted from it before no longer opens, in backups either.
func (s *Store) reseal(ctx context.Context, submission string) error {
	db := s.db.WithContext(ctx)
	all, err := s.words(ctx, submission)
	if err != nil {
		return err
	}
	was := all[submission]
	if err := db.Where("submission = ?", submission).Delete(&keyRow{}).Error; err != nil {
		return err
	}
	is, err := s.newWords(ctx, submission)
	if err != nil {
		return err
	}
	var leaf leafRow
	if err := db.Take(&leaf, "submission = ?", submission).Error; err != nil {
		return err
	}
	salt, err := was.openSalt(leaf.Salt)
	if err == nil {
		err = db.Model(&leafRow{}).Where("submission = ?", submission).Update("salt", is.sealSalt(salt)).Error
	}
	if err != nil {
		return err
	}
	return errors.Join(
		resealRows[answerRow](db, submission, was, is),
		resealRows[attachmentRow](db, submission, was, is),
		resealRows[messageRow](db, submission, was, is),
		resealRows[keyedVersionRow](db, submission, was, is),
		resealRows[objectionRow](db, submission, was, is),
		resealRows[redactionRow](db, submission, was, is),
	)
}

// resealRows puts the rows of one table, sealed anew, in place of those that a
// submission has in it.
func resealRows[R any, P interface {
	*R
	places() []place
}](db *gorm.DB, submission string, was, is *words) error {
	var rows []R
	if err := db.Where("submission = ?", submission).Find(&rows).Error; err != nil || len(rows) == 0 {
		return err
	}
	for i := range rows {
		places := P(&rows[i]).places()
		if err := was.opened(places); err != nil {
			return err
		}
		is.sealed(places)
	}
	if err := db.Where("submission = ?", submission).Delete(new(R)).Error; err != nil {
		return err
	}
	return insert(db, rows)
}

func (w *words) sealSalt(salt []byte) []byte {
	if len(salt) == 0 {
		return []byte{}
	}
	return models.Seal(w.aead, salt, bound(inSalt, w.submission))
}

// openSalt returns the salt that opens a submission's leaf; nothing when it or
// the key is gone.
func (w *words) openSalt(kept []byte) ([]byte, error) {
	switch {
	case w == nil && len(kept) > overhead:
		return nil, nil
	case w == nil, len(kept) == 0: // from before salts were sealed, or none
		return kept, nil
	}
	salt, err := models.Unseal(w.aead, kept, bound(inSalt, w.submission))
	if err != nil {
		return nil, &fault{code: "a salt that does not open"}
	}
	return salt, nil
}

// Unopened returns the submissions that were not erased and have no key, so that
// nobody can read what they say: the database was put back beside keys of another
// day, and they were erased by then or not yet sent.
func (s *Store) Unopened(ctx context.Context) (ids []string, err error) {
	err = s.db.WithContext(ctx).Model(&leafRow{}).Where("length(salt) > 0 AND submission NOT IN (?)", s.db.Model(&keyRow{}).Select("submission")).Order("submission").Pluck("submission", &ids).Error
	return ids, failed(err, "look for missing keys")
}
