package consult

import (
	"context"

	"heard/models"
)

// What people decide about the code frame and about single answers. The
// engine's placements stay as they are beside it; see models.Coding.

// AddTheme adds a theme that people found: an entry of the code frame with a
// name and a definition, under another theme or at the top. Answers are placed
// in it by the next run. It returns the new theme's id.
func (s *Service) AddTheme(ctx context.Context, by Actor, c *models.Consultation, label, definition, parent string) (string, error) {
	panic("to be written")
}

// DefineTheme says what belongs in a theme.
func (s *Service) DefineTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, definition string) error {
	panic("to be written")
}

// PutThemeUnder moves a theme under another, or to the top when parent is "".
// A theme cannot stand under itself or under one that stands under it.
func (s *Service) PutThemeUnder(ctx context.Context, by Actor, c *models.Consultation, id string, version int, parent string) error {
	panic("to be written")
}

// SetThemeScope takes a theme out of scope, for a reason that is printed in the
// report, or back in (as a candidate).
func (s *Service) SetThemeScope(ctx context.Context, by Actor, c *models.Consultation, id string, version int, out bool, reason string) error {
	panic("to be written")
}

// UnmergeTheme takes back a merge: the theme is a candidate again, and the next
// run places answers in it.
func (s *Service) UnmergeTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int) error {
	panic("to be written")
}

// SplitTheme makes a new theme of some answers of a theme and takes them out of
// the old one. It returns the new theme's id.
func (s *Service) SplitTheme(ctx context.Context, by Actor, c *models.Consultation, id string, version int, label string, answers []models.AnswerKey) (string, error) {
	panic("to be written")
}

// MoveAnswers takes answers out of one theme and puts them in another; with
// from == "" they are only put in, with to == "" only taken out.
func (s *Service) MoveAnswers(ctx context.Context, by Actor, c *models.Consultation, from, to string, answers []models.AnswerKey) error {
	panic("to be written")
}

// A Coder's decision on one answer.
type Decision struct {
	Answer models.AnswerKey
	Themes []string // all the themes it belongs in; none is a decision too
	// Passages are words of the answer that make a theme's point. Each must
	// occur in the answer as it stands there, but for white space.
	Passages []Passage
	Blind    bool
}

// Passage is words of an answer, attached to a theme.
type Passage struct {
	Theme string
	Words string
}

// CodeAnswer keeps a person's decision on all that one answer says.
func (s *Service) CodeAnswer(ctx context.Context, by Actor, c *models.Consultation, d Decision) error {
	panic("to be written")
}

// ToCode is one answer with what is known of its places.
type ToCode struct {
	Submission *models.Submission // with redacted words only
	Question   string
	Text       string       // the redacted answer
	Themes     []CodedTheme // the whole code frame but merged themes, parents first
	Left       int          // answers that nobody has coded yet; when Blind, of the sample that this person has not
	Blind      bool
	Next       *models.AnswerKey    // the one after it, nil at the end
	Coded      []models.CodedAnswer // who has coded it, by name of the account; empty when Blind
}

// CodedTheme is one theme of the code frame as it applies to one answer.
type CodedTheme struct {
	Theme    models.Theme
	Depth    int     // 0 at the top of the code frame
	Machine  bool    // the engine put the answer in it; false when Blind
	Score    float64 // the engine's; 0 when Blind
	Belongs  bool    // what stands now: a person's decision, else the engine's; when Blind, this person's own earlier blind decision
	By       string  // the account whose decision stands; "" for the engine's
	Day      string  // of that decision
	Passages []string
}

// AnswerToCode returns one answer for coding. A zero key asks for the next:
// first answers from every part of the material, then those the engine is least
// sure of; when blind, the next of the sample that this person has not coded.
// It is nil when none is left.
func (s *Service) AnswerToCode(ctx context.Context, by Actor, c *models.Consultation, key models.AnswerKey, blind bool) (*ToCode, error) {
	panic("to be written")
}

// CodingProgress is how far the people at the desk have come.
type CodingProgress struct {
	Answers     int // in words
	Coded       int // by at least one person
	DoubleCoded int // by two people, blind
	Sample      int // answers drawn for blind coding
	BlindCoded  int // of the sample, by at least one person
	Left        int // Answers - Coded
	Changed     int // placements of the engine that people changed
	// Agreement of the engine with people, and of people with each other, on the
	// blind sample; nil while fewer than 10 of it are coded (twice, for People).
	Machine, People *Agreement
}

// Agreement is micro-F1 with its 95 % interval (bootstrap over answers), each
// between 0 and 1.
type Agreement struct {
	F1, Low, High float64
	Answers       int
}

// CodingProgress returns how far coding has come.
func (s *Service) CodingProgress(ctx context.Context, by Actor, c *models.Consultation) (*CodingProgress, error) {
	panic("to be written")
}

// ThemePage is one theme with the answers in it.
type ThemePage struct {
	Theme   models.Theme
	Count   string // people, as it may be shown
	Answers []ThemeAnswer
	Total   int // answers in the theme
	Page    int // from 1
	Pages   int
}

// ThemeAnswer is one answer in a theme.
type ThemeAnswer struct {
	Submission *models.Submission // with redacted words only
	Question   string
	Text       string
	Machine    bool // the engine put it here
	Score      float64
	By         string // the account that put or kept it here; ""
	Day        string
	Passages   []string
}

// ThemeAnswers returns one theme with a page of its answers, those the engine
// is least sure of last.
func (s *Service) ThemeAnswers(ctx context.Context, by Actor, c *models.Consultation, id string, page int) (*ThemePage, error) {
	panic("to be written")
}
