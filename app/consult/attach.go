package consult

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"heard/app/evidence"
	"heard/models"
)

// MaxFiles is how many files one submission may come with.
const MaxFiles = 5

// MaxFileSize is the most that one file may have, in bytes.
const MaxFileSize = evidence.MaxSize

// Attach takes a file into the draft: it is inspected, a copy without metadata
// is made for reading, and the file as it was sent is kept sealed. A file that
// cannot be taken is refused in words, and the draft stays as it was.
func (s *Service) Attach(ctx context.Context, key DraftKey, c *models.Consultation, name string, r io.Reader) error {
	d, err := s.LoadDraft(ctx, key)
	if err != nil {
		return err
	}
	if err := s.takesFile(d, c); err != nil {
		return err
	}
	kept, err := s.takeFile(ctx, name, r)
	if err != nil {
		return err
	}
	_, err = s.changeDraft(ctx, key, c, func(d *Draft) error {
		if err := s.takesFile(d, c); err != nil {
			return err
		}
		d.Files = append(d.Files, kept)
		return nil
	})
	if err != nil {
		return errors.Join(err, s.removeFiles(ctx, models.Keys([]models.Attachment{kept})))
	}
	return nil
}

// takeFile inspects a file and keeps a copy of it without metadata, and the file
// as it was sent, both sealed. They are a draft's until ReleaseDraftFiles.
func (s *Service) takeFile(ctx context.Context, name string, r io.Reader) (models.Attachment, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFileSize+1))
	if err != nil {
		return models.Attachment{}, fmt.Errorf("read an attachment: %w", err)
	}
	clean, err := s.openFile(ctx, name, data)
	if err != nil {
		return models.Attachment{}, refuseFile(err)
	}
	if s.scanner != nil {
		if err := s.scanner.Scan(ctx, data); err != nil {
			if errors.As(err, new(evidence.Refusal)) {
				return models.Attachment{}, refuseFile(err)
			}
			s.log.Error("the virus scanner does not answer, so files cannot be added", "error", err)
			return models.Attachment{}, fileFault("file.scanner", "Files cannot be checked for viruses at the moment, so none can be added. Try again in some minutes. Your other answers are safe.", nil)
		}
	}
	sum := sha256.Sum256(clean.Data)
	kept := models.Attachment{Kind: strings.ToUpper(string(clean.Type)), Size: int64(len(clean.Data)),
		SHA256: hex.EncodeToString(sum[:]), Unclean: !clean.MetadataRemoved}
	kept.Secret = rand.Text()
	if kept.Key, err = s.keepSealed(ctx, kept.Secret, clean.Data); err != nil {
		return models.Attachment{}, err
	}
	sent, err := s.toOfficers(data)
	if err == nil {
		kept.Original, err = s.keepSealed(ctx, kept.Secret, sent)
	}
	if err != nil {
		return models.Attachment{}, errors.Join(err, s.removeFiles(ctx, models.Keys([]models.Attachment{kept})))
	}
	return kept, nil
}

// openFile finds out what a file is and makes a copy of it without metadata.
func (s *Service) openFile(ctx context.Context, name string, data []byte) (evidence.Cleaned, error) {
	if len(data) > MaxFileSize {
		return evidence.Cleaned{}, evidence.TooBig
	}
	if s.worker != nil {
		return s.worker.Take(ctx, name, data)
	}
	file, err := evidence.Inspect(name, bytes.NewReader(data), MaxFileSize)
	if err != nil {
		return evidence.Cleaned{}, err
	}
	return evidence.Clean(file)
}

// keepFile keeps a file and notes that it is a draft's before it is, so that
// Sweep finds it should nothing come of it.
func (s *Service) keepFile(ctx context.Context, data []byte) (key string, err error) {
	if key, err = s.files.Put(ctx, data); err != nil {
		return "", &models.Error{Kind: models.KindUnavailable, Message: "Files cannot be kept at the moment. Your other answers are safe. Try again in some minutes, or go on without the file.", Err: err}
	}
	ctx = context.WithoutCancel(ctx) // a person who goes away does not leave it behind
	if err := s.store.KeepDraftFiles(ctx, []string{key}, s.now().Add(DraftLife)); err != nil {
		return "", errors.Join(err, s.files.Delete(ctx, key))
	}
	return key, nil
}

// keepSealed keeps a file that opens with its own secret and the portal's
// together: neither the file store nor the database can read it, and without its
// own, which goes with the submission's words, nobody can.
func (s *Service) keepSealed(ctx context.Context, secret string, data []byte) (key string, err error) {
	with, err := s.fileKey(secret)
	if err != nil {
		return "", err
	}
	sealed, err := sealWith(with, data)
	if err != nil {
		return "", err
	}
	return s.keepFile(ctx, sealed)
}

func (s *Service) fileKey(secret string) ([]byte, error) {
	return hkdf.Key(sha256.New, s.pepper, []byte(secret), "heard/seal/v1/file", sealKey)
}

// file returns the cleaned file of an attachment.
func (s *Service) file(ctx context.Context, a models.Attachment) ([]byte, error) {
	data, err := s.files.Get(ctx, a.Key)
	if err != nil || a.Secret == "" {
		return data, err
	}
	return s.unsealFile(a.Secret, data)
}

func (s *Service) unsealFile(secret string, sealed []byte) ([]byte, error) {
	with, err := s.fileKey(secret)
	if err != nil {
		return nil, err
	}
	return openWith(with, sealed)
}

