package consult

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"heard/app/evidence"
	"heard/models"
)

// MaxFiles is how many files one submission may come with.
const MaxFiles = 5

// MaxFileSize is the most that one file may have, in bytes.
const MaxFileSize = evidence.MaxSize

// Attach takes a file into the draft: it is inspected, a copy without metadata
// is made and only that copy is kept. A file that cannot be taken is refused in
// words, and the draft stays as it was.
func (s *Service) Attach(ctx context.Context, key DraftKey, c *models.Consultation, name string, r io.Reader) (err error) {
	d, err := s.draftOf(ctx, key, c)
	if err != nil {
		return err
	}
	if !asksForFiles(c, d.Answers) {
		return models.NewError(models.KindNotFound, "No file is asked for on your way through this form.")
	}
	refuse := func(message string) error {
		return &models.Error{Kind: models.KindInvalid, Message: "The file was not added.", Fields: []models.FieldError{{Field: "file", Message: message}}}
	}
	if len(d.Files) >= MaxFiles {
		return refuse(fmt.Sprintf("You can add up to %d files. Remove one to add another", MaxFiles))
	}
	var refusal evidence.Refusal
	file, err := evidence.Inspect(name, r, MaxFileSize)
	if err != nil {
		if errors.As(err, &refusal) {
			return refuse(sentence(string(refusal)))
		}
		return err
	}
	clean, err := evidence.Clean(file)
	if err != nil {
		if errors.As(err, &refusal) {
			return refuse(sentence(string(refusal)))
		}
		return err
	}
	text, err := evidence.Text(clean.File)
	if err != nil {
		if errors.As(err, &refusal) {
			return refuse(sentence(string(refusal)))
		}
		return err
	}
	stored, err := s.files.Put(ctx, clean.Data)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(clean.Data)
	d.Files = append(d.Files, models.Attachment{Key: stored, Kind: strings.ToUpper(string(clean.Type)), Size: int64(len(clean.Data)),
		SHA256: hex.EncodeToString(sum[:]), Text: models.CleanText(text)})
	if err := s.updateDraft(ctx, key, d); err != nil {
		return errors.Join(err, s.files.Delete(ctx, stored))
	}
	return nil
}

// asksForFiles reports whether a file question stands on the route.
func asksForFiles(c *models.Consultation, answers models.Answers) bool {
	return slices.ContainsFunc(c.Route(answers), func(q *models.Question) bool { return q.Type == models.TypeFile })
}

// Detach takes a file out of the draft again.
func (s *Service) Detach(ctx context.Context, key DraftKey, c *models.Consultation, index int) error {
	d, err := s.draftOf(ctx, key, c)
	if err != nil {
		return err
	}
	if index < 0 || index >= len(d.Files) {
		return nil
	}
	gone := d.Files[index]
	d.Files = slices.Delete(d.Files, index, index+1)
	if err := s.updateDraft(ctx, key, d); err != nil {
		return err
	}
	return s.removeFiles(ctx, []string{gone.Key})
}

// sentence makes a refusal begin like one.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