// ReadAttachments reads the text out of the files of a submission that has been
// sent, so that they can be searched. It is background work, because reading a
// scan takes seconds a page; it is safe to repeat.
func (s *Service) ReadAttachments(ctx context.Context, submission string) error {
	sub, err := s.store.Submission(ctx, submission)
	if models.KindOf(err) == models.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range sub.Attachments {
		if a.Text != "" {
			continue
		}
		data, err := s.file(ctx, a)
		if errors.Is(err, evidence.ErrNotFound) {
			continue // withdrawn since
		}
		if err != nil {
			return err
		}
		text, err := s.reader.Text(ctx, evidence.File{Type: evidence.Type(strings.ToLower(a.Kind)), Data: data})
		switch {
		case errors.Is(err, evidence.ErrNotAllRead), errors.As(err, new(evidence.Refusal)):
			// What could be read is kept; an officer reads the file itself.
			s.log.Warn("not all of an attachment could be read for search", "submission", sub.ID)
		case err != nil:
			return err
		}
		pages := Pages(text)
		for i := range pages {
			pages[i] = models.CleanText(pages[i])
		}
		if text = strings.Join(pages, "\n\f"); strings.TrimSpace(text) == "" {
			continue
		}
		if err := s.store.SetAttachmentText(ctx, a.Key, text); err != nil {
			return err
		}
	}
	return s.store.Enqueue(ctx, models.JobIndex, sub.ID, 0)
}

// maxPassage is about how much of a page is one passage, in bytes: what a reader
// takes in at once. A longer page is several.
const maxPassage = 4000

// passage is a piece of an attached file as it is searched.
type passage struct {
	page int    // from 1; 0 where the file has no pages
	text string // redacted
}

// attachedPassages takes the redacted text of an attached file apart into pages, and long
// pages into pieces that end with a paragraph, a line, a sentence or at least a
// word.
func attachedPassages(text string) []passage {
	pages := Pages(text)
	var out []passage
	for i, page := range pages {
		number := i + 1
		if len(pages) == 1 {
			number = 0
		}
		for rest := strings.TrimSpace(page); rest != ""; {
			at := cutAt(rest)
			out = append(out, passage{number, strings.TrimSpace(rest[:at])})
			rest = strings.TrimSpace(rest[at:])
		}
	}
	return out
}

// cutAt returns where the first piece of a page ends.
func cutAt(text string) int {
	if len(text) <= maxPassage {
		return len(text)
	}
	for _, end := range []string{"\n\n", "\n", ". ", " "} {
		// Not so early that little is left of the piece.
		if at := strings.LastIndex(text[:maxPassage], end); at > maxPassage/2 {
			return at + len(end)
		}
	}
	at := maxPassage
	for !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

// takesFile reports whether one more file can be added to the draft.
func (s *Service) takesFile(d *Draft, c *models.Consultation) error {
	if err := s.checkDraft(d, c); err != nil {
		return err
	}
	if !asksForFiles(c, d.Answers) {
		return NotOnRoute
	}
	if len(d.Files) >= MaxFiles {
		return fileFault("file.many", fmt.Sprintf("You can add up to %d files. Remove one to add another", MaxFiles), map[string]any{"Limit": MaxFiles})
	}
	return nil
}

// refusals names the wording of each refusal in the catalogues.
var refusals = map[evidence.Refusal]string{
	evidence.TooBig: "file.big", evidence.Empty: "file.empty", evidence.NotAccepted: "file.type", evidence.Mismatch: "file.mismatch",
	evidence.Protected: "file.protected", evidence.Damaged: "file.damaged", evidence.Unpacks: "file.unpacks", evidence.Dimensions: "file.dimensions", evidence.Infected: "file.infected",
}

// refuseFile turns a refusal into a fault of the field.
func refuseFile(err error) error {
	var refusal evidence.Refusal
	if errors.As(err, &refusal) {
		return fileFault(refusals[refusal], sentence(string(refusal)), nil)
	}
	return err
}

func fileFault(code, message string, values map[string]any) error {
	return models.Fault{Code: code, Message: message, Values: values}.In("file", "The file was not added.")
}

// asksForFiles reports whether a file question stands on the route.
func asksForFiles(c *models.Consultation, answers models.Answers) bool {
	return slices.ContainsFunc(c.Route(answers), func(q *models.Question) bool { return q.Type == models.TypeFile })
}

// Detach takes a file out of the draft again.
func (s *Service) Detach(ctx context.Context, key DraftKey, c *models.Consultation, index int) error {
	var gone []models.Attachment
	_, err := s.changeDraft(ctx, key, c, func(d *Draft) error {
		if err := s.checkDraft(d, c); err != nil {
			return err
		}
		gone = nil
		if index < 0 || index >= len(d.Files) {
			return nil
		}
		before := d.own()
		d.Files = slices.Delete(slices.Clone(d.Files), index, index+1)
		after := d.own()
		gone = slices.DeleteFunc(before, func(f models.Attachment) bool {
			return slices.ContainsFunc(after, func(a models.Attachment) bool { return a.Key == f.Key })
		})
		return nil
	})
	if err != nil {
		return err
	}
	return s.removeFiles(ctx, models.Keys(gone))
}

// sentence makes a refusal begin like one.
func sentence(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
